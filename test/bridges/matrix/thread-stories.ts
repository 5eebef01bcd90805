/** What the Matrix adapter does with threads, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RoomThread } from '../../../src/adapter.ts';
import type { EventId, Message, RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { type Bridge, edited, type MatrixSite, type Person, Stage, said } from './stage.ts';

interface KnownThread extends RoomThread {
  /** The native ids that it was opened under. */
  readonly ids: string[];
}

/** A thread elsewhere as the core knows it in the room. */
function elsewhere(nativeId?: string, name = 'Raid'): KnownThread {
  const ids: string[] = [];
  return { nativeId, name, opened: (id) => ids.push(id), ids };
}

const inThread = (changes: Partial<Message> = {}): Partial<Message> => ({
  thread: { id: 'discord/1/2' as EventId, name: 'Raid' },
  ...changes,
});

export function threadStories(openSite: () => Promise<MatrixSite>): void {
  describe('threads', () => {
    let stage: Stage;
    let carol: Person;
    let room: string;
    let bridge: Bridge;
    beforeEach(async () => {
      stage = await Stage.open(await openSite());
      carol = await stage.person('carol');
      room = await carol.client.createRoom({ preset: 'public_chat' });
      bridge = await stage.started([room]);
      await carol.eyes.look();
    });
    afterEach(() => stage.close());

    const send = (message: Message, thread: RoomThread, attempt = new TestAttempt()) =>
      bridge.adapter.send(room as RoomRef, message, attempt, thread);
    const relationOf = async (words: string) => (await carol.eyes.waitFor(room, words)).content['m.relates_to'];
    const relation = (root: string, answered: string, isFallingBack: boolean) => ({
      rel_type: 'm.thread',
      event_id: root,
      is_falling_back: isFallingBack,
      'm.in_reply_to': { event_id: answered },
    });
    const writes = (body: string, related: object) =>
      carol.client.sendMessage(room, { msgtype: 'm.text', body, 'm.relates_to': related });

    test('what is said in a thread is heard as part of it, with how that begins, also when it is edited', async () => {
      const root = await carol.client.sendText(room, 'which map?\nI like dust');
      const id = await writes('nuke', relation(root, root, true));
      const thread = { id: `matrix/${room}/${root}`, name: 'which map? / I like dust' };
      expect(await bridge.host.waitForMessage('nuke')).toMatchObject({ thread });
      expect((await bridge.host.waitForMessage('nuke')).replyTo).toBeUndefined();
      await writes('why?', relation(root, id, false));
      expect(await bridge.host.waitForMessage('why?')).toMatchObject({ thread, replyTo: { text: 'nuke' } });
      const content = { msgtype: 'm.text', body: 'train' };
      const replaced = { rel_type: 'm.replace', event_id: id };
      await carol.client.sendMessage(room, { ...content, body: '* train', 'm.new_content': content, 'm.relates_to': replaced });
      expect(await bridge.host.edits.waitFor(() => true)).toMatchObject({ message: { thread } });
    });

    test('a message hangs on its root, and tells others of the latest one', async () => {
      const root = await carol.client.sendText(room, 'plan');
      const known = elsewhere(root);
      const first = new TestAttempt();
      await send(said('one', inThread()), known, first);
      expect(await relationOf('one')).toEqual(relation(root, root, true));
      await send(said('two', inThread()), known);
      expect(await relationOf('two')).toEqual(relation(root, first.shown[0] ?? '', true));
      const mine = await writes('mine', relation(root, root, true));
      await bridge.host.waitForMessage('mine');
      await send(said('three', inThread()), known);
      expect(await relationOf('three')).toEqual(relation(root, mine, true));
      const replyTo = { author: 'carol', text: 'plan', here: { nativeId: mine } };
      await send(said('four', inThread({ replyTo })), known);
      expect(await relationOf('four')).toEqual(relation(root, mine, false));
      expect(new Set(known.ids)).toEqual(new Set([root]));
    });

    test('without anything to hang on, it hangs on a notice with its name', async () => {
      const known = elsewhere(undefined, '@room <b>Raid</b>\u202e');
      const message = said('one', inThread());
      const attempt = new TestAttempt();
      await send(message, known, attempt);
      const notice = await carol.eyes.waitFor(room, 'Thread');
      expect(notice).toMatchObject({
        msgtype: 'm.notice',
        body: 'Thread: @room <b>Raid</b>',
        html: '<strong>Thread</strong>: @room &lt;b&gt;Raid&lt;/b&gt;',
        mentions: {},
      });
      expect(new Set(known.ids)).toEqual(new Set([notice.id]));
      expect(await relationOf('one')).toEqual(relation(notice.id, notice.id, true));
      // Killed before anything of that was written, it does the same again.
      await send(message, elsewhere(undefined, '@room <b>Raid</b>\u202e'));
      await send(said('end'), elsewhere(notice.id));
      await carol.eyes.waitFor(room, 'end');
      expect(carol.eyes.heard(room)).toHaveLength(3);
    });

    test('on what is in a thread itself, or is not known, nothing can hang', async () => {
      const root = await carol.client.sendText(room, 'plan');
      const inside = await writes('inside', relation(root, root, true));
      for (const [n, wrong] of [inside, '$unknown-to-everybody'].entries()) {
        const known = elsewhere(wrong, `Topic ${n}`);
        await send(said(`text ${n}`, inThread({ thread: { id: `discord/1/${n}` as EventId } })), known);
        const notice = await carol.eyes.waitFor(room, `Thread: Topic ${n}`);
        expect(await relationOf(`text ${n}`)).toMatchObject({ event_id: notice.id });
        expect(known.ids.at(-1)).toBe(notice.id);
      }
    });

    test('an answer may begin a thread, and so may a message that was edited or taken back', async () => {
      const question = await carol.client.sendText(room, 'why?');
      const answer = await carol.client.sendMessage(room, {
        msgtype: 'm.text',
        body: 'because',
        'm.relates_to': { 'm.in_reply_to': { event_id: question } },
      });
      await send(said('one', inThread()), elsewhere(answer));
      expect(await relationOf('one')).toMatchObject({ event_id: answer });
      await carol.client.redactEvent(room, question);
      await send(said('two', inThread()), elsewhere(question));
      expect(await relationOf('two')).toMatchObject({ event_id: question });
    });

    test('an edit leaves a message in its thread, and what it adds comes there too', async () => {
      const root = await carol.client.sendText(room, 'plan');
      const message = said('one', inThread());
      const attempt = new TestAttempt();
      await send(message, elsewhere(root), attempt);
      const long = edited(message, Array.from({ length: 9_000 }, (_, n) => `w${n}`).join(' '));
      const more = new TestAttempt();
      await bridge.adapter.edit?.(room as RoomRef, long, attempt.shown, more, elsewhere(root));
      expect(await relationOf('w8999')).toMatchObject({ rel_type: 'm.thread', event_id: root });
      const parts = (await carol.eyes.standing(room)).filter(({ body }) => body.startsWith('Alice'));
      expect(parts.length).toBeGreaterThan(1);
      expect(parts.map(({ id }) => id)).toEqual([...attempt.shown, ...more.shown]);
    });
  });
}
