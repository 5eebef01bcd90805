import { expect, it } from 'vitest';
import { usualRateLimits } from '../../doubles/discord/index.ts';
import { noRateLimits } from '../../doubles/discord/rate-limits.ts';
import { TestClock } from '../../support/clock.ts';
import { connected, failure, insist, interrupted, says, scene, send } from './setup.ts';

const execute = 'POST /webhooks/:webhook/:token';
const refusals = (requests: readonly { status: number }[]) => requests.filter(({ status }) => status === 429).length;

it.each([
  ['with headers', { status: 429, retryAfter: 62.5 }, 62_500],
  ['without headers', { status: 429, retryAfter: 62.5, headers: false }, 62_500],
  ['for the whole bot', { status: 429, retryAfter: 62.5, global: true }, 62_500],
  ['by a proxy that says how long', { status: 429, body: 'page', retryAfter: 60 }, 60_000],
  ['by a proxy that does not', { status: 429, body: 'page' }, 30_000],
] as const)('tells a limit %s at once', async (_, answer, wait) => {
  const made = await connected();
  made.discord.faults.next(1, { stored: false, answer }, execute);
  const fault = await failure(send(made, made.general, says('hello')));
  expect(fault).toMatchObject({ name: 'DeliveryError', passing: true });
  const { retryAfter } = fault as { retryAfter: number };
  expect(retryAfter).toBeGreaterThanOrEqual(wait);
  expect(retryAfter).toBeLessThan(wait + 200);
});

it('sends nothing earlier than told, from whichever room of a channel', async () => {
  const clock = new TestClock();
  const made = await scene({ options: { clock } });
  const thread = made.general.addThread('side', made.alice);
  made.discord.faults.next(1, { stored: false, answer: { status: 429, retryAfter: 60, headers: false } }, execute);
  const message = says('hello');
  expect(await failure(send(made, made.general, message))).toMatchObject({ passing: true });
  const asked = () => made.discord.requests.filter(({ route }) => route === execute).length;
  expect(asked()).toBe(1);
  expect(await failure(send(made, made.general, message))).toMatchObject({ passing: true });
  const aside = says('aside');
  await clock.advance(59_000);
  const fault = (await failure(send(made, thread, aside))) as { retryAfter: number };
  expect(fault.retryAfter).toBeGreaterThanOrEqual(1_000);
  expect(fault.retryAfter).toBeLessThan(1_200);
  expect(asked()).toBe(1);
  await clock.advance(fault.retryAfter);
  await send(made, thread, aside);
  await send(made, made.general, message);
  expect(made.general.messages.filter(({ isApp }) => isApp).map(({ content }) => content)).toEqual(['hello']);
});

it('leaves all rooms alone when the whole bot has to wait', async () => {
  const made = await scene();
  const other = made.guild.addTextChannel('other');
  await send(made, made.general, says('one'));
  await send(made, other, says('two'));
  made.discord.faults.next(1, { stored: false, answer: { status: 429, retryAfter: 60, global: true } }, execute);
  await failure(send(made, made.general, says('three')));
  const asked = made.discord.requests.length;
  expect(await failure(send(made, other, says('four')))).toMatchObject({ passing: true, retryAfter: expect.any(Number) });
  expect(made.discord.requests).toHaveLength(asked);
});

it('keeps to the limits that Discord announces without a single refusal, and waits no longer than it must', async () => {
  const made = await connected();
  // The usual ones in a quarter of the time.
  const routes = usualRateLimits.routes.map((limit) => ({ ...limit, window: limit.window / 4 }));
  made.discord.limits = { ...usualRateLimits, routes };
  let waited = 0;
  for (let i = 0; i < 12; i += 1) waited += await insist(made, made.general, says(`${i}`));
  expect(made.general.messages.map(({ content }) => content).join(' ')).toBe('0 1 2 3 4 5 6 7 8 9 10 11');
  expect(refusals(made.discord.requests)).toBe(0);
  // Two windows, and what discord.js adds to each.
  expect(waited).toBeLessThan(1_500);
});

it('finds a limit that Discord does not announce with one refusal', async () => {
  const clock = new TestClock();
  const made = await scene({ options: { clock }, double: { clock } });
  const hidden = { routes: [execute], requests: 3, window: 700, per: 'channel', hidden: true } as const;
  made.discord.limits = { ...noRateLimits, routes: [hidden] };
  for (let i = 0; i < 7; i += 1) await insist(made, made.general, says(`${i}`), (ms) => clock.advance(ms));
  expect(made.general.messages.map(({ content }) => content).join('')).toBe('0123456');
  expect(refusals(made.discord.requests)).toBe(2);
});

it('gives up a request as soon as the time for the attempt is over', async () => {
  await interrupted(await connected(), says('hello'), { stored: false, answer: 'hang' });
});
