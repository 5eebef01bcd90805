/** Events of one source, in whatever way they are taken. */
import { expect, test } from 'vitest';
import { type AdapterId, numberedId } from '../../src/event.ts';
import { message, openOutbox, Room, rounds } from './setup.ts';

test('what has a number of its own does not overtake what is looked up', async () => {
  const room = new Room('network/bridge');
  const { outbox } = await openOutbox([room]);
  void outbox.take(message('a'), 'discord', [room.id]);
  const adapter = 'discord' as AdapterId;
  const kept = outbox.takeNext(
    (seq) => ({ kind: 'departure', id: numberedId(seq), at: 0, adapter, userId: 'Alice' }),
    'discord',
    [room.id],
  );
  void outbox.take(message('b'), 'discord', [room.id]);
  await kept;
  await room.sees.waitFor((text) => text === 'b');
  expect(room.texts).toEqual(['a', 'departure', 'b']);
});

test('one event that can not be written does not silence its source', async () => {
  const room = new Room();
  const { outbox } = await openOutbox([room]);
  const body = [{ type: 'text', text: 1n }] as never;
  await expect(outbox.take({ ...message('a'), body }, 'discord', [room.id])).rejects.toThrow();
  const kept = outbox.take(message('b'), 'discord', [room.id]);
  await rounds();
  await kept;
  expect(room.texts).toEqual(['b']);
});
