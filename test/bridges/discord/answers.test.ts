/** Answers to slash commands while Discord, or what the bridge asks, is slow or faulty: whoever waits sees one in the end. */
import { expect, test } from 'vitest';
import type { Commands } from '../../../src/adapter.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { TestClock } from '../../support/clock.ts';
import { connected, type Scene } from './setup.ts';

const callback = 'POST /interactions/:interaction/:token/callback';
const late = 'PATCH /webhooks/:application/:token/messages/@original';

/** A scene with one command, whose answers and suggestions are what these functions give. */
async function offered({
  run = async () => literal('pong'),
  complete = async () => [{ label: 'Gordon', value: 'gordon' }],
  clock,
}: Partial<Pick<Commands, 'run' | 'complete'>> & { readonly clock?: TestClock } = {}): Promise<Scene> {
  const who = { name: 'who', description: 'Whom to ping', required: false, suggests: true };
  const all = [{ name: 'ping', description: 'Answers', rank: 'everybody' as const, options: [who] }];
  // Discord's own time stands still, so that no slow machine lets what somebody asked for expire.
  const double = { clock: new TestClock(Date.now()) };
  const made = await connected({ options: { commands: { all, run, complete }, ...(clock && { clock }) }, double });
  const key = `${made.bot.applicationId}/${made.guild.id}`;
  await made.discord.until(() => made.discord.world.commands.has(key), 'commands');
  return made;
}

/** Lets time pass until something has happened. */
async function passing(clock: TestClock, hasHappened: () => boolean): Promise<void> {
  while (!hasHappened()) await clock.advance(100);
}

test.each([
  { stored: false, answer: { status: 503 } },
  { stored: true, answer: { status: 500 } },
  { stored: false, answer: 'reset' },
  { stored: true, answer: 'reset' },
] as const)('one that Discord did not confirm is given again, and stands once: $answer, stored: $stored', async (fault) => {
  const { discord, general, alice, host } = await offered();
  discord.faults.next(2, fault, callback);
  expect(await alice.runs(general, 'ping').answer()).toBe('pong');
  await discord.until(() => discord.requests.filter(({ route }) => route === callback).length === (fault.stored ? 2 : 3));
  expect(host.lines.all.join('\n')).not.toContain('could not be answered');
});

test('one that takes long comes though Discord does not confirm that it takes long, and fails for a while', async () => {
  const clock = new TestClock(Date.now());
  let answer = (_: RichText) => {};
  const { discord, general, alice } = await offered({ run: () => new Promise((resolve) => (answer = resolve)), clock });
  discord.faults.next(1, { stored: true, answer: 'reset' }, callback);
  discord.faults.next(3, { stored: false, answer: { status: 502 } }, late);
  const given = alice.runs(general, 'ping');
  await passing(clock, () => given.isThinking);
  answer(literal('at last'));
  await passing(clock, () => discord.requests.some(({ route, status }) => route === late && status === 200));
  expect(await given.answer()).toBe('at last');
  expect(given.isPrivate).toBe(true);
});

test('values that take too long are none, which is no fault', async () => {
  const clock = new TestClock(Date.now());
  let asked = false;
  const complete = () => {
    asked = true;
    return new Promise<never>(() => {});
  };
  const { discord, general, alice, host } = await offered({ complete, clock });
  const choices = alice.types(general, 'ping', 'who', { who: 'g' });
  await passing(clock, () => asked && discord.requests.some(({ route, status }) => route === callback && status === 204));
  expect(await choices).toEqual([]);
  expect(host.lines.all.filter((line) => line.includes('"level":40'))).toEqual([]);
});
