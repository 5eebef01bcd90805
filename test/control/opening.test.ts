/** What becomes of a wish to add a room when the adapter takes its time, or fails. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type Adapter, AdapterError } from '../../src/adapter.ts';
import { openRoom } from '../../src/control/opening.ts';
import type { RoomRef } from '../../src/event.ts';
import { TestClock } from '../support/clock.ts';

const room = 'one' as RoomRef;
const log = pino({ level: 'silent' });

function adapterThat(open: Adapter['open']): { adapter: Adapter; closed: string[] } {
  const closed: string[] = [];
  const adapter: Adapter = {
    platform: 'Platform',
    start: async () => {},
    stop: async () => {},
    send: async () => {},
    async *check() {},
    ...(open && { open, close: (ref: RoomRef) => void closed.push(ref) }),
  };
  return { adapter, closed };
}

test('nobody waits for longer than 20 s, and the adapter is told', async () => {
  const clock = new TestClock();
  let told: AbortSignal | undefined;
  const { adapter, closed } = adapterThat((_, signal) => {
    told = signal;
    return new Promise(() => {});
  });
  const opening = openRoom(adapter, room, { ended: new AbortController().signal, clock, log });
  const answer = expect(opening).rejects.toThrow(/^Platform room one did not answer in time; try again later\.$/);
  await clock.advance(19_999);
  expect([told?.aborted, closed]).toEqual([false, []]);
  await clock.advance(1);
  await answer;
  expect([told?.aborted, closed]).toEqual([true, ['one']]);
});

test('a fault that nobody explained is in the log, and the person is told so', async () => {
  const lines: string[] = [];
  const noisy = pino({}, { write: (line: string) => void lines.push(line) });
  const circumstances = { ended: new AbortController().signal, clock: new TestClock(), log: noisy };
  const broken = adapterThat(async () => {
    throw new TypeError('x is not a function');
  });
  await expect(openRoom(broken.adapter, room, circumstances)).rejects.toThrow(
    /because of a fault in the bridge; its log says more/,
  );
  expect(lines.join()).toContain('x is not a function');
  const refusing = adapterThat(async () => {
    throw new AdapterError('The bot is not invited.');
  });
  await expect(openRoom(refusing.adapter, room, circumstances)).rejects.toThrow(/^The bot is not invited\.$/);
  expect([broken.closed, refusing.closed]).toEqual([['one'], ['one']]);
  await expect(openRoom(adapterThat(undefined).adapter, room, circumstances)).rejects.toThrow(
    'Platform takes part in the rooms of the configuration only.',
  );
  expect(lines).toHaveLength(1);
});
