/** Two instances of one bridge: one is active, the other stands by. Never are both. */
import { expect, onTestFinished, test } from 'vitest';
import { type StandbyTimes, standbyTimes } from '../src/lease.ts';
import { killedWithBacklog } from './stories/standby.ts';
import { startBroker, type TestBroker } from './support/broker.ts';
import { type Instance, newDataDir, StandbyPlace } from './support/instance.ts';

/** Those of the usual keepalive, since a busy machine may be silent for seconds; what does not hang on it is shorter. */
const times: StandbyTimes = { ...standbyTimes(), stop: 2_000, settle: 500, scatter: 200 };

async function open(): Promise<{ broker: TestBroker; place: StandbyPlace }> {
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  return { broker, place: await StandbyPlace.open(broker.url) };
}

async function isActive({ lines }: Instance, nth = 1): Promise<void> {
  await lines.waitFor(() => lines.all.filter((line) => line.includes('Connected to Discord')).length >= nth, 14_000);
}

async function standsBy({ lines }: Instance): Promise<void> {
  await lines.waitFor((line) => line.includes('stands by'), 12_000);
}

/** Something said on either side is heard on the other. */
async function carries({ game, gordon, channel, alice }: StandbyPlace, word: string): Promise<void> {
  if (!game.isOnline('bridge')) await game.presence.waitFor(() => game.isOnline('bridge'));
  await gordon.says(`${word} of the game`);
  await channel.waitFor(`${word} of the game`, 8_000);
  alice.says(channel, `${word} of Discord`);
  await game.chat.waitFor((line) => line.includes(`${word} of Discord`), 8_000);
}

/** Each word was carried both ways, once. */
function expectCarried(place: StandbyPlace, ...words: string[]): void {
  expect(place.heardOnDiscord()).toEqual(words.map((word) => `${word} of the game`));
  expect(place.game.chat.all).toEqual(words.map((word) => `Alice@bridge: ${word} of Discord`));
  place.expectNeverTwo();
}

test('one stands by; it takes over when the other says goodbye, and that one stands by when it comes again', async () => {
  const { place } = await open();
  const first = await place.start(times);
  await isActive(first);
  await carries(place, 'first');
  const second = await place.start(times);
  await standsBy(second);
  await carries(place, 'still first');
  expect(place.begun).toBe(1);

  await first.stop();
  await isActive(second);
  await carries(place, 'second');

  const third = await place.start(times, first.dataDir);
  await standsBy(third);
  await second.stop();
  await isActive(third);
  // What was said while it was away, the other one has carried: it does not repeat it.
  await carries(place, 'first again');
  expectCarried(place, 'first', 'still first', 'second', 'first again');
});

test('the network of the active one is cut: it stops before the other takes over, and stands by when it is back', async () => {
  const { place } = await open();
  const first = await place.start(times);
  await isActive(first);
  const second = await place.start(times);
  await standsBy(second);
  await carries(place, 'before');

  // Nothing comes through, and nobody is told.
  first.proxy.hold();
  await first.lines.waitFor((line) => line.includes('has stepped back'), 10_000);
  await isActive(second);
  await carries(place, 'after');
  first.proxy.drop();
  first.proxy.release();
  await first.lines.waitFor((line) => line.includes('Another instance is active'), 12_000);
  await carries(place, 'at last');
  expectCarried(place, 'before', 'after', 'at last');
  expect(place.game.isOnline('bridge')).toBe(true);
});

test('several want one free place: one gets it', async () => {
  const { place } = await open();
  // None waits for another one before it begins.
  const instances = await Promise.all([1, 2, 3].map(() => place.start({ ...times, scatter: 0 })));
  await place.discord.until(() => place.begun === 1, 'a bridge on Discord', 12_000);
  // As long as they push each other off the broker, each keeps what it has heard until it is active again.
  const standingBy = () => instances.filter(({ lines }) => lines.all.some((line) => line.includes('stands by')));
  await expect.poll(() => standingBy().length).toBeGreaterThanOrEqual(2);
  await carries(place, 'one');
  await carries(place, 'two');
  expect(instances.filter(({ lines }) => lines.all.some((line) => line.includes('Connected to Discord')))).toHaveLength(1);
  expectCarried(place, 'one', 'two');
});

test('a broker that has forgotten everybody is no reason to take over', async () => {
  const { broker, place } = await open();
  const first = await place.start(times);
  await isActive(first);
  const second = await place.start(times);
  await standsBy(second);
  await broker.stop({ forget: true });
  await broker.start();
  const { all } = place.game.presence;
  await place.game.presence.waitFor(() => all.filter((change) => change === 'online bridge').length === 2, 12_000);
  await carries(place, 'still here');
  expect(place.begun).toBe(1);
  expectCarried(place, 'still here');
});

test('with one database, the second goes on at once where the first was, and nothing is lost', async () => {
  const { place } = await open();
  const dataDir = newDataDir();
  const first = await place.start(times, dataDir);
  await isActive(first);
  const second = await place.start(times, dataDir);
  await standsBy(second);
  await carries(place, 'first');
  await first.stop();
  place.alice.says(place.channel, 'between of Discord');
  await isActive(second);
  await place.game.chat.waitFor((line) => line.includes('between of Discord'));
  await carries(place, 'second');
  expect(place.game.chat.all).toEqual(['first', 'between', 'second'].map((word) => `Alice@bridge: ${word} of Discord`));
  expect(place.heardOnDiscord()).toEqual(['first of the game', 'second of the game']);
  place.expectNeverTwo();
});

test('killed, with one database: the other goes on with all that waited', async () => {
  const { broker, place } = await open();
  await killedWithBacklog(place, broker.url, { data_dir: newDataDir() });
});
