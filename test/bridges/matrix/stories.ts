/** What the Matrix adapter does, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bridgeMark } from '../../../bridges/matrix/event.ts';
import { AdapterError, DeliveryError, type Finding } from '../../../src/adapter.ts';
import { toPlain } from '../../../src/text/plain.ts';
import { literal } from '../../../src/text/tree.ts';
import { testMemory } from '../../support/host.ts';
import { type Bridge, heard, type MatrixSite, type Person, Stage, said, send } from './stage.ts';

export function matrixStories(openSite: () => Promise<MatrixSite>): void {
  let stage: Stage;
  let carol: Person;
  let room: string;
  beforeEach(async () => {
    stage = await Stage.open(await openSite());
    carol = await stage.person('carol');
    room = await carol.client.createRoom({ preset: 'public_chat' });
  });
  afterEach(() => stage.close());

  describe('text both ways', () => {
    test('what is said in the room reaches the core, with who said it', async () => {
      const bridge = await stage.started([room]);
      const eventId = await carol.client.sendMessage(room, {
        msgtype: 'm.text',
        body: '**hi** <b>',
        format: 'org.matrix.custom.html',
        formatted_body: '<strong>hi</strong> &lt;b&gt;',
      });
      const message = await bridge.host.waitForMessage('hi <b>');
      expect(message).toMatchObject({
        id: `matrix/${room}/${eventId}`,
        place: { kind: 'room', adapter: 'matrix', room },
        tag: 'Matrix',
        author: { id: carol.id, name: 'carol', link: `https://matrix.to/#/${carol.id}` },
        body: [
          { type: 'bold', children: literal('hi') },
          { type: 'text', text: ' <b>' },
        ],
      });
      expect(Math.abs(message.at - Date.now())).toBeLessThan(60_000);
    });

    test('places, polls and stickers are heard as well, and that they are taken back', async () => {
      const { host } = await stage.started([room]);
      const info = { mimetype: 'image/png', size: 4 };
      const answers = [{ id: '1', 'org.matrix.msc1767.text': 'dust' }];
      const poll = { question: { 'org.matrix.msc1767.text': 'Map?' }, answers };
      await carol.client.sendMessage(room, { msgtype: 'm.location', body: 'the pub', geo_uri: 'geo:1,2' });
      const sticker = await carol.client.sendEvent(room, 'm.sticker', { body: 'wave', url: 'mxc://a.test/1', info });
      const asked = await carol.client.sendEvent(room, 'org.matrix.msc3381.poll.start', {
        'org.matrix.msc3381.poll.start': poll,
      });
      await host.messages.waitFor(({ body }) => toPlain(body).includes('poll: Map?'));
      expect(host.messages.all.map(({ body, attachments }) => [toPlain(body), attachments])).toMatchObject([
        [expect.stringContaining('location: the pub'), []],
        ['', [{ name: 'wave', kind: 'sticker', media: { uri: 'mxc://a.test/1' } }]],
        [expect.stringContaining('poll: Map?'), []],
      ]);
      const ended = await carol.client.sendEvent(room, 'org.matrix.msc3381.poll.end', {
        'org.matrix.msc3381.poll.end': {},
        'org.matrix.msc1767.text': 'The poll has ended. Top answer: dust',
        'm.relates_to': { rel_type: 'm.reference', event_id: asked },
      });
      expect((await host.waitForMessage('The poll has ended. Top answer: dust')).replyTo).toMatchObject({
        target: `matrix/${room}/${asked}`,
        text: expect.stringContaining('poll: Map?'),
      });
      for (const id of [sticker, asked, ended]) {
        await carol.client.redactEvent(room, id);
        await host.removals.waitFor(({ target }) => target === `matrix/${room}/${id}`);
      }
    });

    test('what a player says is seen in the room, escaped, pinging nobody', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      await send(bridge, room, said('<b>@room</b> & carol', { author: { id: '1', name: '<i>Al</i>' } }));
      const seen = await carol.eyes.waitFor(room, '@room');
      expect(seen).toMatchObject({
        sender: stage.bot.id,
        msgtype: 'm.text',
        body: '<i>Al</i> (alpha): <b>@room</b> & carol',
        html: '<strong>&lt;i&gt;Al&lt;/i&gt;</strong> (alpha): &lt;b&gt;@room&lt;/b&gt; &amp; carol',
        mentions: {},
      });
      expect(bridge.host.messages.all).toEqual([]);
    });

    test('a long message comes in parts, in order', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      const text = Array.from({ length: 20_000 }, (_, n) => `w${n}`).join(' ');
      await send(bridge, room, said(text));
      await carol.eyes.waitFor(room, 'w19999');
      const parts = carol.eyes.heard(room).map((body) => body.slice('Alice (alpha): '.length));
      expect(parts.length).toBeGreaterThan(3);
      expect(parts.join(' ')).toBe(text);
    });

    test('a message that is sent again is seen once', async () => {
      const bridge = await stage.started([room]);
      await carol.eyes.look();
      const message = said('once');
      await send(bridge, room, message);
      await send(bridge, room, message);
      await send(bridge, room, said('end'));
      await carol.eyes.waitFor(room, 'end');
      expect(carol.eyes.heard(room)).toEqual(['Alice (alpha): once', 'Alice (alpha): end']);
    });

    test('an answer says what it answers: somebody in the room, or a player', async () => {
      const bridge = await stage.started([room]);
      const dave = await stage.person('dave');
      await dave.client.joinRoom(room);
      await carol.eyes.look();
      const question = await dave.client.sendText(room, 'why?');
      const answerTo = (event_id: string) => ({ 'm.relates_to': { 'm.in_reply_to': { event_id } } });
      await carol.client.sendMessage(room, { msgtype: 'm.text', body: 'because', ...answerTo(question) });
      const target = `matrix/${room}/${question}`;
      expect((await bridge.host.waitForMessage('because')).replyTo).toEqual({
        author: 'dave',
        by: dave.id,
        text: 'why?',
        target,
      });

      await send(bridge, room, said('to be answered'));
      await carol.eyes.waitFor(room, 'to be answered');
      const page = await carol.client.doRequest('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`, {
        dir: 'b',
        limit: 1,
      });
      await carol.client.sendMessage(room, { msgtype: 'm.text', body: 'answered', ...answerTo(page.chunk[0].event_id) });
      expect((await bridge.host.waitForMessage('answered')).replyTo).toMatchObject({
        author: 'Alice (alpha)',
        text: 'to be answered',
      });

      await carol.client.sendMessage(room, { msgtype: 'm.text', body: 'lost', ...answerTo('$unknown') });
      expect((await bridge.host.waitForMessage('lost')).replyTo).toBeUndefined();
    });

    test('edits, notices and what bridges say are not relayed', async () => {
      const bridge = await stage.started([room]);
      const id = await carol.client.sendText(room, 'first');
      await carol.client.sendNotice(room, 'notice');
      await carol.client.sendMessage(room, {
        msgtype: 'm.text',
        body: 'marked',
        [bridgeMark]: { server_id: 'other', label: 'x' },
      });
      await carol.client.sendMessage(room, {
        msgtype: 'm.text',
        body: '* edited',
        'm.new_content': { msgtype: 'm.text', body: 'edited' },
        'm.relates_to': { rel_type: 'm.replace', event_id: id },
      });
      await carol.client.redactEvent(room, id);
      await carol.client.sendText(room, 'last');
      await bridge.host.waitForMessage('last');
      expect(heard(bridge)).toEqual(['first', 'last']);
    });

    test('two bridges in one room do not loop', async () => {
      const second = await stage.site.account(stage.unused('second'));
      const one = await stage.started([room]);
      const two = await stage.started([room], { token: second.token });
      await carol.eyes.look();
      await send(one, room, said('from one'));
      await send(two, room, said('from two'));
      await carol.client.sendText(room, 'from carol');
      await Promise.all([one.host.waitForMessage('from carol'), two.host.waitForMessage('from carol')]);
      expect([heard(one), heard(two)]).toEqual([['from carol'], ['from carol']]);
    });
  });

  describe('nothing is missed and nothing comes twice', () => {
    test('at the first start, nothing old is said', async () => {
      await carol.client.sendText(room, 'old');
      const bridge = await stage.started([room]);
      await carol.client.sendText(room, 'new');
      await bridge.host.waitForMessage('new');
      expect(heard(bridge)).toEqual(['new']);
    });

    test('after a restart, what was said meanwhile comes once and in order, even if it is more than a sync holds', async () => {
      const memory = testMemory();
      const before = await stage.started([room], { memory });
      await carol.client.sendText(room, 'before');
      await before.host.waitForMessage('before');
      await before.adapter.stop();
      const meanwhile = Array.from({ length: 130 }, (_, n) => `missed ${n}`);
      for (const text of meanwhile) await carol.client.sendText(room, text);
      const after = await stage.started([room], { memory });
      await carol.client.sendText(room, 'after');
      await after.host.waitForMessage('after', 10_000);
      expect(heard(after)).toEqual([...meanwhile, 'after']);
      expect(after.host.messages.all.every(({ author }) => author.name === 'carol')).toBe(true);
    });

    test('after a restart, nothing that was said in a newly configured room before comes', async () => {
      const memory = testMemory();
      const other = await carol.client.createRoom({ preset: 'public_chat' });
      await (await stage.started([room, other])).adapter.stop();
      await (await stage.started([room], { memory })).adapter.stop();
      await carol.client.sendText(other, 'unconfigured');
      await carol.client.sendText(room, 'missed');
      const bridge = await stage.started([room, other], { memory });
      await carol.client.sendText(other, 'new');
      await bridge.host.waitForMessage('new');
      await bridge.host.waitForMessage('missed');
      expect(heard(bridge).sort()).toEqual(['missed', 'new']);
    });
  });

  describe('rooms', () => {
    test('a room can be named by its alias', async () => {
      const alias = stage.unused('lobby');
      const named = await carol.client.createRoom({ preset: 'public_chat', room_alias_name: alias });
      const ref = `#${alias}:${carol.id.split(':')[1]}`;
      const bridge = await stage.started([ref]);
      await carol.client.sendText(named, 'hi');
      expect((await bridge.host.waitForMessage('hi')).place).toMatchObject({ room: ref });
      await carol.eyes.look();
      await send(bridge, ref, said('hello'));
      await carol.eyes.waitFor(named, 'hello');
      expect(bridge.adapter.nativeRoomId?.(ref as never)).toBe(named);
    });

    test('an invitation that waits is accepted', async () => {
      const secret = await carol.client.createRoom({ preset: 'private_chat', invite: [stage.bot.id] });
      const bridge = await stage.started([secret]);
      await carol.client.sendText(secret, 'hi');
      await bridge.host.waitForMessage('hi');
    });

    test('without an invitation it says what to do, and joins when it is done; what was said before stays there', async () => {
      const secret = await carol.client.createRoom({
        preset: 'private_chat',
        initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'shared' } }],
      });
      const bridge = await stage.started([secret, room]);
      await bridge.host.lines.waitFor((line) => line.includes(`/invite ${stage.bot.id}`) && line.includes(secret));
      await expect(send(bridge, secret, said('x'))).rejects.toMatchObject({ name: 'DeliveryError', passing: false });
      await carol.client.sendText(secret, 'before');
      await carol.client.inviteUser(stage.bot.id, secret);
      await bridge.host.lines.waitFor((line) => line.includes(`${secret}: ${stage.bot.id} is in it`));
      await carol.client.sendText(secret, 'after');
      await carol.client.sendText(room, 'elsewhere');
      await bridge.host.waitForMessage('after');
      await bridge.host.waitForMessage('elsewhere');
      expect(heard(bridge).sort()).toEqual(['after', 'elsewhere']);
    });

    test('kicked, it says so, takes nothing more for the room, and comes back when it is invited', async () => {
      const bridge = await stage.started([room]);
      await carol.client.sendText(room, 'one');
      await carol.client.kickUser(stage.bot.id, room, 'spam');
      await bridge.host.lines.waitFor((line) => line.includes(`kicked by ${carol.id} (spam)`));
      expect(heard(bridge)).toEqual(['one']);
      const refusal = await send(bridge, room, said('x')).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(DeliveryError);
      expect(refusal).toMatchObject({ passing: false, message: expect.stringContaining(`/invite ${stage.bot.id}`) });
      await carol.client.sendText(room, 'while away');
      const { lines } = bridge.host;
      const known = lines.all.length;
      await carol.client.inviteUser(stage.bot.id, room);
      await lines.waitFor((line) => line.includes(`${stage.bot.id} is in it`) && lines.all.indexOf(line) >= known);
      await carol.client.sendText(room, 'two');
      await bridge.host.waitForMessage('two');
      expect(heard(bridge)).toEqual(['one', 'two']);
    });

    test('an encrypted room is never answered in clear', async () => {
      const encryption = { type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
      const secret = await carol.client.createRoom({ preset: 'public_chat', initial_state: [encryption] });
      const bridge = await stage.started([secret, room]);
      await bridge.host.lines.waitFor((line) => line.includes('encrypted') && line.includes(secret));
      await expect(send(bridge, secret, said('x'))).rejects.toMatchObject({ passing: false });
      await carol.client.sendStateEvent(room, 'm.room.encryption', '', encryption.content);
      await bridge.host.lines.waitFor((line) => line.includes('encrypted') && line.includes(room));
      await expect(send(bridge, room, said('x'))).rejects.toMatchObject({ passing: false });
      expect(bridge.host.lines.all.filter((line) => line.includes('encrypted'))).toHaveLength(2);
    });

    test('where it may not speak, it says so', async () => {
      const quiet = await carol.client.createRoom({
        preset: 'public_chat',
        power_level_content_override: { events_default: 50 },
      });
      const bridge = await stage.started([quiet]);
      await bridge.host.lines.waitFor((line) => line.includes('may not speak') && line.includes(quiet));
      await expect(send(bridge, quiet, said('x'))).rejects.toMatchObject({
        passing: false,
        message: expect.stringContaining('Roles & Permissions'),
      });
      await carol.client.sendText(quiet, 'listen');
      await bridge.host.waitForMessage('listen');
    });
  });

  describe('people', () => {
    test('a new name and a departure are told; who is still in another room has not left', async () => {
      const other = await carol.client.createRoom({ preset: 'public_chat' });
      const dave = await stage.person('dave');
      await dave.client.joinRoom(room);
      await dave.client.joinRoom(other);
      const bridge = await stage.started([room, other]);
      await dave.client.setDisplayName('David');
      // Each room is told on its own, one after the other.
      const { profiles } = bridge.host;
      await profiles.waitFor(() => profiles.all.filter(({ id, name }) => id === dave.id && name === 'David').length === 2);
      await dave.client.sendText(room, 'renamed');
      expect((await bridge.host.waitForMessage('renamed')).author.name).toBe('David');
      await dave.client.leaveRoom(room);
      await carol.client.sendText(room, 'gone?');
      await bridge.host.waitForMessage('gone?');
      expect(bridge.host.departures.all).toEqual([]);
      await carol.client.kickUser(dave.id, other);
      await bridge.host.departures.waitFor((id) => id === dave.id);
    });
  });

  describe('the operator is told', () => {
    const findings = async ({ adapter }: Bridge) => {
      const all: Finding[] = [];
      for await (const finding of adapter.check()) all.push(finding);
      return all;
    };

    test('a wrong token, without naming it', async () => {
      const { adapter, host } = stage.bridge([room], { token: 'wrong-token' });
      const failure = await adapter.start().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(AdapterError);
      expect(String(failure)).toContain('access_token');
      expect(`${failure}${host.lines.all.join()}`).not.toContain('wrong-token');
      const last = (await findings({ adapter, host })).at(-1);
      expect(last).toEqual({ ok: false, text: expect.stringContaining('access_token') });
    });

    test('how each room stands, before a start and after, without being seen in any', async () => {
      const secret = await carol.client.createRoom({ preset: 'private_chat' });
      const invited = await carol.client.createRoom({ preset: 'private_chat', invite: [stage.bot.id] });
      const nowhere = `#${stage.unused('nowhere')}:${carol.id.split(':')[1]}`;
      const bridge = stage.bridge([room, invited, secret, nowhere, 'lobby']);
      const told = async () =>
        (await findings(bridge))
          .filter(({ text }) => !text.includes('settings'))
          .slice(2)
          .map(({ ok, text }) => `${ok} ${text}`);
      const outlook = expect.stringMatching(stage.site.hasRoomSummaries ? /^true .*may join/ : /^false .*\/invite/);
      expect(await told()).toEqual([
        outlook,
        outlook,
        expect.stringMatching(/^false .*\/invite/),
        expect.stringMatching(/^false .*no room with this alias/),
        expect.stringMatching(/^false .*neither a room id/),
      ]);
      expect(await carol.client.getJoinedRoomMembers(room)).toEqual([carol.id]);
      await bridge.adapter.start();
      expect((await told()).slice(0, 3)).toEqual([
        expect.stringMatching(/^true .*may speak/),
        expect.stringMatching(/^true .*may speak/),
        expect.stringMatching(/^false .*\/invite/),
      ]);
    });
  });
}
