/** Everything that a homeserver, a proxy or the network can do to the Matrix adapter: each message arrives once and in order. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Adapter } from '../../../src/adapter.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import type { RoomRef } from '../../../src/event.ts';
import type { Fault, MatrixDouble, TestRoom, TestUser } from '../../doubles/matrix/index.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { testMemory, words } from '../../support/host.ts';
import { openLobby } from './lobby.ts';
import { edited, heard, nextAttempt, type Stage, said, send, untilDone } from './stage.ts';

/** Pauses between two tries are over at once, and the time of a request that is never answered soon. */
const hasty: Clock = {
  now: () => systemClock.now(),
  after: (ms, action) => systemClock.after(ms >= 30_000 ? 300 : ms === 5_000 || ms === 2_500 ? ms : Math.min(ms, 20), action),
};

/** `Omit`, for each kind of fault by itself. */
type Failure<F extends Fault = Fault> = F extends Fault ? Omit<F, 'path'> : never;

const passing: readonly [name: string, failure: Failure, wait?: number][] = [
  ['429 in its own words', { how: 'answer', status: 429, errcode: 'M_LIMIT_EXCEEDED', retryAfter: 1_234 }, 1_234],
  ['429 with a header of seconds', { how: 'page', status: 429, retryAfter: '7' }, 7_000],
  ['429 with neither', { how: 'answer', status: 429, errcode: 'M_LIMIT_EXCEEDED' }],
  ['429 of a proxy', { how: 'page', status: 429 }],
  ...[500, 502, 503, 504].map((status): [string, Failure] => [`${status} of a proxy`, { how: 'page', status }]),
  ['500 of its own', { how: 'answer', status: 500, errcode: 'M_UNKNOWN' }],
  ['200 of something that is no homeserver', { how: 'page', status: 200 }],
  ['a reset before', { how: 'drop' }],
  ['a reset after', { how: 'drop after' }],
  ['silence before', { how: 'hang' }],
  ['silence after', { how: 'hang after' }],
];

let matrix: MatrixDouble;
let stage: Stage;
let carol: TestUser;
let room: TestRoom;
beforeEach(async () => {
  const lobby = await openLobby();
  ({ matrix, stage, carol, room } = lobby);
  return lobby.close;
});

const bodies = () => room.messages.map(({ body }) => body.replace('Alice (alpha): ', ''));
const ref = () => room.id as RoomRef;
const fail = (failure: Failure, path: RegExp, times = 1) => matrix.fail({ ...failure, path, times });
const sending = /\/send\/m\.room\.message\//;

