/** Reactions and native replies through the Matrix adapter, told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emoji, EventId, RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { type Bridge, type MatrixSite, type Person, Stage, said, send } from './stage.ts';

export function reactionStories(openSite: () => Promise<MatrixSite>): void {
  let stage: Stage;
  let carol: Person;
  let room: string;
  let message: string;
  beforeEach(async () => {
    stage = await Stage.open(await openSite());
    carol = await stage.person('carol');
    room = await carol.client.createRoom({ preset: 'public_chat' });
    message = await carol.client.sendText(room, 'hello');
  });
  afterEach(() => stage.close());

  const idOf = (event: string) => `matrix/${room}/${event}`;
  const react = ({ client }: Person, event_id: string, key: string, more = {}): Promise<string> =>
    client.sendEvent(room, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id, key }, ...more });
  /** Who reacts to a message with what, now, as a client shows it. */
  const reactionsTo = async (eventId: string): Promise<string[]> => {
    const path = `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/relations/${encodeURIComponent(eventId)}/m.annotation/m.reaction`;
    const { chunk } = await carol.client.doRequest('GET', path, { limit: 100 });
    return chunk.map(({ sender, content }: { sender: string; content: { 'm.relates_to': { key: string } } }) => {
      return `${sender === stage.bot.id ? 'the bridge' : sender} ${content['m.relates_to'].key}`;
    });
  };
  let causes = 0;
  const set = ({ adapter }: Bridge, emoji: Emoji, isOn: boolean, to = message, cause = `cause ${++causes}`) =>
    adapter.react?.(room as RoomRef, { message: to, emoji, isOn, cause: cause as EventId }, AbortSignal.timeout(20_000));

  describe('what people react with', () => {
    test('reaches the core, with who it was, and so does the end of it', async () => {
      const { host } = await stage.started([room]);
      const id = await react(carol, message, '👍');
      expect(await host.reactions.waitFor(() => true)).toMatchObject({
        kind: 'reaction',
        id: idOf(id),
        author: { id: carol.id, name: 'carol' },
        emoji: { name: '👍' },
        target: idOf(message),
      });
      await carol.client.redactEvent(room, id);
      expect(await host.removals.waitFor(() => true)).toMatchObject({ target: idOf(id) });
    });

    test('a picture is called by its name; what is malformed, of another kind or of a bridge is not heard', async () => {
      const { host } = await stage.started([room]);
      await carol.client.sendEvent(room, 'm.reaction', { 'm.relates_to': { event_id: message, key: '👍' } });
      await carol.client.sendEvent(room, 'm.reaction', {
        'm.relates_to': { rel_type: 'm.reference', event_id: message, key: '👍' },
      });
      await carol.client.sendEvent(room, 'm.reaction', {});
      await react(carol, message, '👎', { 'dev.crosschat.bridge': { server_id: 'other', label: '' } });
      await react(carol, message, 'mxc://example.org/abc', { 'com.beeper.reaction.shortcode': ':cat:' });
      await react(carol, message, 'LGTM');
      await host.reactions.waitFor((reaction) => reaction.emoji?.name === 'LGTM');
      expect(host.reactions.all.map(({ emoji }) => emoji?.name)).toEqual([':cat:', 'LGTM']);
    });

    test('what came and went while the bridge was away comes too', async () => {
      const { adapter, host } = await stage.started([room]);
      await carol.client.sendText(room, 'heard');
      await host.waitForMessage('heard');
      const before = await react(carol, message, '👍');
      await host.reactions.waitFor(() => true);
      await adapter.stop();
      await carol.client.redactEvent(room, before);
      await react(carol, message, '👎');
      const again = await stage.started([room], { memory: host.memory });
      await again.host.reactions.waitFor(({ emoji }) => emoji?.name === '👎');
      expect(again.host.removals.all.map(({ target }) => target)).toEqual([idOf(before)]);
    });
  });

  describe('the reactions of the bridge', () => {
    test('stand beside those of people, each once however often it is tried, and go without a trace', async () => {
      const bridge = await stage.started([room]);
      await react(carol, message, '👍️');
      // As clients write it, however it comes from elsewhere.
      expect(await set(bridge, { name: '👍' }, true)).toBe(true);
      await set(bridge, { name: '👍' }, true, message, `cause ${causes}`);
      await set(bridge, { name: '👍' }, true);
      await set(bridge, { name: 'wave', url: 'https://pics.example/wave.png' }, true);
      expect((await reactionsTo(message)).sort()).toEqual([`${carol.id} 👍️`, 'the bridge 👍️', 'the bridge :wave:'].sort());
      await set(bridge, { name: '👍️' }, false);
      await set(bridge, { name: '👍' }, false);
      expect((await reactionsTo(message)).sort()).toEqual([`${carol.id} 👍️`, 'the bridge :wave:'].sort());
      await set(bridge, { name: '👍' }, true);
      expect(await reactionsTo(message)).toContain('the bridge 👍️');
    });

    test('are taken away by the next process, and are not heard by it', async () => {
      const first = await stage.started([room]);
      await set(first, { name: '👍' }, true);
      await first.adapter.stop();
      const again = await stage.started([room], { memory: first.host.memory });
      await set(again, { name: '👍' }, false);
      expect(await reactionsTo(message)).toEqual([]);
      await carol.client.sendText(room, 'end');
      await again.host.waitForMessage('end');
      expect([...again.host.reactions.all, ...again.host.removals.all]).toEqual([]);
    });

    test('to a message that is not there any more are no fault', async () => {
      const bridge = await stage.started([room]);
      await set(bridge, { name: '👍' }, true, '$never');
      await set(bridge, { name: '👍' }, false, '$never');
      await carol.client.redactEvent(room, message);
      await set(bridge, { name: '👍' }, true);
      await set(bridge, { name: '👍' }, false);
    });

    test('that the room does not allow are told to the operator', async () => {
      const closed = await carol.client.createRoom({
        preset: 'public_chat',
        power_level_content_override: { events: { 'm.reaction': 50 } },
      });
      const bridge = await stage.started([closed]);
      const id = await carol.client.sendText(closed, 'x');
      const refused = bridge.adapter.react?.(
        closed as RoomRef,
        { message: id, emoji: { name: '👍' }, isOn: true, cause: 'x' as EventId },
        AbortSignal.timeout(20_000),
      );
      await expect(refused).rejects.toMatchObject({ passing: false, message: expect.stringContaining('may not react there') });
    });
  });

  test('an answer to what stands in the room is a native one, and an edit leaves it one', async () => {
    const bridge = await stage.started([room]);
    const { eyes, client } = carol;
    await eyes.look();
    const replyTo = { author: 'carol', text: 'hello', here: { nativeId: message, by: carol.id } };
    const answer = said('good morning', { replyTo });
    const attempt = new TestAttempt();
    await send(bridge, room, answer, attempt);
    const [id = ''] = attempt.shown;
    await eyes.waitFor(room, 'good morning');
    const { content } = await client.getEvent(room, id);
    expect(content).toMatchObject({
      body: 'Alice (alpha): good morning',
      'm.relates_to': { 'm.in_reply_to': { event_id: message } },
      'm.mentions': { user_ids: [carol.id] },
    });
    const edit = {
      kind: 'edit',
      id: 'edit' as EventId,
      at: 0,
      place: answer.place,
      message: { ...answer, body: said('good evening').body },
    } as const;
    await bridge.adapter.edit?.(room as RoomRef, edit, attempt.shown, new TestAttempt());
    await eyes.waitFor(room, 'good evening');
    const now = await client.getEvent(room, id);
    expect(now.content).toMatchObject({ 'm.relates_to': { 'm.in_reply_to': { event_id: message } } });
    expect(await eyes.standing(room)).toMatchObject([{ body: 'hello' }, { body: 'Alice (alpha): good evening' }]);
    const edits = eyes.sees.all.filter(({ body }) => body.includes('good evening'));
    // Nobody is pinged a second time.
    expect(edits.map(({ mentions }) => mentions)).toEqual([{}]);
  });
}
