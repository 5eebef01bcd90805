import { expect, test } from 'vitest';
import type { AdapterId, EventId, Message, Place, RoomRef } from '../../src/event.ts';
import { deliveries } from '../../src/store/deliveries.ts';
import { DeliveryReader } from '../../src/store/delivery-reader.ts';
import { type KeptReaction, ReactionStore } from '../../src/store/reactions.ts';
import { literal } from '../../src/text/tree.ts';
import type { OpenTestStore } from './open.ts';

const place: Place = { kind: 'room', adapter: 'discord' as AdapterId, room: 'one' as RoomRef };
const message: Message = {
  kind: 'message',
  id: 'discord/one/1' as EventId,
  at: 0,
  place,
  tag: 'Discord',
  author: { id: '1', name: 'Alice' },
  body: literal("it's 👍"),
  attachments: [],
};
const here = 'room/matrix/two';

/** Reactions, and what is shown under which native id, on any database. */
export function reactionStories(open: OpenTestStore): void {
  test('reactions are known after a restart, until they are taken back; one that can not be read is left out', async () => {
    const first = await open();
    const reactions = new ReactionStore(first.store.database, first.store.writer);
    const thumb: KeptReaction = { emoji: { name: '👍' }, who: 'a' as EventId, id: '1' as EventId, isNative: true };
    const wave = { ...thumb, emoji: { name: 'wave', url: 'https://pics.example/wave.png' }, isNative: false };
    for (const reaction of [thumb, wave, { ...thumb, who: 'b' as EventId }]) reactions.put(message.id, here, reaction);
    reactions.put(message.id, 'room/matrix/other', thumb);
    reactions.put(message.id, here, { ...thumb, id: '2' as EventId });
    reactions.remove(message.id, here, [{ ...thumb, who: 'b' as EventId }]);
    const sql = `INSERT INTO reaction (destination, target, emoji, who, id, native) VALUES (?, ?, ?, 'c', '3', 1)`;
    for (const broken of ['{', '{"name":1}']) await first.store.writer.add({ sql, values: [here, message.id, broken] });
    await first.store.close();
    const { store } = await first.reopen();
    const kept = await new ReactionStore(store.database, store.writer).at(message.id, here);
    expect(kept.sort((a, b) => a.id.localeCompare(b.id))).toEqual([wave, { ...thumb, id: '2' }]);
  });

  test('an event is found by its id, and by what shows it: the message of an edit, and nothing where several are joined', async () => {
    const first = await open();
    const edit = { kind: 'edit', id: 'edit' as EventId, at: 0, place, message } as const;
    const { writer } = first.store;
    void writer.add(...deliveries.take(1, message, 0, []), ...deliveries.take(2, edit, 0, []));
    void writer.add(deliveries.shown(here, 1, 0, { nativeId: 'a', events: 1, at: 0 }));
    void writer.add(deliveries.shown(here, 2, 0, { nativeId: 'b', events: 1, at: 0 }));
    void writer.add(
      deliveries.shown(here, 1, 1, { nativeId: 'c', events: 2, at: 0 }),
      deliveries.shown(here, 2, 1, { nativeId: 'c', events: 2, at: 0 }),
    );
    await first.store.close();
    const { store } = await first.reopen();
    const reader = new DeliveryReader(store.database);
    const shown = await Promise.all(['a', 'b', 'c', 'd'].map((nativeId) => reader.eventAt(here, nativeId)));
    expect(shown).toEqual([message.id, message.id, undefined, undefined]);
    expect(await reader.eventAt('room/matrix/other', 'a')).toBeUndefined();
    expect(await reader.event(message.id)).toEqual(message);
    expect(await reader.event('nobody' as EventId)).toBeUndefined();
  });
}
