/** The right to be active ends in time, whatever the clock does. */
import { expect, test } from 'vitest';
import { CrossChat } from '../src/crosschat/index.ts';
import { Lease } from '../src/lease.ts';
import { openTestStore } from './store/open.ts';
import { TestClock } from './support/clock.ts';

const times = { silence: 10_000, longSilence: 45_000, stop: 8_000, settle: 4_000, scatter: 1_000 };

/** A lease of a bridge that hears nothing from its broker, with a clock that can be set. */
async function silentLease() {
  const timers = new TestClock();
  let offset = 0;
  const clock = { now: () => timers.now() + offset, after: timers.after.bind(timers) };
  const { store } = await openTestStore();
  const chat = new CrossChat({ serverId: 'bridge', urls: ['mqtt://127.0.0.1:9'], allowAnonymous: true });
  const losses: string[] = [];
  new Lease(chat, { store, times, contested: false, locked: false, lost: (why) => void losses.push(why) }, clock);
  const set = (ms: number) => {
    offset = ms;
  };
  return { timers, losses, set };
}

test.each([0, -3_600_000])('it ends in time when nothing is heard, with the clock set by %i ms', async (ms) => {
  const { timers, losses, set } = await silentLease();
  set(ms);
  await timers.advance(8_000);
  expect(losses).toEqual([]);
  await timers.advance(2_000);
  expect(losses).toEqual([expect.stringContaining('has not been heard for 10 s')]);
});

test('it ends at once when more time has passed than the process noticed', async () => {
  const { timers, losses, set } = await silentLease();
  set(60_000);
  await timers.advance(1_000);
  expect(losses).toHaveLength(1);
});
