import { expect, test } from 'vitest';
import type { AdapterId, EventId, Message, Place, RoomRef } from '../../src/event.ts';
import { deliveries } from '../../src/store/deliveries.ts';
import { ReactionStore } from '../../src/store/reactions.ts';
import { trace } from '../../src/store/trace.ts';
import { literal } from '../../src/text/tree.ts';
import type { OpenTestStore } from './open.ts';

const place: Place = { kind: 'room', adapter: 'discord' as AdapterId, room: '5' as RoomRef };
const alice = { id: '1', name: 'Alice' };

function message(native: string): Message {
  const id = `discord/5/${native}` as EventId;
  return { kind: 'message', id, at: 1, place, tag: 'Discord', author: alice, body: literal(native), attachments: [] };
}

const shownAs = (nativeId: string, events = 1) => ({ nativeId, events, at: 77 });

/** The way of a message, on any database. */
export function traceStories(open: OpenTestStore): void {
  test('a message is found by its number, its id, its native id and what shows it, with its edit, its removal and reactions', async () => {
    const { store } = await open();
    const { writer, database } = store;
    const said = message('100');
    const edit = { kind: 'edit', id: 'discord/5/e' as EventId, at: 2, place, message: said } as const;
    const reaction = {
      kind: 'reaction',
      id: 'matrix/!r/$heart' as EventId,
      at: 3,
      place,
      tag: 'Matrix',
      author: alice,
      emoji: { name: '❤' },
      target: 'matrix/!r/$a' as EventId,
    } as const;
    const removal = { kind: 'removal', id: 'discord/5/r' as EventId, at: 4, place, target: said.id } as const;
    const [matrix, other] = ['room/matrix/!r', 'room/matrix/!s'];
    void writer.add(
      ...deliveries.take(10, message('99'), 10, [other]),
      ...deliveries.take(11, said, 11, [matrix, other, 'network/bridge']),
      ...deliveries.take(12, edit, 12, [other]),
      ...deliveries.take(13, reaction, 13, ['network/bridge']),
      ...deliveries.take(14, removal, 14, [matrix]),
      deliveries.shown(matrix, 11, 0, shownAs('$a')),
      deliveries.shown(matrix, 11, 1, shownAs('$b')),
      deliveries.arrived(matrix, 11),
      deliveries.begun(other, { seq: 12, begunAt: 50, sentAs: 0 }),
      deliveries.fares({ id: matrix, name: 'Matrix room !r', state: 'up', since: 0, reason: undefined }),
    );
    await writer.add(deliveries.bury('network/bridge', { seq: 11, position: 11, queuedAt: 11 }, 'the broker refused it', 60));
    new ReactionStore(database, writer).put(said.id, 'network/bridge', {
      emoji: { name: '❤' },
      who: 'matrix/!r/carol' as EventId,
      id: reaction.id,
      isNative: false,
    });
    await writer.flushed();

    const found = await trace(database, '11');
    expect(found.map(({ seq }) => seq)).toEqual([11, 12, 13, 14]);
    expect(found[0]).toMatchObject({ id: said.id, takenAt: 11, event: said });
    expect(found[0]?.ways).toEqual([
      {
        destination: 'network/bridge',
        name: 'network/bridge',
        state: 'dead',
        since: 60,
        reason: 'the broker refused it',
        ahead: 0,
        shown: [],
      },
      {
        destination: matrix,
        name: 'Matrix room !r',
        state: 'shown',
        since: 77,
        reason: undefined,
        ahead: 0,
        shown: [shownAs('$a'), shownAs('$b')],
      },
      { destination: other, name: other, state: 'waiting', since: 11, reason: undefined, ahead: 1, shown: [] },
    ]);
    expect(found[1]?.ways).toMatchObject([{ destination: other, state: 'begun', since: 50, ahead: 2 }]);
    const seqs = async (id: string) => (await trace(database, id)).map(({ seq }) => seq);
    for (const id of [said.id, '100', '$a', '$b', edit.id, removal.id]) expect(await seqs(id)).toEqual([11, 12, 13, 14]);
    expect(await seqs('$heart')).toEqual([13]);
    for (const id of ['1', '%', '_00', 'discord/5', '999999999999999999']) expect(await seqs(id)).toEqual([]);
  });

  test('what shows several messages at once leads to all of them', async () => {
    const { store } = await open();
    await store.writer.add(
      ...deliveries.take(1, message('1'), 1, []),
      ...deliveries.take(2, message('2'), 2, []),
      deliveries.shown('room/x/y', 1, 0, shownAs('both', 2)),
      deliveries.shown('room/x/y', 2, 0, shownAs('both', 2)),
    );
    expect((await trace(store.database, 'both')).map(({ seq }) => seq)).toEqual([1, 2]);
  });
}
