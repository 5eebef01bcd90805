/** What becomes of the rooms that the bridge is in: told for a bot and for an appservice, on the stand-in and on Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/adapter.ts';
import type { RoomRef } from '../../../src/event.ts';
import { testMemory } from '../../support/host.ts';
import type { AnyStage } from './restricted-stories.ts';
import { type Bridge, heard, type Person, said, send } from './stage.ts';

/** @param open gives a stage, and the user id of its bridge */
export function roomStories(open: () => Promise<{ readonly stage: AnyStage; readonly botId: string }>): void {
  let stage: AnyStage;
  let botId: string;
  let carol: Person;
  beforeEach(async () => {
    ({ stage, botId } = await open());
    carol = await stage.person('carol');
  });
  afterEach(() => stage.close());

  const fault = ({ adapter }: Bridge, room: string) => adapter.roomFault?.(room as RoomRef);
  const publicRoom = (options: object = {}) => carol.client.createRoom({ preset: 'public_chat', ...options });
  const findings = async ({ adapter }: Bridge) => {
    const all: Finding[] = [];
    for await (const { ok, text } of adapter.check()) all.push({ ok, text });
    return all;
  };
  const isOpen = (bridge: Bridge, room: string) =>
    bridge.host.lines.waitFor((line) => line.includes(`${room}: ${botId} is in it`));
  /** As clients upgrade a room: the new one says what it follows, and the old one where it goes on. */
  const upgrade = async (room: string, options: object = {}, predecessor = room) => {
    const creation_content = { predecessor: { room_id: predecessor } };
    const successor = await publicRoom({ ...options, creation_content });
    await carol.client.sendStateEvent(room, 'm.room.tombstone', '', { body: 'moved', replacement_room: successor });
    return successor;
  };

  describe('an upgraded room', () => {
    test('is followed by itself, under the name that it is configured by, also after a restart', async () => {
      const memory = testMemory();
      const room = await publicRoom();
      const bridge = await stage.started([room], { memory });
      await carol.client.sendText(room, 'old');
      await bridge.host.waitForMessage('old');
      const successor = await upgrade(room);
      await expect.poll(() => bridge.adapter.nativeRoomId?.(room as RoomRef)).toBe(successor);
      await carol.eyes.look();
      await carol.client.sendText(successor, 'new');
      expect((await bridge.host.waitForMessage('new')).place).toMatchObject({ room });
      await send(bridge, room, said('hello'));
      await carol.eyes.waitFor(successor, 'hello');
      expect(fault(bridge, room)).toBeUndefined();
      await bridge.stop();
      await carol.client.sendText(successor, 'meanwhile');
      const after = await stage.started([room], { memory });
      await carol.client.sendText(successor, 'after');
      await after.host.waitForMessage('after');
      expect(heard(after)).toEqual(['meanwhile', 'after']);
      expect(fault(after, room)).toBeUndefined();
      await send(after, room, said('again'));
      await carol.eyes.waitFor(successor, 'again');
    });

    test('is followed from an alias that stays behind', async () => {
      const memory = testMemory();
      const name = stage.unused('moving');
      const alias = `#${name}:${carol.id.split(':')[1]}`;
      const room = await publicRoom({ room_alias_name: name });
      const before = await stage.started([alias], { memory });
      const successor = await upgrade(room);
      await expect.poll(() => before.adapter.nativeRoomId?.(alias as RoomRef)).toBe(successor);
      await before.stop();
      const after = await stage.started([alias], { memory });
      expect(fault(after, alias)).toBeUndefined();
      expect(after.adapter.nativeRoomId?.(alias as RoomRef)).toBe(successor);
    });

    test('that is encrypted is left for one that is not, and nothing is said in it if that is not possible', async () => {
      const encryption = { type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
      const room = await publicRoom({ initial_state: [encryption] });
      await upgrade(room, { preset: 'private_chat' });
      const bridge = await stage.started([room]);
      await expect(send(bridge, room, said('never'))).rejects.toMatchObject({ passing: false });
      await bridge.stop();
      const other = await publicRoom();
      const moved = await stage.started([other]);
      await carol.client.sendStateEvent(other, 'm.room.encryption', '', encryption.content);
      await moved.host.lines.waitFor((line) => line.includes('encrypted') && line.includes(other));
      const { lines } = moved.host;
      const before = lines.all.length;
      const successor = await upgrade(other);
      await lines.waitFor((line) => line.includes(`${botId} is in it`) && lines.all.indexOf(line) >= before);
      await carol.eyes.look();
      await send(moved, other, said('hello'));
      await carol.eyes.waitFor(successor, 'hello');
    });

    test('that was upgraded twice while the bridge was away is followed to its end', async () => {
      const room = await publicRoom();
      await (await stage.started([room])).stop();
      const last = await upgrade(await upgrade(room));
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      await send(bridge, room, said('hello'));
      await carol.eyes.waitFor(last, 'hello');
    });

    test('that nobody may join is waited for: as soon as somebody invites the bridge, it goes on', async () => {
      const room = await publicRoom();
      const bridge = await stage.started([room]);
      const successor = await upgrade(room, { preset: 'private_chat' });
      await bridge.host.lines.waitFor((line) => line.includes(`continues as ${successor}`));
      expect(fault(bridge, room)).toContain(successor);
      await carol.client.inviteUser(botId, successor);
      await expect.poll(() => bridge.adapter.nativeRoomId?.(room as RoomRef)).toBe(successor);
      await carol.client.sendText(successor, 'new');
      await bridge.host.waitForMessage('new');
    });

    test('is not followed to one that does not know of it, and nobody finds the bridge there', async () => {
      const room = await publicRoom();
      const bridge = await stage.started([room]);
      const elsewhere = await publicRoom();
      const forged = await upgrade(room, {}, elsewhere);
      await bridge.host.lines.waitFor((line) => line.includes(`continues as ${forged}`));
      expect(await carol.client.getJoinedRoomMembers(forged)).toEqual([carol.id]);
      expect(bridge.adapter.nativeRoomId?.(room as RoomRef)).toBe(room);
      await carol.client.sendText(room, 'still here');
      await bridge.host.waitForMessage('still here');
    });

    test('lets what is said meanwhile wait, so that it is seen in the new one', async () => {
      const room = await publicRoom({ power_level_content_override: { events_default: 0 } });
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      const levels = await carol.client.getRoomStateEvent(room, 'm.room.power_levels', '');
      const successor = await upgrade(room);
      await carol.client.sendStateEvent(room, 'm.room.power_levels', '', { ...levels, events_default: 50 });
      const message = said('in between');
      const refusals: unknown[] = [];
      const sent = () =>
        send(bridge, room, message).then(
          () => true,
          (refusal: unknown) => refusals.push(refusal) === 0,
        );
      await expect.poll(sent).toBe(true);
      for (const refusal of refusals) expect(refusal).toMatchObject({ passing: true });
      await carol.eyes.waitFor(successor, 'in between');
    });
  });

  describe('sent away', () => {
    test('it does not come back by itself, not even after a restart to a room that anybody may join, until it is invited', async () => {
      const memory = testMemory();
      const room = await publicRoom();
      const before = await stage.started([room], { memory });
      expect(fault(before, room)).toBeUndefined();
      await carol.client.kickUser(botId, room, 'spam');
      await before.host.lines.waitFor((line) => line.includes(`kicked by ${carol.id} (spam)`));
      expect(fault(before, room)).toContain(`kicked by ${carol.id}`);
      await before.stop();
      const after = await stage.started([room], { memory });
      await after.host.lines.waitFor((line) => line.includes(`kicked by ${carol.id} (spam)`));
      expect(await findings(after)).toContainEqual({ ok: false, text: expect.stringContaining(`kicked by ${carol.id}`) });
      expect(await carol.client.getJoinedRoomMembers(room)).toEqual([carol.id]);
      await carol.client.inviteUser(botId, room);
      await isOpen(after, room);
      expect(fault(after, room)).toBeUndefined();
      await carol.client.sendText(room, 'welcome');
      await after.host.waitForMessage('welcome');
    });

    test('banned, it says what is to be done', async () => {
      const room = await publicRoom();
      const before = await stage.started([room]);
      await carol.client.banUser(botId, room, 'go');
      await before.host.lines.waitFor((line) => line.includes(`banned by ${carol.id} (go)`));
      await before.stop();
      const after = await stage.started([room]);
      await expect.poll(() => fault(after, room)).toMatch(/Unban it/);
      await expect(send(after, room, said('x'))).rejects.toMatchObject({ passing: false });
    });
  });

  test('where one knocks, it knocks once, waits, and comes in when it is let in', async () => {
    const rule = { type: 'm.room.join_rules', content: { join_rule: 'knock' } };
    const room = await carol.client.createRoom({ preset: 'private_chat', initial_state: [rule] });
    const own = () => carol.client.getRoomStateEvent(room, 'm.room.member', botId);
    await (await stage.started([room])).stop();
    expect(await own()).toMatchObject({ membership: 'knock' });
    const member = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/m.room.member/${encodeURIComponent(botId)}`;
    const knocking = async () => (await carol.client.doRequest('GET', member, { format: 'event' })).event_id;
    const knocked = await knocking();
    const bridge = await stage.started([room]);
    expect(fault(bridge, room)).toContain('has knocked');
    expect(await knocking()).toBe(knocked);
    await carol.client.inviteUser(botId, room);
    await isOpen(bridge, room);
    await carol.client.sendText(room, 'come in');
    await bridge.host.waitForMessage('come in');
  });

  test('an alias that leads elsewhere later is not followed to where nobody asked for a bridge', async () => {
    const memory = testMemory();
    const name = stage.unused('lobby');
    const alias = `#${name}:${carol.id.split(':')[1]}`;
    const room = await publicRoom({ room_alias_name: name });
    const elsewhere = await publicRoom();
    await (await stage.started([alias], { memory })).stop();
    await carol.client.deleteRoomAlias(alias);
    await carol.client.createRoomAlias(alias, elsewhere);
    const bridge = await stage.started([alias], { memory });
    await bridge.host.lines.waitFor((line) => line.includes(`leads to another room, ${elsewhere}`) && line.includes(room));
    expect(await carol.client.getJoinedRoomMembers(elsewhere)).toEqual([carol.id]);
    await carol.eyes.look();
    await send(bridge, alias, said('where it was'));
    await carol.eyes.waitFor(room, 'where it was');
    expect(fault(bridge, alias)).toContain(elsewhere);
    await bridge.stop();
    await carol.client.deleteRoomAlias(alias);
    const later = await stage.started([alias], { memory });
    await later.host.lines.waitFor((line) => line.includes('leads to no room any more'));
    await send(later, alias, said('still there'));
    await carol.eyes.waitFor(room, 'still there');
  });

  test('invitations are accepted from those who may, and others are spoken of', async () => {
    const dave = await stage.person('dave');
    const room = await publicRoom();
    const bridge = await stage.started([room], { config: { invites_from: [carol.id] } });
    const byDave = await dave.client.createRoom({ preset: 'private_chat', invite: [botId] });
    await bridge.host.lines.waitFor((line) => line.includes(dave.id) && line.includes(byDave) && line.includes('invites_from'));
    const byCarol = await carol.client.createRoom({ preset: 'private_chat', invite: [botId] });
    await bridge.host.lines.waitFor((line) => line.includes(`joined ${byCarol}`));
    expect((await carol.client.getJoinedRoomMembers(byCarol)).sort()).toEqual([carol.id, botId].sort());
    expect(await dave.client.getJoinedRoomMembers(byDave)).toEqual([dave.id]);
    await carol.client.sendText(byCarol, 'not for the bridge');
    await carol.client.sendText(room, 'for the bridge');
    await bridge.host.waitForMessage('for the bridge');
    expect(heard(bridge)).toEqual(['for the bridge']);
  });

  describe('the settings of a room', () => {
    const types = ['m.bridge', 'uk.half-shot.bridge'];
    const key = 'dev.crosschat.bridge/bridge';
    const published = (room: string) => Promise.all(types.map((type) => carol.client.getRoomStateEvent(room, type, key)));
    const says = (channel: string) => ({
      bridgebot: botId,
      protocol: { id: 'crosschat', displayname: 'crosschat' },
      network: { id: 'bridge', displayname: 'bridge' },
      channel: { id: channel, displayname: channel },
    });
    const count = async (room: string) =>
      (
        await carol.client.doRequest('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`, {
          dir: 'b',
          limit: 100,
        })
      ).chunk.filter(({ type }: { type: string }) => types.includes(type)).length;

    test('tell what it is bridged to, once, where the bridge may say so', async () => {
      const room = await publicRoom({ power_level_content_override: { users: { [botId]: 50 } } });
      const first = await stage.started([room], { channelsOf: () => ['lobby'] });
      expect(await published(room)).toEqual([says('lobby'), says('lobby')]);
      expect((await findings(first)).filter(({ text }) => text.includes('settings'))).toEqual([]);
      await first.stop();
      const second = await stage.started([room], { channelsOf: () => ['lobby'] });
      await second.stop();
      expect(await count(room)).toBe(2);
      const third = await stage.started([room], { channelsOf: () => ['arena'] });
      expect(await published(room)).toEqual([says('arena'), says('arena')]);
      third.adapter.close?.(room as RoomRef);
      await expect.poll(() => published(room)).toEqual([{}, {}]);
    });

    test('stay as they are where it may not, and check says that this hurts nothing', async () => {
      const room = await publicRoom();
      const bridge = await stage.started([room]);
      await expect(published(room)).rejects.toThrow();
      expect(await findings(bridge)).toContainEqual({ ok: true, text: expect.stringContaining('may not change its settings') });
      expect(fault(bridge, room)).toBeUndefined();
    });
  });

  test('an encrypted room is told once what is missing, and nothing else is ever said there', async () => {
    const memory = testMemory();
    const encryption = { type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
    const secret = await publicRoom({ initial_state: [encryption] });
    const later = await publicRoom();
    const first = await stage.started([secret, later], { memory });
    await expect(send(first, secret, said('never'))).rejects.toMatchObject({
      passing: false,
      message: expect.stringContaining('matrix-encryption.md'),
    });
    await carol.client.sendStateEvent(later, 'm.room.encryption', '', encryption.content);
    await first.host.lines.waitFor((line) => line.includes('encrypted') && line.includes(later));
    await expect(send(first, later, said('never'))).rejects.toMatchObject({ passing: false });
    const standing = async (room: string) =>
      (await carol.eyes.standing(room)).map(({ body, content }) => `${content['msgtype']} ${body}`);
    await expect.poll(() => standing(later)).toHaveLength(1);
    await first.stop();
    const second = await stage.started([secret, later], { memory });
    expect(fault(second, secret)).toContain('encrypted');
    expect((await findings(second)).filter(({ text }) => text.includes('encrypted'))).toHaveLength(2);
    for (const room of [secret, later]) {
      expect(await standing(room)).toEqual([expect.stringMatching(/^m\.notice This room is encrypted/)]);
    }
  });
}
