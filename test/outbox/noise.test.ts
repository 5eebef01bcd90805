/** Notices: shown where nobody's message waits, once, soon or never. */
import { expect, test } from 'vitest';
import { DeliveryError } from '../../src/adapter.ts';
import { type EventId, type Notice, numberedId, type Place, type ServerId } from '../../src/event.ts';
import type { Destination } from '../../src/outbox/destination.ts';
import { literal } from '../../src/text/tree.ts';
import { words } from '../support/words.ts';
import { killedNow, openOutbox, Room, rounds, type TestOutbox } from './setup.ts';

const MINUTE = 60_000;

/** A room that takes notices as well. */
class NoisyRoom extends Room {
  /** How often a notice was tried. */
  tries = 0;
  /** Called before a notice is shown: what it throws is the fault of the attempt. */
  onNotice: (notice: Notice, signal: AbortSignal) => Promise<void> | void = () => {};

  override destination(known: Parameters<Room['destination']>[0]): Destination {
    return {
      ...super.destination(known),
      notify: async (notice, signal) => {
        this.tries += 1;
        await this.onNotice(notice, signal);
        this.sees.add(`[${notice.tag}] ${words(notice.body)}`);
      },
    };
  }
}

/** Something happens on a server. */
function happens({ outbox, clock }: TestOutbox, room: Room, text: string, tag = 'alpha'): void {
  const place: Place = { kind: 'server', server: tag as ServerId };
  outbox.tell((seq) => ({ kind: 'notice', id: numberedId(seq), at: clock.now(), place, tag, body: literal(text) }), [room.id]);
}

/** A room that was shown one notice just now, so that the next one waits a little. */
async function opened(): Promise<{ room: NoisyRoom; bridge: TestOutbox }> {
  const room = new NoisyRoom();
  const bridge = await openOutbox([room]);
  happens(bridge, room, 'first');
  await rounds();
  expect(room.texts).toEqual(['[alpha] first']);
  return { room, bridge };
}

test('the first is shown at once, those that follow together after a while, and people are not kept waiting', async () => {
  const { room, bridge } = await opened();
  happens(bridge, room, 'second');
  happens(bridge, room, 'third');
  await bridge.say('hello');
  await room.sees.waitFor((text) => text === 'hello');
  await bridge.clock.advance(9_000);
  expect(room.texts).toHaveLength(2);
  await bridge.clock.advance(1_000);
  expect(room.texts).toEqual(['[alpha] first', 'hello', '[alpha] second\nthird']);
});

test('those of several servers are one', async () => {
  const { room, bridge } = await opened();
  happens(bridge, room, 'alpha is offline');
  happens(bridge, room, 'beta is offline', 'beta');
  await bridge.clock.advance(10_000);
  expect(room.texts.at(-1)).toBe('[Game servers] alpha is offline\nbeta is offline');
});

test('a room that is down for an hour hears its messages, and nothing stale', async () => {
  const { room, bridge } = await opened();
  room.onSend = () => {
    throw new DeliveryError('the platform is down', { passing: true });
  };
  await bridge.say('hello');
  await rounds();
  for (let minute = 0; minute < 60; minute++) {
    happens(bridge, room, `stale ${minute}`);
    await bridge.clock.advance(MINUTE);
  }
  happens(bridge, room, 'fresh');
  room.onSend = () => {};
  await bridge.clock.advance(MINUTE);
  expect(room.texts).toEqual(['[alpha] first', 'hello', '[alpha] fresh']);
});

test('it is not tried again when nobody knows what became of it, and not told as a fault', async () => {
  const { room, bridge } = await opened();
  room.onNotice = () => {
    throw new DeliveryError('bad gateway', { passing: true });
  };
  await bridge.clock.advance(10_000);
  happens(bridge, room, 'lost');
  await bridge.clock.advance(10 * MINUTE);
  expect(room.tries).toBe(2);
  expect(bridge.outbox.health()).toEqual([]);
  expect(bridge.lines.filter((line) => /"level":[456]0/.test(line))).toEqual([]);
});

test('a room that asks to wait is asked again then, with what came meanwhile, unless it is stale', async () => {
  const { room, bridge } = await opened();
  let wait = 30_000;
  room.onNotice = () => {
    if (wait > 0) throw new DeliveryError('too many requests', { passing: false, retryAfter: wait });
  };
  await bridge.clock.advance(10_000);
  happens(bridge, room, 'a');
  await bridge.clock.advance(1_000);
  happens(bridge, room, 'b');
  wait = 0;
  await bridge.clock.advance(28_000);
  expect(room.texts).toHaveLength(1);
  await bridge.clock.advance(1_000);
  expect(room.texts.at(-1)).toBe('[alpha] a\nb');
  wait = 2 * MINUTE;
  await bridge.clock.advance(10_000);
  happens(bridge, room, 'c');
  await bridge.clock.advance(1_000);
  wait = 0;
  await bridge.clock.advance(10 * MINUTE);
  expect(room.texts.at(-1)).toBe('[alpha] a\nb');
});

test('a platform that does not answer delays a message by seconds', async () => {
  const { room, bridge } = await opened();
  room.onNotice = () => new Promise(() => {});
  await bridge.clock.advance(10_000);
  happens(bridge, room, 'silence');
  await rounds();
  await bridge.say('hello');
  await rounds();
  expect(room.texts).toEqual(['[alpha] first']);
  await bridge.clock.advance(12_000);
  expect(room.texts).toEqual(['[alpha] first', 'hello']);
});

test('thousands are a few lines, and leave nothing behind: not on disk, not for the next process, no dead letters', async () => {
  const { room, bridge } = await opened();
  for (let n = 0; n < 5_000; n++) happens(bridge, room, `notice ${n}`);
  const dataDir = killedNow(bridge.dataDir);
  await bridge.clock.advance(10_000);
  const [line = ''] = room.texts.slice(1);
  expect(line.split('\n')).toHaveLength(10);
  expect(line).toMatch(/notice 4999$/);
  const { database } = bridge.store;
  expect(await database.all('SELECT * FROM event')).toEqual([]);
  expect(await database.all('SELECT * FROM delivery')).toEqual([]);
  const next = new NoisyRoom();
  const { clock } = await openOutbox([next], { dataDir, clock: bridge.clock });
  await clock.advance(MINUTE);
  expect(next.texts).toEqual([]);
});

test('an adapter that has not started yet shows no notice of before', async () => {
  const room = new NoisyRoom();
  const bridge = await openOutbox([]);
  bridge.outbox.add(room.destination(bridge.outbox));
  happens(bridge, room, 'old');
  await bridge.clock.advance(2 * MINUTE);
  happens(bridge, room, 'new');
  bridge.outbox.release('matrix');
  await rounds();
  expect(room.texts).toEqual(['[alpha] new']);
});

test('a notice on its way holds up no end', async () => {
  const { room, bridge } = await opened();
  room.onNotice = (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await bridge.clock.advance(10_000);
  happens(bridge, room, 'slow');
  await rounds();
  await bridge.close();
  expect(room.texts).toEqual(['[alpha] first']);
});

test('its number is no other event’s', async () => {
  const ids: EventId[] = [];
  const { room, bridge } = await opened();
  room.onNotice = ({ id }) => void ids.push(id);
  for (let n = 0; n < 3; n++) {
    await bridge.clock.advance(10_000);
    happens(bridge, room, 'again');
  }
  await bridge.clock.advance(10_000);
  expect(new Set(ids).size).toBe(3);
});
