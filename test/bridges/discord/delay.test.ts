/** What members say is told after a delay, so that a moderator's bot can be faster. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { discord } from '../../../bridges/discord/index.ts';
import { TestClock } from '../../support/clock.ts';
import { testHost, words } from '../../support/host.ts';
import { type Scene, scene } from './setup.ts';

interface Delayed extends Scene {
  readonly clock: TestClock;
}

async function delayed(seconds = 5): Promise<Delayed> {
  const clock = new TestClock();
  const made = await scene({ options: { clock }, config: () => ({ delay_seconds: seconds }) });
  await made.adapter.start();
  return { ...made, clock };
}

const heard = ({ host }: Pick<Scene, 'host'>) => host.messages.all.map(({ body }) => words(body));

/** All that happened until now has reached the bridge: a sign that nobody holds back has come after it. */
async function arrived({ guild, host }: Scene): Promise<void> {
  const name = `sign ${host.profiles.all.length}`;
  guild.addMember('bob').setsNick(name);
  await host.profiles.waitFor((author) => author.name === name);
}

it('tells nobody of what is deleted in time, and all the rest in order', async () => {
  const made = await delayed();
  const { alice, general, clock, host } = made;
  const [first, second, third] = ['one', 'two', 'three'].map((text) => alice.says(general, text));
  await arrived(made);
  await clock.advance(3_000);
  alice.says(general, 'four');
  if (second !== undefined) alice.deletes(second);
  await arrived(made);
  expect(heard(made)).toEqual([]);
  await clock.advance(2_000);
  expect(heard(made)).toEqual(['one', 'three']);
  await clock.advance(3_000);
  expect(heard(made)).toEqual(['one', 'three', 'four']);
  expect(host.removals.all).toEqual([]);
  if (third !== undefined) alice.deletes(third);
  await host.removals.waitFor(({ target }) => target.endsWith(`/${third?.id}`));
  expect(first).toBeDefined();
});

it('tells what a message reads like when it is told, and never what did not stand for the whole delay', async () => {
  const made = await delayed();
  const { alice, general, clock, host } = made;
  const message = alice.says(general, 'helo');
  alice.says(general, 'next');
  await arrived(made);
  await clock.advance(4_000);
  alice.edits(message, 'hello');
  await arrived(made);
  await clock.advance(4_000);
  expect(heard(made)).toEqual([]);
  await clock.advance(1_000);
  expect([heard(made), host.edits.all]).toEqual([['hello', 'next'], []]);
  // An edit of what was told waits as well, and goes with what is deleted.
  alice.edits(message, 'something bad');
  await arrived(made);
  await clock.advance(4_000);
  alice.deletes(message);
  await host.removals.waitFor(() => true);
  await clock.advance(10_000);
  expect(host.edits.all).toEqual([]);
});

it('is not held up for ever by somebody who edits for ever', async () => {
  const made = await delayed();
  const { alice, general, clock, host } = made;
  const message = alice.says(general, '0');
  alice.says(general, 'behind it');
  await arrived(made);
  for (let n = 1; n <= 20 && heard(made).length === 0; n += 1) {
    await clock.advance(4_000);
    alice.edits(message, `${n}`);
    await arrived(made);
  }
  expect(heard(made)).toEqual(['3', 'behind it']);
  expect(clock.now()).toBeLessThan(new TestClock().now() + 25_000);
  await clock.advance(10_000);
  expect(host.edits.all.map(({ message: { body } }) => words(body))).toEqual(['4', '5']);
});

it('lets a reaction come after what it is about', async () => {
  const made = await delayed();
  const { alice, general, clock, host } = made;
  const message = alice.says(general, 'hello');
  const gone = alice.says(general, 'gone');
  alice.reacts(message, '👍');
  alice.reacts(gone, '👍');
  alice.deletes(gone);
  await arrived(made);
  expect(host.reactions.all).toEqual([]);
  await clock.advance(5_000);
  expect([heard(made), host.reactions.all.length]).toEqual([['hello'], 1]);
});

it('loses nothing when it ends while something waits, and tells nothing that was deleted meanwhile', async () => {
  const made = await delayed();
  const { alice, general, clock, host, bot } = made;
  alice.says(general, 'told');
  await arrived(made);
  await clock.advance(5_000);
  expect(heard(made)).toEqual(['told']);
  const [waits, bad] = ['waits', 'bad'].map((text) => alice.says(general, text));
  await arrived(made);
  await clock.advance(1_000);
  await made.adapter.stop();
  await clock.advance(60_000);
  expect(heard(made)).toEqual(['told']);
  if (bad !== undefined) alice.deletes(bad);
  if (waits !== undefined) alice.edits(waits, 'waited');
  const next = testHost({ id: 'discord', rooms: host.rooms, memory: host.memory, clock });
  const config = discord.schema.parse({ token: bot.token, api_url: made.discord.url, delay_seconds: 5 });
  const adapter = discord.create(config, next);
  await adapter.start();
  const again = { ...made, adapter, host: next };
  alice.says(general, 'after');
  await made.discord.until(() => made.discord.requests.filter(({ query }) => query.includes('after=')).length > 0);
  await arrived(again);
  const told = async () => {
    await clock.advance(100);
    return heard(again).length;
  };
  await expect.poll(told, { interval: 2 }).toBeGreaterThanOrEqual(2);
  expect([heard(again), next.edits.all]).toEqual([['waited', 'after'], []]);
  await adapter.stop();
});

it('tells nobody of what was deleted while the connection was broken', async () => {
  const made = await delayed();
  const { alice, general, clock, host } = made;
  const [kept, gone] = ['kept', 'gone'].map((text) => alice.says(general, text));
  await arrived(made);
  await clock.advance(4_000);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
  onTestFinished(() => void vi.useRealTimers());
  made.discord.gateway.refusing = true;
  made.discord.gateway.forgetSessions();
  made.discord.gateway.drop();
  await host.lines.waitFor((line) => line.includes('The connection to Discord was lost'));
  if (gone !== undefined) alice.deletes(gone);
  await clock.advance(20_000);
  expect(heard(made)).toEqual([]);
  made.discord.gateway.refusing = false;
  await host.lines.waitFor((line) => line.includes('The connection to Discord is back'), 10_000);
  const fetched = () => made.discord.requests.some(({ query }) => query.includes(`before=${BigInt(gone?.id ?? 0) + 1n}`));
  await made.discord.until(fetched, 'a look at what became of it');
  await arrived(made);
  await clock.advance(10_000);
  expect([heard(made), host.removals.all, kept !== undefined]).toEqual([['kept'], [], true]);
});
