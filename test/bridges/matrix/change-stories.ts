/** Edits and deletions through the Matrix adapter, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Adapter, Attempt } from '../../../src/adapter.ts';
import type { Edit, RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { testMemory, words } from '../../support/host.ts';
import { type Bridge, edited, type MatrixSite, nextAttempt, type Person, Stage, said, send } from './stage.ts';

export function changeStories(openSite: () => Promise<MatrixSite>): void {
  let stage: Stage;
  let carol: Person;
  let room: string;
  beforeEach(async () => {
    stage = await Stage.open(await openSite());
    carol = await stage.person('carol');
    room = await carol.client.createRoom({ preset: 'public_chat' });
  });
  afterEach(() => stage.close());

  /** Somebody replaces what an event says. */
  const replaces = ({ client }: Person, id: string, body: string): Promise<string> =>
    client.sendMessage(room, {
      msgtype: 'm.text',
      body: `* ${body}`,
      'm.new_content': { msgtype: 'm.text', body },
      'm.relates_to': { rel_type: 'm.replace', event_id: id },
    });
  const idOf = (event: string) => `matrix/${room}/${event}`;

  describe('what people change in the room', () => {
    test('an edit reaches the core as an edit of the first event, also when it is the second edit', async () => {
      const bridge = await stage.started([room]);
      const first = await carol.client.sendText(room, 'helo');
      const edit = await replaces(carol, first, 'hello');
      const second = await replaces(carol, first, 'hello!');
      await bridge.host.edits.waitFor(({ id }) => id === idOf(second));
      const [original] = bridge.host.messages.all;
      expect(bridge.host.edits.all.map(({ id, message }) => [id, words(message.body)])).toEqual([
        [idOf(edit), 'hello'],
        [idOf(second), 'hello!'],
      ]);
      for (const { message, kind, place } of bridge.host.edits.all) {
        expect(kind).toBe('edit');
        expect({ ...message, body: original?.body }).toEqual(original);
        expect(place).toEqual(original?.place);
      }
    });

    test('an edit of an answer still answers, and markup, emotes and captions are read as in a message', async () => {
      const bridge = await stage.started([room]);
      const question = await carol.client.sendText(room, 'why?');
      const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: question } } };
      const answer = await carol.client.sendMessage(room, { msgtype: 'm.text', body: 'becase', ...relation });
      await carol.client.sendMessage(room, {
        msgtype: 'm.emote',
        body: '* waves',
        'm.new_content': { msgtype: 'm.emote', body: 'waves', format: 'org.matrix.custom.html', formatted_body: '<b>waves</b>' },
        'm.relates_to': { rel_type: 'm.replace', event_id: answer },
      });
      const { message } = await bridge.host.edits.waitFor(() => true);
      expect(message).toMatchObject({
        id: idOf(answer),
        emote: true,
        body: [{ type: 'bold', children: [{ type: 'text', text: 'waves' }] }],
        replyTo: { author: 'carol', text: 'why?' },
      });
    });

    test('nobody edits what somebody else said', async () => {
      const bridge = await stage.started([room]);
      const dave = await stage.person('dave');
      await dave.client.joinRoom(room);
      const id = await carol.client.sendText(room, 'mine');
      const edit = await replaces(carol, id, 'still mine');
      await replaces(dave, id, 'hacked');
      // What names an edit instead of the message is not valid, and is shown by no client.
      await replaces(carol, edit, 'edit of an edit');
      await carol.client.sendText(room, 'end');
      await bridge.host.waitForMessage('end');
      expect(bridge.host.edits.all.map(({ message }) => words(message.body))).toEqual(['still mine']);
    });

    test('a deletion reaches the core, by its author or by a moderator', async () => {
      const bridge = await stage.started([room]);
      const dave = await stage.person('dave');
      await dave.client.joinRoom(room);
      const one = await dave.client.sendText(room, 'one');
      const two = await dave.client.sendText(room, 'two');
      const own = await dave.client.redactEvent(room, one);
      const moderated = await carol.client.redactEvent(room, two, 'rude');
      await bridge.host.removals.waitFor(({ id }) => id === idOf(moderated));
      expect(bridge.host.removals.all).toMatchObject([
        { kind: 'removal', id: idOf(own), target: idOf(one), place: { kind: 'room', room } },
        { kind: 'removal', id: idOf(moderated), target: idOf(two) },
      ]);
    });

    test('an edit that is taken back leaves what was said before it, also after a restart', async () => {
      const memory = testMemory();
      const bridge = await stage.started([room], { memory });
      const first = await carol.client.sendText(room, 'my name is Carol');
      const edit = await replaces(carol, first, 'my name is Caroline');
      const secret = await replaces(carol, first, 'my password is swordfish');
      await bridge.host.edits.waitFor(({ id }) => id === idOf(secret));
      const one = await carol.client.redactEvent(room, secret);
      const { message } = await bridge.host.edits.waitFor(({ id }) => id === idOf(one));
      expect(message).toMatchObject({ id: idOf(first), body: [{ type: 'text', text: 'my name is Caroline' }] });
      await bridge.adapter.stop();
      const two = await carol.client.redactEvent(room, edit);
      const after = await stage.started([room], { memory });
      const before = await after.host.edits.waitFor(({ id }) => id === idOf(two));
      expect(before.message).toMatchObject({ id: idOf(first), body: [{ type: 'text', text: 'my name is Carol' }] });
      const three = await carol.client.redactEvent(room, first);
      await after.host.removals.waitFor(({ id }) => id === idOf(three));
      expect([...bridge.host.removals.all, ...after.host.removals.all].map(({ target }) => target)).toEqual([idOf(first)]);
    });

    test('an edit that is taken back after the message is gone changes nothing', async () => {
      const bridge = await stage.started([room]);
      const first = await carol.client.sendText(room, 'helo');
      const edit = await replaces(carol, first, 'hello');
      await bridge.host.edits.waitFor(({ id }) => id === idOf(edit));
      await carol.client.redactEvent(room, first);
      await carol.client.redactEvent(room, edit);
      await carol.client.sendText(room, 'end');
      await bridge.host.waitForMessage('end');
      expect(bridge.host.edits.all).toHaveLength(1);
      expect(bridge.host.removals.all.map(({ target }) => target)).toEqual([idOf(first)]);
    });

    test('an answer to what was edited quotes what stands there now, of people and of players', async () => {
      const bridge = await stage.started([room]);
      const first = await carol.client.sendText(room, 'helo');
      await replaces(carol, first, 'hello');
      const message = said('hy');
      const { shown } = await sendDone(bridge, message);
      await editIn(bridge, edited(message, 'hi'), shown);
      for (const id of [first, shown[0]]) {
        const relation = { 'm.relates_to': { 'm.in_reply_to': { event_id: id } } };
        await carol.client.sendMessage(room, { msgtype: 'm.text', body: `about ${id}`, ...relation });
      }
      await bridge.host.waitForMessage(`about ${shown[0]}`);
      const quotes = bridge.host.messages.all.slice(1).map(({ replyTo }) => `${replyTo?.author}: ${replyTo?.text}`);
      expect(quotes).toEqual(['carol: hello', 'Alice (alpha): hi']);
    });

    test('what the bridge itself says, edits and deletes, and what becomes of that, is not passed on', async () => {
      const bridge = await stage.started([room]);
      const attempt = new TestAttempt();
      const message = said('hi');
      await send(bridge, room, message, attempt);
      await editIn(bridge, edited(message, 'ho'), attempt.shown);
      await carol.client.redactEvent(room, attempt.shown[0] ?? '');
      const { shown } = await sendDone(bridge, said('other'));
      await removeIn(bridge, shown);
      await carol.client.sendText(room, 'end');
      await bridge.host.waitForMessage('end');
      expect([bridge.host.edits.all, bridge.host.removals.all, bridge.host.messages.all.length]).toEqual([[], [], 1]);
    });

    test('edits and deletions while the bridge was away come too, in order, even through a gap', async () => {
      const memory = testMemory();
      const before = await stage.started([room], { memory });
      const first = await carol.client.sendText(room, 'first');
      const doomed = await carol.client.sendText(room, 'doomed');
      await before.host.waitForMessage('doomed');
      await before.adapter.stop();
      const edit = await replaces(carol, first, 'first, better');
      const removal = await carol.client.redactEvent(room, doomed);
      for (let n = 0; n < 110; n++) await carol.client.sendText(room, `missed ${n}`);
      const after = await stage.started([room], { memory });
      await after.host.waitForMessage('missed 109');
      expect(after.host.edits.all.map(({ id }) => id)).toEqual([idOf(edit)]);
      expect(after.host.removals.all.map(({ id }) => id)).toEqual([idOf(removal)]);
      expect(after.host.messages.all.map(({ body }) => words(body))).toEqual(
        Array.from({ length: 110 }, (_, n) => `missed ${n}`),
      );
    });
  });

  const editIn = (bridge: Bridge, edit: Edit, shown: readonly string[], attempt: Attempt = new TestAttempt()) =>
    ability(bridge, 'edit').call(bridge.adapter, room as RoomRef, edit, shown, attempt);
  const removeIn = (bridge: Bridge, shown: readonly string[]) =>
    ability(bridge, 'remove').call(bridge.adapter, room as RoomRef, shown, new AbortController().signal);
  const sendDone = async (bridge: Bridge, message: ReturnType<typeof said>) => {
    const attempt = new TestAttempt();
    await send(bridge, room, message, attempt);
    return attempt;
  };
  const standing = async () => (await carol.eyes.standing(room)).map(({ body }) => body);

  describe('what players change', () => {
    test('an edit changes the message where it stands, pinging nobody, also when it is tried twice', async () => {
      const bridge = await stage.started([room]);
      const message = said('helo');
      const { shown } = await sendDone(bridge, message);
      await sendDone(bridge, said('next'));
      await carol.eyes.look();
      const edit = edited(message, 'hello @room');
      await editIn(bridge, edit, shown);
      await editIn(bridge, edit, shown);
      expect(await standing()).toEqual(['Alice (alpha): hello @room', 'Alice (alpha): next']);
      const seen = await carol.eyes.waitFor(room, 'hello');
      expect(seen).toMatchObject({ body: '* Alice (alpha): hello @room', mentions: {} });
      await editIn(bridge, edited(message, 'hello again'), shown);
      expect((await standing())[0]).toBe('Alice (alpha): hello again');
      expect(carol.eyes.heard(room).filter((body) => body.includes('@room'))).toHaveLength(1);
    });

    test('an edit that is longer than the homeserver takes twice in one event', async () => {
      const bridge = await stage.started([room]);
      const message = said('short');
      const { shown } = await sendDone(bridge, message);
      await editIn(bridge, edited(message, `"<&>${'\u00fc"'.repeat(2_500)}`), shown);
      expect((await standing()).join('')).toContain('\u00fc"'.repeat(2_000));
    });

    test('more parts than before come at the end, fewer are taken back, and more again come again', async () => {
      const bridge = await stage.started([room]);
      const long = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}${n}`).join(' ');
      const message = said(long('a', 3_000));
      const first = await sendDone(bridge, message);
      await sendDone(bridge, said('next'));
      const added = new TestAttempt();
      const longer = edited(message, long('b', 9_000));
      await editIn(bridge, longer, first.shown, added);
      const shown = [...first.shown, ...added.shown];
      const bodies = await standing();
      expect(added.shown.length).toBeGreaterThan(1);
      expect(bodies.length).toBe(shown.length + 1);
      expect(bodies[first.shown.length]).toBe('Alice (alpha): next');
      const texts = bodies.filter((body) => !body.endsWith('next')).map((body) => body.slice('Alice (alpha): '.length));
      expect(texts.join(' ')).toBe(long('b', 9_000));

      // The same edit once more, by a process that was killed before it knew that it was done.
      await editIn(bridge, longer, shown, nextAttempt(added));
      expect(await standing()).toEqual(bodies);

      const shorter = edited(message, 'c');
      await editIn(bridge, shorter, shown);
      await editIn(bridge, shorter, shown);
      expect(await standing()).toEqual(['Alice (alpha): c', 'Alice (alpha): next']);

      await editIn(bridge, edited(message, long('d', 9_000)), shown);
      const again = (await standing())
        .filter((body) => !body.endsWith('next'))
        .map((body) => body.slice('Alice (alpha): '.length));
      expect(again.join(' ')).toBe(long('d', 9_000));
    });

    test('a deletion takes all parts away, and may come twice', async () => {
      const bridge = await stage.started([room]);
      const { shown } = await sendDone(bridge, said('word '.repeat(10_000)));
      await sendDone(bridge, said('stays'));
      expect(shown.length).toBeGreaterThan(1);
      await removeIn(bridge, shown);
      await removeIn(bridge, [...shown, '$unknown']);
      expect(await standing()).toEqual(['Alice (alpha): stays']);
    });

    test('an edit of what a moderator has taken away does not bring it again', async () => {
      const bridge = await stage.started([room]);
      const message = said('rude');
      const { shown } = await sendDone(bridge, message);
      await carol.client.redactEvent(room, shown[0] ?? '');
      await editIn(bridge, edited(message, 'ruder'), shown);
      expect(await standing()).toEqual([]);
    });

    test('where it may not take messages back, it says what to do; the level for the messages of others is not needed', async () => {
      room = await carol.client.createRoom({
        preset: 'public_chat',
        power_level_content_override: { redact: 100, events: { 'm.room.redaction': 50 } },
      });
      const bridge = await stage.started([room]);
      const { shown } = await sendDone(bridge, said('stays'));
      await expect(removeIn(bridge, shown)).rejects.toMatchObject({
        name: 'DeliveryError',
        passing: false,
        message: expect.stringMatching(/may not take back its own messages.*Remove messages sent by me/),
      });
      await carol.client.sendStateEvent(room, 'm.room.power_levels', '', {
        ...(await carol.client.getRoomStateEvent(room, 'm.room.power_levels', '')),
        events: {},
      });
      await removeIn(bridge, shown);
      expect(await standing()).toEqual([]);
    });
  });
}

function ability<Name extends 'edit' | 'remove'>({ adapter }: Bridge, name: Name): NonNullable<Adapter[Name]> {
  const method = adapter[name];
  if (method === undefined) throw new Error(`The adapter can't ${name}`);
  return method;
}
