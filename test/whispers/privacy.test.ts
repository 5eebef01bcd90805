/** The text of a whisper stands nowhere but in the database, unless the operator wants it. */
import { expect, test } from 'vitest';
import { letterWords } from '../../src/control/dead-letters.ts';
import type { AdapterId, ServerId, Whisper } from '../../src/event.ts';
import { numberedId } from '../../src/event.ts';
import { newestDeadLetters } from '../../src/store/dead-letters.ts';
import { deliveries } from '../../src/store/deliveries.ts';
import { exportEvents } from '../../src/store/export.ts';
import { literal } from '../../src/text/tree.ts';
import { openTestStore } from '../store/open.ts';

const whisper: Whisper = {
  kind: 'whisper',
  id: numberedId(1),
  at: 1,
  from: { kind: 'player', server: 'alpha' as ServerId, number: 1, author: { id: '1', name: 'Gordon' } },
  to: { kind: 'user', adapter: 'discord' as AdapterId, author: { id: '2', name: 'Alice' } },
  tag: 'alpha',
  body: literal('secret'),
  attachments: [{ name: 'secret.png' }],
};

test('an export tells who whispered to whom, and the words only where that is wanted', async () => {
  const { store } = await openTestStore();
  await store.writer.add(...deliveries.take(1, whisper, 1, ['whispers/discord']));
  const lines = async (whispers: boolean) => {
    const all: string[] = [];
    for await (const line of exportEvents(store.database, { whispers })) all.push(line);
    return all.join('\n');
  };
  expect(await lines(false)).toMatch(/Gordon.*Alice/);
  expect(await lines(false)).not.toContain('secret');
  expect(await lines(true)).toContain('secret');
});

test('a list of dead letters tells who whispered to whom', async () => {
  const { store } = await openTestStore();
  await store.writer.add(...deliveries.take(1, whisper, 1, ['whispers/discord']));
  await store.writer.add(deliveries.bury('whispers/discord', { seq: 1, position: 1, queuedAt: 1 }, 'why not', 2));
  const { letters } = await newestDeadLetters(store.database, 10);
  expect(letters.map(letterWords)).toEqual(['a whisper of Gordon (alpha) to Alice']);
});
