/** Messages whose sending was interrupted: nobody knows whether Discord has them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RoomRef } from '../../../src/event.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { TestClock } from '../../support/clock.ts';
import { connected, failure, insist, interrupted, restarted, type Scene, says, scene, send } from './setup.ts';

const execute = 'POST /webhooks/:webhook/:token';
const lookUp = 'GET /channels/:channel/messages';
const contents = ({ general }: Scene) => general.messages.map(({ content }) => content);
const looks = ({ discord }: Scene) => discord.requests.filter(({ route }) => route === lookUp).length;
const long = Array.from({ length: 1_000 }, (_, n) => `word${n}`).join(' ');

/** Ways in which nobody learns what became of a message. */
const ends = [{ status: 500 }, { status: 502, body: 'page' }, 'reset', 'hang'] as const;
const cases = ends.flatMap((answer) => [true, false].map((stored) => ({ answer, stored })));

let made: Scene;
beforeEach(async () => {
  made = await scene();
});

describe.each(cases)('after $answer, stored: $stored', ({ answer, stored }) => {
  it('every message is there once and in order', async () => {
    for (const text of ['gg', 'gg', 'gl', 'gg']) {
      const message = says(text);
      await interrupted(made, message, { stored, answer });
      await send(made, made.general, message);
    }
    expect(contents(made)).toEqual(['gg', 'gg', 'gl', 'gg']);
    expect(made.discord.violations).toEqual([]);
  });

  it('also when the bridge was killed at that moment', async () => {
    await send(made, made.general, says('gg'));
    made.alice.says(made.general, 'gg');
    const message = says('gg');
    await interrupted(made, message, { stored, answer });
    for (let n = 0; n < 120; n++) made.alice.says(made.general, 'gg');
    const again = await restarted(made);
    await send(again, made.general, message);
    await send(again, made.general, says('gg'));
    expect(made.general.messages.filter(({ isApp }) => isApp)).toHaveLength(3);
  });

  it('also in the middle of a long message, whose webhook was deleted meanwhile', async () => {
    const repeated = `${'a'.repeat(2_000)}${'a'.repeat(2_000)}${'a'.repeat(2_000)}`;
    const message = says(repeated);
    for (let part = 0; part < 3; part++) {
      // The parts before this one are shown, this one is interrupted.
      await interrupted(made, message, { stored, answer });
      for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
      made = await restarted(made);
    }
    await send(made, made.general, message);
    expect(contents(made).join('')).toBe(repeated);
    expect(contents(made)).toHaveLength(3);
  });
});

it('finds an interrupted message by what Discord made of it', async () => {
  const message = says('a\u202eb  \u0007c', { author: { id: '1', name: 'Gor\u200bdon' } });
  made.discord.faults.next(1, { stored: true, answer: 'reset' }, execute);
  expect(await failure(send(made, made.general, message))).toBeDefined();
  await send(made, made.general, message);
  expect(contents(made)).toHaveLength(1);
});

it('finds an interrupted message under the name that Discord allowed', async () => {
  const errors = { username: { _errors: [{ code: 'USERNAME_INVALID', message: 'No.' }] } };
  const body = { code: 50035, message: 'Invalid Form Body', errors };
  made.discord.faults.next(1, { stored: false, answer: { status: 400, body } }, execute);
  made.discord.faults.next(1, { stored: true, answer: 'reset' }, execute);
  const message = says('hello');
  expect(await failure(send(made, made.general, message))).toBeDefined();
  await send(made, made.general, message);
  expect(made.general.messages).toMatchObject([{ author: 'Somebody', content: 'hello' }]);
});

it('takes nobody else with the same name and words for the bridge', async () => {
  const name = 'Gordon [alpha]';
  made.discord.faults.next(1, { stored: false, answer: 'reset' }, execute);
  const message = says('gg');
  expect(await failure(send(made, made.general, message))).toBeDefined();
  made.guild.addMember(name).says(made.general, 'gg');
  made.general.addWebhook('other', made.alice).says('gg', { name });
  await send(made, made.general, message);
  expect(contents(made)).toEqual(['gg', 'gg', 'gg']);
});

