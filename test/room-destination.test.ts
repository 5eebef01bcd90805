/** Edits and removals in a room that had to be shown several messages as one. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Adapter } from '../src/adapter.ts';
import { roomId } from '../src/channels.ts';
import type { AdapterId, EventId, RoomRef } from '../src/event.ts';
import { roomDestination } from '../src/room-destination.ts';
import { literal } from '../src/text/tree.ts';
import { message, openOutbox, place } from './outbox/setup.ts';
import { TestClock } from './support/clock.ts';
import { words } from './support/words.ts';

const address = { adapter: 'matrix' as AdapterId, room: 'one' as RoomRef };

test('what was joined with others is edited by a new message, which can be edited and removed; by itself it can not be removed', async () => {
  const clock = new TestClock();
  const posts: string[] = [];
  const adapter: Adapter = {
    platform: 'Matrix',
    roomPerMessage: 2_000,
    start: async () => {},
    stop: async () => {},
    async send(_room, shown, attempt) {
      if (posts.length < 2) await new Promise<void>((resolve) => clock.after(20_000, resolve));
      posts.push(words(shown.body));
      attempt.done(String(posts.length - 1));
    },
    async edit(_room, edit, [id]) {
      posts[Number(id)] = words(edit.message.body);
    },
    async remove(_room, shown) {
      for (const id of shown) posts[Number(id)] = '(gone)';
    },
    async *check() {},
  };
  const log = pino({ level: 'silent' });
  const id = roomId(address);
  const { outbox } = await openOutbox(
    [{ id, destination: (known) => roomDestination({ address, member: { adapter }, ...known, log }) }],
    {
      clock,
    },
  );
  const take = (event: Parameters<typeof outbox.take>[0]) => void outbox.take(event, 'discord', [id]);
  for (const text of ['a', 'b', 'c']) take(message(text));
  await clock.advance(100_000);
  const edit = (name: string, text: string) =>
    take({ kind: 'edit', id: name as EventId, at: 0, place, message: { ...message('b'), body: literal(text) } });
  edit('edit 1', 'B');
  await clock.advance(100_000);
  edit('edit 2', 'BB');
  await clock.advance(100_000);
  expect(posts).toEqual(['a', 'b\nc', 'BB']);
  take({ kind: 'removal', id: 'removal' as EventId, at: 0, place, target: 'b' as EventId });
  await clock.advance(100_000);
  expect(posts).toEqual(['a', 'b\nc', '(gone)']);
});
