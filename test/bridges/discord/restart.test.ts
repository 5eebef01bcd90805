/** What people say, change and take back while the bridge is away. */
import { expect, it } from 'vitest';
import type { Message } from '../../../src/event.ts';
import { usualRateLimits } from '../../doubles/discord/index.ts';
import { testHost, testMemory, words } from '../../support/host.ts';
import { connected, restarted, type Scene, scene } from './setup.ts';

const heard = ({ host }: Scene) => host.messages.all.map(({ body }) => words(body));

/** A scene whose bridge has heard something and was killed. */
async function killed(made: Scene): Promise<Scene> {
  made.alice.says(made.general, 'before');
  await made.host.waitForMessage('before');
  await kept(made);
  await made.adapter.stop();
  return made;
}

/** Waits until a position is in the memory. */
async function kept({ host, general }: Scene): Promise<void> {
  const last = general.messages.at(-1)?.id ?? '0';
  while (!(await host.memory.get(`heard/${general.id}`))?.startsWith(last))
    await new Promise((resolve) => setTimeout(resolve, 5));
}

it('hears what was said meanwhile, in order, before what is said then', async () => {
  const made = await killed(await connected());
  for (let n = 0; n < 250; n++) made.alice.says(made.general, `meanwhile ${n}`);
  made.general.addWebhook('other', made.alice).says('by a webhook');
  const starting = restarted(made);
  await made.discord.waitForGateway('identified', 2);
  made.alice.says(made.general, 'after');
  const again = await starting;
  await again.host.waitForMessage('after');
  expect(heard(again)).toEqual([...Array.from({ length: 250 }, (_, n) => `meanwhile ${n}`), 'after']);
});

it('hears again what the core had not taken', async () => {
  let full = false;
  const onMessage = (message: Message) => {
    full ||= words(message.body) === 'two';
    return full ? new Promise<void>(() => {}) : undefined;
  };
  const made = await connected({ options: { onMessage } });
  for (const text of ['one', 'two', 'three']) made.alice.says(made.general, text);
  await made.host.waitForMessage('one');
  await made.discord.until(() => full);
  await made.adapter.stop();
  const again = await restarted(made);
  await again.host.waitForMessage('three');
  expect(heard(again)).toEqual(['two', 'three']);
});

it('hears what was said after a start in which nobody said anything', async () => {
  const made = await scene();
  made.alice.says(made.general, 'long ago');
  await made.adapter.start();
  await kept(made);
  await made.adapter.stop();
  made.alice.says(made.general, 'meanwhile');
  const again = await restarted(made);
  await again.host.waitForMessage('meanwhile');
  expect(heard(again)).toEqual(['meanwhile']);
});

it('begins a new room at its present end', async () => {
  const made = await killed(await connected());
  const second = made.guild.addTextChannel('second');
  made.alice.says(second, 'before my time');
  made.alice.says(made.general, 'meanwhile');
  const host = testHost({ id: 'discord', rooms: [made.general.id, second.id], memory: made.host.memory });
  const again = await restarted({ ...made, host }, {});
  await again.host.waitForMessage('meanwhile');
  made.alice.says(second, 'now');
  await again.host.waitForMessage('now');
  expect(heard(again)).toEqual(['meanwhile', 'now']);
});

it('begins a room that it could not see when it sees it', async () => {
  const made = await connected({
    rooms: (general, guild) => {
      general.setRule({ of: guild.everyone, deny: ['ViewChannel'] });
      return [general.id];
    },
  });
  made.alice.says(made.general, 'in private');
  await made.adapter.stop();
  made.general.setRule({ of: made.guild.everyone, allow: ['ViewChannel'] });
  const again = await restarted(made);
  made.alice.says(made.general, 'in public');
  await again.host.waitForMessage('in public');
  expect(heard(again)).toEqual(['in public']);
});

it('fetches nothing of what it knows, however much webhooks say', async () => {
  const made = await connected();
  const other = made.general.addWebhook('other', made.alice);
  for (let n = 0; n < 300; n++) other.says(`${n}`);
  made.alice.says(made.general, 'before');
  await made.host.waitForMessage('before');
  for (let n = 0; n < 300; n++) other.says(`${n}`);
  await kept(made);
  await made.adapter.stop();
  const asked = () => made.discord.requests.filter(({ route }) => route === 'GET /channels/:channel/messages').length;
  const before = asked();
  made.alice.says(made.general, 'meanwhile');
  const again = await restarted(made);
  await again.host.waitForMessage('meanwhile');
  expect(asked() - before).toBe(2);
});

