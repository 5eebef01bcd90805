/** Nothing lost and nothing doubled through the Matrix adapter, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Memory } from '../../../src/adapter.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { testMemory } from '../../support/host.ts';
import { heard, type MatrixSite, nextAttempt, type Person, Stage, said, send } from './stage.ts';

export function deliveryStories(openSite: () => Promise<MatrixSite>): void {
  let stage: Stage;
  let carol: Person;
  let room: string;
  beforeEach(async () => {
    stage = await Stage.open(await openSite());
    carol = await stage.person('carol');
    room = await carol.client.createRoom({ preset: 'public_chat' });
  });
  afterEach(() => stage.close());

  const standing = async () => (await carol.eyes.standing(room)).map(({ body }) => body);

  describe('a message whose sending was interrupted', () => {
    test('killed after the homeserver stored it: it is known again, also to another device, which the homeserver takes for a stranger', async () => {
      const first = await stage.started([room]);
      const message = said('once');
      const confirmed = new TestAttempt();
      await send(first, room, message, confirmed);
      for (let n = 0; n < 3; n++) await send(first, room, said(`other ${n}`));
      const second = await stage.started([room], { token: await stage.newToken() });
      const unconfirmed = new TestAttempt();
      unconfirmed.doubtful = true;
      await send(second, room, message, unconfirmed);
      expect(unconfirmed).toMatchObject({ shown: confirmed.shown, doubtful: false });
      expect((await standing()).filter((body) => body.endsWith('once'))).toHaveLength(1);
    });

    test('killed before the homeserver got it: it is sent', async () => {
      const bridge = await stage.started([room]);
      const attempt = new TestAttempt();
      attempt.doubtful = true;
      await send(bridge, room, said('twin'));
      await send(bridge, room, said('twin'), attempt);
      expect(await standing()).toEqual(['Alice (alpha): twin', 'Alice (alpha): twin']);
      expect(attempt.shown).toHaveLength(1);
    });

    test('killed in the middle of a long one: the rest follows', async () => {
      const text = Array.from({ length: 15_000 }, (_, n) => `w${n}`).join(' ');
      const message = said(text);
      const all = new TestAttempt();
      await send(await stage.started([room]), room, message, all);
      const other = await carol.client.createRoom({ preset: 'public_chat' });
      const half = await stage.started([other]);
      const begun = new TestAttempt();
      begun.shown.push(...all.shown.slice(0, 2));
      await send(half, other, message, begun);
      expect(begun.shown).toHaveLength(all.shown.length);
      const parts = (await carol.eyes.standing(other)).map(({ body }) => body);
      expect(parts).toEqual((await standing()).slice(2));
      await send(half, other, message, nextAttempt(begun));
      expect(await carol.eyes.standing(other)).toHaveLength(parts.length);
    });
  });

  describe('what is said while nobody listens', () => {
    test('killed between taking a message and writing down where we were: it comes again under the same id', async () => {
      const memory = testMemory();
      await (await stage.started([room], { memory })).adapter.stop();
      const taken: string[] = [];
      const killed = await stage.started([room], {
        memory,
        onMessage: ({ id }) => {
          taken.push(id);
          // The core has it; the process is gone before it can say so.
          return new Promise<void>(() => {});
        },
      });
      const eventId = await carol.client.sendText(room, 'taken');
      await expect.poll(() => taken).toEqual([`matrix/${room}/${eventId}`]);
      await carol.client.sendText(room, 'next');
      const after = await stage.started([room], { memory });
      await after.host.waitForMessage('next');
      expect(after.host.messages.all.map(({ id }) => id).slice(0, 1)).toEqual(taken);
      expect(heard(after)).toEqual(['taken', 'next']);
      expect(killed.host.messages.all).toEqual([]);
    });

    test('what is found in the history is the same, to the last letter, as what is told live', async () => {
      const memory = testMemory();
      await (await stage.started([room], { memory })).adapter.stop();
      const live = await stage.started([room]);
      const question = await carol.client.sendText(room, 'why?');
      await carol.client.sendMessage(room, {
        msgtype: 'm.text',
        body: 'because',
        'm.relates_to': { 'm.in_reply_to': { event_id: question } },
      });
      for (let n = 0; n < 110; n++) await carol.client.sendText(room, `number ${n}`);
      await live.host.waitForMessage('number 109');
      const late = await stage.started([room], { memory });
      await late.host.waitForMessage('number 109');
      expect(late.host.messages.all).toEqual(live.host.messages.all);
    });

    test.each([
      ['and the last event', {}],
      ['not the last event, as after a backup was put back', { event: '$unknown' }],
    ])('the homeserver has forgotten our position but knows the room %s: all is told, once and in order', async (_, change) => {
      const memory = testMemory();
      const before = await stage.started([room], { memory });
      await carol.client.sendText(room, 'before');
      await before.host.waitForMessage('before');
      await before.adapter.stop();
      await distort(memory, room, change);
      // A time in milliseconds must have gone by, where only the time tells old from new.
      await new Promise((resolve) => setTimeout(resolve, 5));
      const missed = Array.from({ length: 120 }, (_, n) => `missed ${n}`);
      for (const text of missed) await carol.client.sendText(room, text);
      const after = await stage.started([room], { memory });
      await after.host.waitForMessage('missed 119');
      await carol.client.sendText(room, 'after');
      await after.host.waitForMessage('after');
      expect(heard(after)).toEqual([...missed, 'after']);
      await after.host.lines.waitFor((line) => line.includes('does not know any more'));
    });

    test('a core that cannot take anything holds up what is heard, not what is said, and misses nothing', async () => {
      let release = () => {};
      const full = new Promise<void>((resolve) => {
        release = resolve;
      });
      const memory = testMemory();
      await (await stage.started([room], { memory })).adapter.stop();
      await carol.client.sendText(room, 'one');
      const bridge = await stage.started([room], { memory, onMessage: () => full });
      for (const text of ['two', 'three']) await carol.client.sendText(room, text);
      await send(bridge, room, said('goes out'));
      expect(await standing()).toContain('Alice (alpha): goes out');
      expect(heard(bridge)).toEqual([]);
      release();
      await bridge.host.waitForMessage('three');
      expect(heard(bridge)).toEqual(['one', 'two', 'three']);
    });

    test('a memory that cannot be written holds up nothing', async () => {
      const stuck: Memory = { get: () => Promise.resolve(undefined), set: () => new Promise(() => {}) };
      const bridge = await stage.started([room], { memory: stuck });
      for (const text of ['one', 'two', 'three']) await carol.client.sendText(room, text);
      await bridge.host.waitForMessage('three');
      expect(heard(bridge)).toEqual(['one', 'two', 'three']);
    });
  });

  describe('a room that changes while messages wait', () => {
    test('banned: what waits is given up with what to do about it; let in again, it goes on', async () => {
      const bridge = await stage.started([room]);
      await carol.client.banUser(stage.bot.id, room, 'spam');
      const refusal = { name: 'DeliveryError', passing: false, message: expect.stringContaining(`/invite ${stage.bot.id}`) };
      await expect(send(bridge, room, said('lost'))).rejects.toMatchObject(refusal);
      await bridge.host.lines.waitFor((line) => line.includes(`banned by ${carol.id} (spam)`));
      await expect(send(bridge, room, said('lost'))).rejects.toMatchObject({
        ...refusal,
        message: expect.stringContaining('Unban it'),
      });
      await carol.client.unbanUser(stage.bot.id, room);
      const known = bridge.host.lines.all.length;
      await carol.client.inviteUser(stage.bot.id, room);
      const { lines } = bridge.host;
      await lines.waitFor((line) => line.includes('may speak') && lines.all.indexOf(line) >= known);
      await send(bridge, room, said('back'));
      expect(await standing()).toEqual(['Alice (alpha): back']);
    });

    test('kicked, before it has heard of it', async () => {
      const bridge = await stage.started([room], { onMessage: () => new Promise<void>(() => {}) });
      await carol.client.sendText(room, 'the core never takes this');
      await carol.client.kickUser(stage.bot.id, room);
      await expect(send(bridge, room, said('x'))).rejects.toMatchObject({
        passing: false,
        message: expect.stringContaining(`/invite ${stage.bot.id}`),
      });
    });

    test('upgraded: it says where the room goes on, and why nothing can be said in the old one', async () => {
      const bridge = await stage.started([room]);
      const successor = await carol.client.createRoom({ preset: 'public_chat' });
      await carol.client.sendStateEvent(room, 'm.room.tombstone', '', { body: 'moved', replacement_room: successor });
      const moved = `it was upgraded and continues as ${successor}`;
      await bridge.host.lines.waitFor((line) => line.includes(moved));
      await send(bridge, room, said('still open'));
      await carol.client.sendStateEvent(room, 'm.room.power_levels', '', {
        ...(await carol.client.getRoomStateEvent(room, 'm.room.power_levels', '')),
        events_default: 50,
      });
      const refusal = { passing: false, message: expect.stringContaining(moved) };
      await expect(send(bridge, room, said('x'))).rejects.toMatchObject(refusal);
      const later = await stage.started([room]);
      await later.host.lines.waitFor((line) => line.includes(moved));
    });
  });
}

/** Takes the homeserver's token away from what an adapter knows, and changes what it knows of the last event of a room. */
async function distort(memory: Memory, room: string, change: object): Promise<void> {
  const position = JSON.parse((await memory.get('sync')) ?? '');
  const rooms = { ...position.rooms, [room]: { ...position.rooms[room], ...change } };
  await memory.set('sync', JSON.stringify({ ...position, since: 'nonsense', rooms }));
}