describe.each(passing)('%s', (_, failure, wait) => {
  test('while sending: it is passing, with the wait that was asked for, and in the end all is there once and in order', async () => {
    const bridge = await stage.started([room.id], { clock: hasty });
    const texts = ['one', 'two', 'three'];
    for (const text of texts) {
      fail(failure, sending, 2);
      const message = said(text);
      const attempt = new TestAttempt();
      await expect(send(bridge, room.id, message, attempt)).rejects.toMatchObject({
        name: 'DeliveryError',
        passing: true,
        retryAfter: wait,
      });
      const done = await untilDone(nextAttempt(attempt), (next) => send(bridge, room.id, message, next));
      expect(done.shown).toEqual([room.messages.at(-1)?.id]);
    }
    expect(bodies()).toEqual(texts);
  });

  test('while sending, and the process is killed each time, and the homeserver forgets what it has seen', async () => {
    const message = said(Array.from({ length: 6_000 }, (_, n) => `w${n}`).join(' '));
    let attempt = new TestAttempt();
    for (let kills = 0; kills < 3; kills++) {
      const bridge = await stage.started([room.id], { clock: hasty });
      fail(failure, sending);
      await send(bridge, room.id, message, attempt).catch(() => undefined);
      attempt = nextAttempt(attempt);
      matrix.forgetTransactions();
    }
    const last = await stage.started([room.id], { clock: hasty });
    const { shown } = await untilDone(attempt, (next) => send(last, room.id, message, next));
    expect(shown).toEqual(room.messages.map(({ id }) => id));
    expect(bodies().join(' ')).toBe(words(message.body));
  });

  test('while looking whether it is there', async () => {
    const bridge = await stage.started([room.id], { clock: hasty });
    const message = said('hi');
    fail({ how: 'drop after' }, sending);
    const attempt = new TestAttempt();
    await expect(send(bridge, room.id, message, attempt)).rejects.toMatchObject({ passing: true });
    matrix.forgetTransactions();
    fail(failure, /\/messages$/, 2);
    await untilDone(nextAttempt(attempt), (next) => send(bridge, room.id, message, next));
    expect(bodies()).toEqual(['hi']);
  });

  test('while editing and deleting', async () => {
    const bridge = await stage.started([room.id], { clock: hasty });
    const adapter = bridge.adapter as Required<Adapter>;
    const [message, doomed] = [said('helo'), said('doomed')];
    const shown = (await untilDone(new TestAttempt(), (next) => send(bridge, room.id, message, next))).shown;
    const gone = (await untilDone(new TestAttempt(), (next) => send(bridge, room.id, doomed, next))).shown;
    const edit = edited(message, `hello ${'x'.repeat(20_000)}`);
    fail(failure, /\/(send|redact)\//, 3);
    await untilDone(new TestAttempt(), (next) => adapter.edit(ref(), edit, shown, next));
    fail(failure, /\/(send|redact)\//, 2);
    await untilDone(new TestAttempt(), (next) => adapter.remove(ref(), gone, next.signal));
    expect(bodies().join('').replaceAll(' ', '')).toBe(words(edit.message.body).replaceAll(' ', ''));
  });

  test('while listening, live and in a gap', async () => {
    const memory = testMemory();
    const before = await stage.started([room.id], { memory, clock: hasty });
    fail(failure, /\/sync$/, 2);
    room.says(carol, 'one');
    await before.host.waitForMessage('one');
    await before.adapter.stop();
    const missed = Array.from({ length: 250 }, (_, n) => `missed ${n}`);
    for (const text of missed) room.says(carol, text);
    const first = room.says(carol, 'to be edited');
    room.edits(carol, first, 'edited');
    fail(failure, /\/(sync|messages)$/, 3);
    fail(failure, /\/event\//, 2);
    const after = await stage.started([room.id], { memory, clock: hasty });
    await after.host.edits.waitFor(({ message }) => words(message.body) === 'edited');
    expect([...heard(before), ...heard(after)]).toEqual(['one', ...missed, 'to be edited']);
    expect(after.host.edits.all).toHaveLength(1);
  });
});

test('a wait until a date', async () => {
  const bridge = await stage.started([room.id]);
  fail({ how: 'page', status: 503, retryAfter: new Date(Date.now() + 60_000).toUTCString() }, sending);
  const fault = await send(bridge, room.id, said('x')).catch((error: unknown) => error);
  expect(fault).toMatchObject({ passing: true, retryAfter: expect.closeTo(60_000, -4) });
});

test('an edit whose message cannot be had for long holds up what follows only for a while', async () => {
  const bridge = await stage.started([room.id], { clock: hasty });
  const first = room.says(carol, 'one');
  fail({ how: 'page', status: 500 }, /\/event\//, 5);
  room.edits(carol, first, 'uno');
  room.says(carol, 'two');
  await bridge.host.waitForMessage('two');
  expect(heard(bridge)).toEqual(['one', 'two']);
  await bridge.host.lines.waitFor((line) => line.includes('is not passed on'));
});

test('a position that the homeserver forgets while we listen: nothing is lost, and it says so', async () => {
  const bridge = await stage.started([room.id], { clock: hasty });
  room.says(carol, 'one');
  await bridge.host.waitForMessage('one');
  fail({ how: 'answer', status: 400, errcode: 'M_UNKNOWN_POS' }, /\/sync$/);
  await matrix.down();
  const missed = Array.from({ length: 150 }, (_, n) => `missed ${n}`);
  for (const text of missed) room.says(carol, text);
  await matrix.up();
  await bridge.host.waitForMessage('missed 149');
  expect(heard(bridge)).toEqual(['one', ...missed]);
  await bridge.host.lines.waitFor((line) => line.includes('does not know any more'));
});

test('a room whose past may not be read holds up no other, and it is said', async () => {
  const memory = testMemory();
  const other = matrix.addRoom({ creator: carol });
  await (await stage.started([room.id, other.id], { memory })).adapter.stop();
  for (let n = 0; n < 120; n++) room.says(carol, `missed ${n}`);
  other.says(carol, 'elsewhere');
  fail({ how: 'answer', status: 403, errcode: 'M_FORBIDDEN' }, /\/messages$/);
  const bridge = await stage.started([room.id, other.id], { memory });
  await bridge.host.waitForMessage('elsewhere');
  await bridge.host.lines.waitFor((line) => line.includes("can't be read"));
});

test('away while thousands of messages were said: all come, in order, and soon', async () => {
  const memory = testMemory();
  await (await stage.started([room.id], { memory })).adapter.stop();
  const missed = Array.from({ length: 5_000 }, (_, n) => `missed ${n}`);
  for (const text of missed) room.says(carol, text);
  const bridge = await stage.started([room.id], { memory });
  await bridge.host.waitForMessage('missed 4999', 10_000);
  expect(heard(bridge)).toEqual(missed);
});

test('away for so long that it is too much: the newest come, and it says from when on the others are missing', async () => {
  const memory = testMemory();
  await (await stage.started([room.id], { memory })).adapter.stop();
  for (let n = 0; n < 2_400; n++) room.says(carol, `missed ${n}`);
  const bridge = await stage.started([room.id], { memory, config: { catch_up_messages: 150 } });
  await bridge.host.waitForMessage('missed 2399');
  expect(heard(bridge)).toEqual(Array.from({ length: 150 }, (_, n) => `missed ${n + 2_250}`));
  await bridge.host.lines.waitFor((line) => /What was said before 20\d\d-.* is missing elsewhere/.test(line));
});

test('away for a while: what is too old or too much is left out, counted, and what was taken back meanwhile is gone all the same', async () => {
  const memory = testMemory();
  const before = await stage.started([room.id], { memory });
  const regretted = room.says(carol, 'regretted');
  await before.host.waitForMessage('regretted');
  await before.adapter.stop();
  for (let n = 0; n < 250; n++) room.says(carol, `missed ${n}`);
  room.redacts(carol, regretted);
  const few = await stage.started([room.id], { memory, config: { catch_up_messages: 10 } });
  await few.host.waitForMessage('missed 249');
  expect(heard(few)).toEqual(Array.from({ length: 10 }, (_, n) => `missed ${n + 240}`));
  await few.host.lines.waitFor((line) => line.includes('240 messages were said while the bridge was away'));
  await few.host.removals.waitFor(({ target }) => target.endsWith(regretted));
  await few.adapter.stop();
  room.says(carol, 'an hour ago');
  const ahead = { ...systemClock, now: () => systemClock.now() + 3_600_000 };
  const late = await stage.started([room.id], { memory, clock: ahead, config: { catch_up_hours: 0.5 } });
  await late.host.lines.waitFor((line) => line.includes('1 messages were said while the bridge was away'));
  expect(heard(late)).toEqual([]);
});