it('hears of edits and deletions meanwhile, each once, and of no others', async () => {
  const made = await connected();
  const [first, second, third] = ['one', 'two', 'three'].map((text) => made.alice.says(made.general, text));
  const webhook = made.general.addWebhook('other', made.alice).says('by a webhook');
  await made.host.waitForMessage('three');
  await kept(made);
  await made.adapter.stop();
  if (!first || !second || !third) throw new Error('nothing was said');
  made.alice.edits(first, 'uno');
  made.alice.deletes(second);
  made.alice.deletes(webhook);
  const fourth = made.alice.says(made.general, 'four');
  made.alice.edits(fourth, 'quattro');
  const again = await restarted(made);
  await again.host.waitForMessage('quattro');
  expect(again.host.edits.all).toMatchObject([{ message: { id: `discord/${made.general.id}/${first.id}` } }]);
  expect(again.host.edits.all.map(({ message }) => words(message.body))).toEqual(['uno']);
  expect(again.host.removals.all).toMatchObject([{ target: `discord/${made.general.id}/${second.id}` }]);
  await again.adapter.stop();
  const last = await restarted(again);
  made.alice.says(made.general, 'five');
  await last.host.waitForMessage('five');
  const ids = [...again.host.edits.all, ...last.host.edits.all].map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
});

it('takes no lost permission for deletions', async () => {
  const made = await killed(await connected());
  made.general.setRule({ of: made.guild.everyone, deny: ['ReadMessageHistory'] });
  const again = await restarted(made);
  made.alice.says(made.general, 'after');
  await again.host.waitForMessage('after');
  expect(again.host.removals.all).toEqual([]);
});

it('says how much it does not fetch', async () => {
  const made = await killed(await connected());
  for (let n = 0; n < 5_010; n++) made.alice.says(made.general, `meanwhile ${n}`);
  const again = await restarted(made);
  const line = await again.host.lines.waitFor((one) => one.includes('is not fetched: it is more than 5000 messages'), 10_000);
  expect(line).toMatch(/What was said in #general in Guild from \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d to .* UTC/);
  made.alice.says(made.general, 'after');
  await again.host.waitForMessage('after');
  expect(heard(again)).toEqual([...Array.from({ length: 5_000 }, (_, n) => `meanwhile ${n}`), 'after']);
});

it('fetches nothing that is more than a day old, and says so only when there was something', async () => {
  for (const spoken of [true, false]) {
    const made = await killed(await connected());
    if (spoken) made.alice.says(made.general, 'old news');
    const now = Date.now() + 25 * 60 * 60_000;
    const clock = { now: () => now, after: () => () => {} };
    const again = await restarted(made, { clock });
    // Two by each of the adapters.
    await made.discord.until(() => made.discord.requests.filter(({ query }) => query.includes('after')).length >= 4);
    made.alice.says(made.general, 'after');
    await again.host.waitForMessage('after');
    expect(heard(again)).toEqual(['after']);
    expect(again.host.lines.all.some((line) => line.includes('it is more than a day old'))).toBe(spoken);
  }
});

it('fetches again after a fault that passes, and keeps the limits', async () => {
  const made = await killed(await connected());
  for (let n = 0; n < 120; n++) made.alice.says(made.general, `meanwhile ${n}`);
  made.discord.limits = usualRateLimits;
  made.discord.faults.next(5, { stored: false, answer: { status: 502 } }, 'GET /channels/:channel/messages');
  made.discord.faults.next(1, { stored: false, answer: 'reset' }, 'GET /channels/:channel/messages');
  const again = await restarted(made);
  await again.host.waitForMessage('meanwhile 119');
  expect(heard(again)).toEqual(Array.from({ length: 120 }, (_, n) => `meanwhile ${n}`));
});

it('never waits for its memory', async () => {
  const memory = { ...testMemory(), set: () => new Promise<void>(() => {}) };
  const made = await connected({ options: { memory } });
  for (let n = 0; n < 20; n++) made.alice.says(made.general, `${n}`);
  await made.host.waitForMessage('19');
  expect(heard(made)).toHaveLength(20);
});
