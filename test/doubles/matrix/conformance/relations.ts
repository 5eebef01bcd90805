/** Reactions, and what points at an event. */
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../client.ts';
import type { Person, Stage } from '../conformance.ts';

interface Page {
  readonly chunk: readonly { readonly event_id: string; readonly sender: string; readonly content: object }[];
  readonly next_batch?: string;
}

export function relationTests(stage: Stage): void {
  const react = (person: Person, roomId: string, event_id: string, key: string): Promise<string> =>
    person.client.sendEvent(roomId, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id, key } });
  const relations = (person: Person, roomId: string, eventId: string, query: object = {}, type = 'm.reaction'): Promise<Page> => {
    const path = `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/relations/${encodeURIComponent(eventId)}/m.annotation/${type}`;
    return person.client.doRequest('GET', path, query);
  };

  describe('reactions', () => {
    it('are listed from new to old, page by page, and not when they were redacted', async () => {
      const roomId = await stage.publicRoom();
      const target = await stage.alice.client.sendText(roomId, 'x');
      const other = await stage.alice.client.sendText(roomId, 'y');
      const first = await react(stage.bob, roomId, target, '👍');
      await react(stage.alice, roomId, other, '👍');
      const second = await react(stage.alice, roomId, target, '👍');
      const third = await react(stage.bob, roomId, target, 'a text');
      const all = await relations(stage.alice, roomId, target);
      expect(all.chunk.map(({ event_id }) => event_id)).toEqual([third, second, first]);
      expect(all.chunk.map(({ sender }) => sender)).toEqual([stage.bob.id, stage.alice.id, stage.bob.id]);
      expect(all.next_batch).toBeUndefined();
      const page = await relations(stage.alice, roomId, target, { limit: 2 });
      expect(page.chunk.map(({ event_id }) => event_id)).toEqual([third, second]);
      const rest = await relations(stage.alice, roomId, target, { limit: 2, from: page.next_batch });
      expect(rest.chunk.map(({ event_id }) => event_id)).toEqual([first]);
      await stage.bob.client.redactEvent(roomId, third);
      expect((await relations(stage.alice, roomId, target)).chunk.map(({ event_id }) => event_id)).toEqual([second, first]);
      expect((await relations(stage.alice, roomId, target, {}, 'm.room.message')).chunk).toEqual([]);
    });

    it('may be made again once they were redacted', async () => {
      const roomId = await stage.publicRoom();
      const target = await stage.alice.client.sendText(roomId, 'x');
      const reaction = await react(stage.bob, roomId, target, '👍');
      expect(await refusalOf(react(stage.bob, roomId, target, '👍'))).toBe('400 M_DUPLICATE_ANNOTATION');
      await stage.bob.client.redactEvent(roomId, reaction);
      const { content } = await stage.alice.client.getEvent(roomId, reaction);
      expect(content).toEqual({});
      await react(stage.bob, roomId, target, '👍');
    });

    it('to what is not there are refused, and nothing points at that', async () => {
      const roomId = await stage.publicRoom();
      expect(await refusalOf(react(stage.bob, roomId, '$unknown', '👍'))).toBe('400 M_UNKNOWN');
      expect(await refusalOf(relations(stage.alice, roomId, '$unknown'))).toBe('404 M_UNKNOWN');
    });

    it('to what was redacted are taken all the same', async () => {
      const roomId = await stage.publicRoom();
      const target = await stage.alice.client.sendText(roomId, 'x');
      await stage.alice.client.redactEvent(roomId, target);
      await react(stage.bob, roomId, target, '👍');
    });

    it('keep what else stands in them', async () => {
      const roomId = await stage.publicRoom();
      const target = await stage.alice.client.sendText(roomId, 'x');
      const relation = { rel_type: 'm.annotation', event_id: target, key: '👍' };
      await stage.bob.client.sendEvent(roomId, 'm.reaction', { 'm.relates_to': relation, 'org.example.mark': { id: 'x' } });
      const { chunk } = await relations(stage.alice, roomId, target);
      expect(chunk[0]?.content).toMatchObject({ 'org.example.mark': { id: 'x' } });
    });
  });
}