it('finds an interrupted message an hour later in a busy channel', async () => {
  const clock = new TestClock();
  const busy = await scene({ options: { clock }, double: { clock } });
  await send(busy, busy.general, says('gg'));
  const message = says('gg');
  await interrupted(busy, message, { stored: true, answer: 'hang' });
  for (let n = 0; n < 3_000; n++) busy.alice.says(busy.general, 'gg');
  await clock.advance(60 * 60_000);
  const again = await restarted(busy, { clock });
  const before = looks(busy);
  await send(again, busy.general, message);
  expect(looks(busy) - before).toBe(1);
  expect(busy.general.messages.filter(({ isApp }) => isApp)).toHaveLength(2);
});

it('looks through so many messages and no more, and says so', async () => {
  made.discord.faults.next(1, { stored: false, answer: 'reset' }, execute);
  const message = says('hello');
  expect(await failure(send(made, made.general, message))).toBeDefined();
  for (let n = 0; n < 2_500; n++) made.alice.says(made.general, `${n}`);
  await send(made, made.general, message, AbortSignal.timeout(20_000));
  expect(looks(made)).toBe(20);
  expect(made.general.messages.filter(({ isApp }) => isApp)).toHaveLength(1);
  expect(made.host.lines.all.join('')).toContain('is not among the 2000 that came after it began; it is sent again');
});

it('looks from when it was said on where nobody knows when it was sent', async () => {
  const attempt = new TestAttempt();
  for (let n = 0; n < 150; n++) made.alice.says(made.general, `${n}`);
  made.discord.faults.next(1, { stored: true, answer: 'reset' }, execute);
  const message = says('hello');
  expect(await failure(made.adapter.send(made.general.id as RoomRef, message, attempt))).toBeDefined();
  await made.adapter.send(made.general.id as RoomRef, message, attempt);
  expect(made.general.messages.filter(({ isApp }) => isApp)).toHaveLength(1);
});

it('trusts Discord about the time, and not the own clock', async () => {
  const clock = new TestClock(Date.now() + 60 * 60_000);
  const late = await scene({ options: { clock } });
  late.discord.faults.next(1, { stored: true, answer: 'reset' }, execute);
  const message = says('hello');
  expect(await failure(send(late, late.general, message))).toBeDefined();
  await send(late, late.general, message);
  expect(contents(late)).toEqual(['hello']);
});

it('is in no doubt when nobody was reached', async () => {
  const gone = await connected();
  await gone.discord.stop();
  const message = says('hello');
  expect(await failure(send(gone, gone.general, message))).toMatchObject({ passing: true });
  expect(gone.deliveries.attempt(message.id, AbortSignal.timeout(1)).doubtful).toBe(false);
});

it('rather shows a message twice than never where it may not look, and says once what it lacks', async () => {
  const blind = await connected();
  blind.general.setRule({ of: blind.guild.everyone, deny: ['ReadMessageHistory'] });
  for (const text of ['one', 'two']) {
    blind.discord.faults.next(1, { stored: true, answer: 'reset' }, execute);
    const message = says(text);
    expect(await failure(send(blind, blind.general, message))).toBeDefined();
    await send(blind, blind.general, message);
  }
  expect(contents(blind)).toEqual(['one', 'one', 'two', 'two']);
  const told = blind.host.lines.all.filter((line) => line.includes('give it the permission Read Message History'));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('#general in Guild');
});

it('says nothing of permissions where there simply is nothing yet', async () => {
  made.discord.faults.next(1, { stored: false, answer: 'reset' }, execute);
  await insist(made, made.general, says('first'));
  expect(contents(made)).toEqual(['first']);
  expect(made.host.lines.all.join('')).not.toContain('Read Message History');
});

it('shows each part of a long message once, wherever it is interrupted', async () => {
  const message = says(long);
  for (const stored of [true, false, true, true, false]) {
    made.discord.faults.next(1, { stored, answer: 'reset' }, execute);
    await failure(send(made, made.general, message));
    made = await restarted(made);
  }
  await insist(made, made.general, message);
  expect(contents(made).join(' ')).toBe(long);
});
