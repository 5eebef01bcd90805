/** What the Matrix adapter does as an appservice, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AdapterError } from '../../../src/adapter.ts';
import { systemClock } from '../../../src/clock.ts';
import { type AdapterId, eventId, type Message, type RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { testMemory, words } from '../../support/host.ts';
import { type AppserviceSite, type AppserviceStage, author, openWithCarol } from './appservice-stage.ts';
import { type Bridge, edited, heard, type Person, said, send } from './stage.ts';

export function appserviceStories(openSite: () => Promise<AppserviceSite>): void {
  let stage: AppserviceStage;
  let carol: Person;
  let room: string;
  beforeEach(async () => {
    ({ stage, carol, room } = await openWithCarol(openSite));
  });
  afterEach(() => stage.close());

  describe('text both ways', () => {
    test('what is said in the room reaches the core once, with who said it', async () => {
      const bridge = await stage.started([room]);
      await carol.client.sendText(room, 'hello');
      expect(await bridge.host.waitForMessage('hello')).toMatchObject({
        place: { kind: 'room', adapter: 'matrix', room },
        author: { id: carol.id, name: 'carol' },
      });
      await carol.client.sendText(room, 'again');
      await bridge.host.waitForMessage('again');
      expect(heard(bridge)).toEqual(['hello', 'again']);
    });

    test('a player speaks as a user of their own, who has joined before, and comes not back', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      await send(bridge, room, said('hi all', author('7', 'Alice')));
      const seen = await carol.eyes.waitFor(room, 'hi all');
      expect(seen).toMatchObject({ sender: stage.ghost('alpha', '7'), body: 'hi all', mentions: {} });
      expect(await carol.client.getUserProfile(seen.sender)).toMatchObject({ displayname: 'Alice (alpha)' });
      await carol.client.sendText(room, 'end');
      await bridge.host.waitForMessage('end');
      expect(heard(bridge)).toEqual(['end']);
    });

    test('somebody from elsewhere has a ghost that no game server can have', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      const place = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef } as const;
      await send(bridge, room, said('from Discord', { place, tag: 'Discord', ...author('42', 'Bob') }));
      expect(await carol.eyes.waitFor(room, 'from Discord')).toMatchObject({ sender: stage.ghost('.discord', '42') });
    });

    test('edits and removals are made by who said it', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      const message = said('frist', author('7', 'Alice'));
      const attempt = new TestAttempt();
      await send(bridge, room, message, attempt);
      await bridge.adapter.edit?.(room as RoomRef, edited(message, 'first'), attempt.shown, new TestAttempt());
      await carol.eyes.waitFor(room, '* first');
      expect((await carol.eyes.standing(room)).map(({ body, sender }) => [body, sender])).toEqual([
        ['first', stage.ghost('alpha', '7')],
      ]);
      await bridge.adapter.remove?.(room as RoomRef, attempt.shown, AbortSignal.timeout(20_000));
      expect(await carol.eyes.standing(room)).toEqual([]);
    });
  });

  test('who mentions or answers a ghost reaches the player by their name', async () => {
    const bridge = await stage.started([room]);
    await carol.eyes.look();
    await send(bridge, room, said('anybody there?', author('7', 'Alice')));
    const { id, sender } = await carol.eyes.waitFor(room, 'anybody there?');
    await carol.client.sendMessage(room, {
      msgtype: 'm.text',
      body: 'Alice (alpha): me',
      format: 'org.matrix.custom.html',
      formatted_body: `<a href="https://matrix.to/#/${sender}">Alice (alpha)</a>: me`,
      'm.mentions': { user_ids: [sender] },
    });
    await carol.client.sendMessage(room, {
      msgtype: 'm.text',
      body: 'here',
      'm.relates_to': { 'm.in_reply_to': { event_id: id } },
    });
    const answer = await bridge.host.waitForMessage('here');
    expect(answer.replyTo).toMatchObject({ author: 'Alice (alpha)', text: 'anybody there?', target: `matrix/${room}/${id}` });
    expect(heard(bridge)).toEqual(['Alice (alpha): me', 'here']);
    expect(bridge.host.messages.all[0]?.body[0]).toEqual({ type: 'mention', of: 'user', name: 'Alice (alpha)' });
  });

  test('each person reacts as themselves, and takes back only what is theirs', async () => {
    const bridge = await stage.started([room]);
    await carol.eyes.look();
    const id = await carol.client.sendText(room, 'what do you think?');
    await bridge.host.waitForMessage('what do you think?');
    const place = { kind: 'room', adapter: 'discord' as AdapterId, room: '1' as RoomRef } as const;
    const react = (who: string, isOn: boolean) => {
      const by = { place, tag: isOn ? 'Discord' : '', author: { id: who, name: isOn ? `Name ${who}` : '' } };
      const cause = eventId(place, `${who} ${isOn}`);
      return bridge.adapter.react?.(
        room as RoomRef,
        { message: id, emoji: { name: '👍' }, isOn, cause, by },
        AbortSignal.timeout(20_000),
      );
    };
    const reacting = async () => {
      const path = `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/relations/${encodeURIComponent(id)}/m.annotation/m.reaction`;
      const { chunk } = await carol.client.doRequest('GET', path);
      return chunk.map(({ sender }: { sender: string }) => sender).sort();
    };
    await react('1', true);
    await react('2', true);
    await react('2', true);
    expect(await reacting()).toEqual([stage.ghost('.discord', '1'), stage.ghost('.discord', '2')]);
    await react('1', false);
    await react('1', false);
    expect(await reacting()).toEqual([stage.ghost('.discord', '2')]);
    expect(await carol.client.getUserProfile(stage.ghost('.discord', '1'))).toMatchObject({ displayname: 'Name 1 (Discord)' });
  });

  test('aliases of servers that there are not lead nowhere, whatever they look like', async () => {
    const added: unknown[] = [];
    const addRoom = async (...given: unknown[]) => void added.push(given);
    await stage.started([room], { addRoom });
    for (const name of ['nosuch', '=61lpha', 'alpha_', '.discord', '=2e=2e']) {
      const asked = carol.client.joinRoom(`#${stage.prefix}${name}:${stage.keys.server_name}`);
      await expect(asked).rejects.toMatchObject({ errcode: 'M_NOT_FOUND' });
    }
    expect(added).toEqual([]);
  });

  describe('nothing is lost and nothing comes twice', () => {
    test('what was said while the bridge was away comes once and in order', async () => {
      const memory = testMemory();
      const before = await stage.started([room], { memory });
      await carol.client.sendText(room, 'before');
      await before.host.waitForMessage('before');
      await before.stop();
      const meanwhile = Array.from({ length: 5 }, (_, n) => `missed ${n}`);
      for (const text of meanwhile) await carol.client.sendText(room, text);
      const after = await stage.started([room], { memory });
      await carol.client.sendText(room, 'after');
      await after.host.waitForMessage('after', 15_000);
      expect(heard(after)).toEqual([...meanwhile, 'after']);
    });

    test('of what was said while it was away, what is too much or too old is left out, but not what was taken back', async () => {
      const memory = testMemory();
      const before = await stage.started([room], { memory });
      const regretted = await carol.client.sendText(room, 'regretted');
      await before.host.waitForMessage('regretted');
      await before.stop();
      for (let n = 0; n < 8; n++) await carol.client.sendText(room, `missed ${n}`);
      const few = await stage.started([room], { memory, config: { catch_up_messages: 3 } });
      await few.host.waitForMessage('missed 7', 15_000);
      expect(heard(few)).toEqual(['missed 5', 'missed 6', 'missed 7']);
      await few.host.lines.waitFor((line) => line.includes('5 messages were said while the bridge was away'));
      await few.stop();
      await carol.client.sendText(room, 'an hour ago');
      const removal = await carol.client.redactEvent(room, regretted);
      const ahead = { ...systemClock, now: () => systemClock.now() + 3_600_000 };
      const late = await stage.started([room], { memory, clock: ahead, config: { catch_up_hours: 0.5 } });
      await late.host.removals.waitFor(({ id }) => id === `matrix/${room}/${removal}`, 15_000);
      expect(heard(late)).toEqual([]);
    });

    test('what could not be taken is sent again by the homeserver, and nothing before it comes twice', async () => {
      let refusals = 1;
      const onMessage = (message: Message) => {
        if (words(message.body) === 'two' && refusals-- > 0) throw new Error('the disk is full');
      };
      const bridge = await stage.started([room], { onMessage });
      for (const text of ['one', 'two', 'three']) await carol.client.sendText(room, text);
      await bridge.host.waitForMessage('three', 15_000);
      expect(heard(bridge)).toEqual(['one', 'two', 'three']);
    });

    test('names are those at the time; edits, removals and reactions come through', async () => {
      const bridge = await stage.started([room]);
      const id = await carol.client.sendText(room, 'frist');
      // Whoever was there before the bridge is looked up when they first speak.
      await bridge.host.waitForMessage('frist');
      await carol.client.setDisplayName('Caroline');
      // Synapse tells the rooms later.
      const nameInRoom = async () => (await carol.client.getRoomStateEvent(room, 'm.room.member', carol.id)).displayname;
      await expect.poll(nameInRoom).toBe('Caroline');
      const second = await carol.client.sendText(room, 'second');
      await bridge.host.waitForMessage('second');
      expect(bridge.host.messages.all.map((message) => message.author.name)).toEqual(['carol', 'Caroline']);
      await carol.client.sendMessage(room, {
        msgtype: 'm.text',
        body: '* first',
        'm.new_content': { msgtype: 'm.text', body: 'first' },
        'm.relates_to': { rel_type: 'm.replace', event_id: id },
      });
      await bridge.host.edits.waitFor(({ message }) => words(message.body) === 'first');
      await carol.eyes.reacts(room, second, '👍');
      await bridge.host.reactions.waitFor((reaction) => reaction.kind === 'reaction' && reaction.emoji.name === '👍');
      await carol.client.redactEvent(room, second);
      await bridge.host.removals.waitFor(({ target }) => target === `matrix/${room}/${second}`);
    });
  });

  describe('who has linked their account', () => {
    const steamid64 = '76561197960287930';
    const alice = { author: { id: '7', name: 'Alice', steamid64 } };

    test('is shown as themselves where they are in the room, and what they say does not come back', async () => {
      const dave = await stage.person('dave');
      await dave.client.joinRoom(room);
      const keys = await stage.site.appservice({ double_puppeting: true });
      const options = { linkedUser: (id: string) => (id === steamid64 ? dave.id : undefined) };
      const bridge = await stage.started([room], { ...options, keys });
      await carol.eyes.look();
      await send(bridge, room, said('it is me', alice));
      expect(await carol.eyes.waitFor(room, 'it is me')).toMatchObject({ sender: dave.id, body: 'it is me' });
      await carol.client.sendText(room, 'end');
      await bridge.host.waitForMessage('end');
      expect(heard(bridge)).toEqual(['end']);
      await dave.client.leaveRoom(room);
      await send(bridge, room, said('from outside', alice));
      const { sender } = await carol.eyes.waitFor(room, 'from outside');
      expect(sender).toMatch(new RegExp(`_alpha_${steamid64}:`));
    });

    test('has a ghost where that is not wanted', async () => {
      const bridge = await stage.started([room], { linkedUser: () => carol.id });
      await carol.eyes.look();
      await send(bridge, room, said('it is me', alice));
      expect(await carol.eyes.waitFor(room, 'it is me')).toMatchObject({ sender: stage.ghost('alpha', steamid64) });
    });
  });

  describe('the operator is told', () => {
    test('that the homeserver does not reach the bridge, and then that it does', async () => {
      const bridge = stage.bridge([room]);
      await bridge.adapter.start();
      await bridge.host.lines.waitFor((line) => line.includes("can't reach the bridge at") && line.includes('appservice.url'));
      await bridge.stop();
      const served = await stage.started([room]);
      await served.host.lines.waitFor((line) => line.includes('reaches the bridge at'));
    });

    test('by check: who the bridge is, and that it is reached, or not', async () => {
      const findings = async (adapter: Bridge['adapter']) => {
        const all: string[] = [];
        for await (const { ok, text } of adapter.check()) all.push(`${ok} ${text}`);
        return all;
      };
      const bridge = stage.bridge([room]);
      const unreached = await findings(bridge.adapter);
      expect(unreached).toContainEqual(expect.stringMatching(/^false .*can't reach the bridge at/));
      await bridge.serve();
      const reached = await findings(bridge.adapter);
      expect(reached).toContainEqual(`true Matrix: logged in as ${stage.botId}`);
      expect(reached).toContainEqual(`true Matrix: the homeserver reaches the bridge at ${stage.keys.url}`);
      expect(await carol.client.getJoinedRoomMembers(room)).toEqual([carol.id]);
      const other = stage.bridge([room], { config: { appservice: { ...stage.keys, server_name: 'elsewhere.test' } } });
      expect(await findings(other.adapter)).toContainEqual(expect.stringMatching(/^false .*server_name/));
    });

    test('that its token is not known, and what to do', async () => {
      const appservice = { ...stage.keys, as_token: 'a-token-that-nobody-knows' };
      const bridge = stage.bridge([room], { config: { appservice } });
      const failure = await bridge.adapter.start().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AdapterError);
      expect(String(failure)).toContain('app_service_config_files');
      expect(String(failure)).not.toContain(appservice.as_token);
    });

    test('that the other side shows another token', async () => {
      const appservice = { ...stage.keys, hs_token: 'another-token-than-registered' };
      const bridge = await stage.started([room], { config: { appservice } });
      await bridge.host.lines.waitFor((line) => line.includes('the same hs_token'));
    });

    test('that ghosts are outside of what is registered', async () => {
      const appservice = { ...stage.keys, ghosts: 'elsewhere_{server}_{player}' };
      const bridge = await stage.started([room], { config: { appservice } });
      const refused = send(bridge, room, said('hi', author('7', 'Alice')));
      await expect(refused).rejects.toMatchObject({ passing: false, message: expect.stringContaining('does not cover') });
    });
  });
}
