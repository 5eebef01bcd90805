import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { DeliveryError } from '../src/adapter.ts';
import { DeliveryQueue } from '../src/outbox.ts';
import { settle, TestClock } from './support/clock.ts';

let clock: TestClock;
let arrived: string[];
let lines: string[];
/** What the destination does with a delivery; by default it takes it. */
let take: (delivery: string, signal: AbortSignal) => Promise<void> | void;
let queue: DeliveryQueue<string>;

beforeEach(() => {
  clock = new TestClock();
  arrived = [];
  lines = [];
  take = () => {};
  queue = new DeliveryQueue<string>({
    name: 'the room',
    deliver: async (delivery, signal) => {
      await take(delivery, signal);
      arrived.push(delivery);
    },
    describe: (delivery) => delivery.slice(0, 10),
    size: (delivery) => delivery.length,
    clock,
    random: () => 1,
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
  });
});

/** Fails the first `times` attempts. */
function failing(times: number, error: () => Error): () => void {
  let left = times;
  return () => {
    if (left-- > 0) throw error();
  };
}

test('deliveries arrive in order, one at a time', async () => {
  let inFlight = 0;
  let most = 0;
  take = async () => {
    most = Math.max(most, ++inFlight);
    await settle();
    inFlight--;
  };
  for (const text of ['a', 'b', 'c']) queue.push(text);
  await queue.close(1_000);
  expect(arrived).toEqual(['a', 'b', 'c']);
  expect(most).toBe(1);
});

test('a passing fault holds back those behind it, is retried ever more slowly, and is said once', async () => {
  take = failing(3, () => new DeliveryError('the platform is down', { passing: true }));
  queue.push('a');
  queue.push('b');
  const waits: (number | undefined)[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    await settle();
    waits.push(clock.next);
    expect(arrived).toEqual([]);
    await clock.advance(clock.next ?? 0);
  }
  expect(waits).toEqual([500, 1_000, 2_000]);
  expect(arrived).toEqual(['a', 'b']);
  expect(lines.filter((line) => line.includes('the platform is down') && line.includes('"level":40'))).toHaveLength(1);
});

test('the wait that a platform asks for is kept', async () => {
  take = failing(1, () => new DeliveryError('slow down', { passing: true, retryAfter: 7_000 }));
  queue.push('a');
  await settle();
  expect(clock.next).toBe(7_000);
  await clock.advance(6_999);
  expect(arrived).toEqual([]);
  await clock.advance(1);
  expect(arrived).toEqual(['a']);
});

test('a refused delivery is lost, said with its text, and does not hold up the next', async () => {
  take = (delivery) => {
    if (delivery === 'a') throw new DeliveryError('the channel was deleted', { passing: false });
  };
  queue.push('a');
  queue.push('b');
  await settle();
  expect(arrived).toEqual(['b']);
  expect(lines.join()).toMatch(/"lost":"a".*the channel was deleted/);
});

test('a delivery that only meets faults nobody can explain does not block the room for ever', async () => {
  take = (delivery) => {
    if (delivery === 'a') throw new TypeError('a bug');
  };
  queue.push('a');
  queue.push('b');
  await clock.advance(60_000);
  expect(arrived).toEqual(['b']);
  expect(lines.join()).toMatch(/"lost":"a".*a bug/);
});

test('an attempt that takes too long is aborted and tried again', async () => {
  let attempts = 0;
  take = (_, signal) => {
    if (++attempts > 1) return;
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  queue.push('a');
  await clock.advance(30_000);
  expect(arrived).toEqual([]);
  await clock.advance(1_000);
  expect(arrived).toEqual(['a']);
});

test('what waits is bounded: the oldest is lost and said, the one in flight and the order stay', async () => {
  const { promise, resolve } = withResolvers();
  take = () => promise;
  for (let n = 0; n < 10_003; n++) {
    queue.push(String(n));
    if (n === 0) await settle();
  }
  expect(queue.length).toBe(10_000);
  resolve();
  await queue.close(1_000);
  expect(arrived[0]).toBe('0');
  expect(arrived[1]).toBe('4');
  expect(arrived.at(-1)).toBe('10002');
  expect(lines.join()).toMatch(/"lost":"1"/);
});

test('closing cuts a wait short and says how much was lost', async () => {
  take = failing(Number.POSITIVE_INFINITY, () => new DeliveryError('down', { passing: true }));
  for (const text of ['a', 'b', 'c']) queue.push(text);
  await settle();
  const closed = queue.close(100);
  await clock.advance(100);
  await closed;
  expect(lines.join()).toMatch(/"lost":3/);
  queue.push('d');
  expect(queue.length).toBe(3);
});

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test('what waits is bounded in size as well', async () => {
  let release = () => {};
  take = () =>
    new Promise<void>((resolve) => {
      release = resolve;
    });
  const long = 'x'.repeat(1024 * 1024);
  for (let n = 0; n < 100; n++) queue.push(`${n} ${long}`);
  expect(queue.length).toBeLessThanOrEqual(32);
  expect(lines.join()).toContain('"lost":"1 xxxxxxxx"');
  await settle();
  take = () => {};
  release();
  await queue.close(1_000);
  expect(arrived.map((text) => Number.parseInt(text, 10))).toEqual([0, ...Array.from({ length: 30 }, (_, n) => n + 70)]);
});

test('closing does not wait for a destination that does not let itself be stopped', async () => {
  take = () => new Promise<void>(() => {});
  queue.push('a');
  await settle();
  const closed = queue.close(1_000);
  await clock.advance(2_000);
  await closed;
  expect(lines.at(-1)).toContain('"lost":1');
});

test('the operator is told once that a destination is behind, and again only after it has caught up', async () => {
  const told = () => lines.filter((line) => line.includes('more slowly than they come')).length;
  for (let n = 0; n < 250; n++) queue.push(String(n));
  await clock.advance(0);
  expect(arrived).toHaveLength(250);
  expect(told()).toBe(1);
  for (let n = 0; n < 250; n++) queue.push(String(n));
  expect(told()).toBe(2);
});
