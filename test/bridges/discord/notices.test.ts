/** A notice in a Discord channel. */
import { MessageFlags } from 'discord.js';
import { expect, test } from 'vitest';
import { printOf } from '../../../bridges/discord/notices.ts';
import { type Notice, numberedId, type Place, type RoomRef, type ServerId } from '../../../src/event.ts';
import { joinedText, leftText, offlineText } from '../../../src/notices/wording.ts';
import { asLines } from '../../../src/text/lines.ts';
import type { RichText } from '../../../src/text/tree.ts';
import { connected, failure, type Scene } from './setup.ts';

function notice(body: RichText, tag = 'alpha'): Notice {
  const place: Place = { kind: 'server', server: tag as ServerId };
  return { kind: 'notice', id: numberedId(1), at: 0, place, tag, body };
}

function notify({ adapter, general }: Scene, what: Notice): Promise<void> {
  return Promise.resolve(adapter.notify?.(general.id as RoomRef, what, AbortSignal.timeout(20_000)));
}

test('small print by the webhook under the name of the server; nobody’s telephone rings', async () => {
  const made = await connected();
  await notify(made, notice(joinedText([{ name: 'Gordon' }], 1, 'alpha')));
  const [shown] = made.general.messages;
  expect(shown).toMatchObject({ author: 'alpha', content: '-# → **Gordon** joined alpha', pings: { everyone: false } });
  const request = made.discord.requests.find(({ route }) => route === 'POST /webhooks/:webhook/:token');
  expect(request?.body).toMatchObject({
    flags: MessageFlags.SuppressNotifications | MessageFlags.SuppressEmbeds,
    allowed_mentions: { parse: [] },
  });
  expect(made.discord.violations).toEqual([]);
  expect(made.host.messages.all).toEqual([]);
});

test('several are a line each', async () => {
  const made = await connected();
  const lines = [leftText([{ name: 'Gordon', reason: 'Kicked: spam' }], 1, 'alpha'), offlineText('beta')];
  await notify(made, notice(asLines(lines), 'Game servers'));
  expect(made.general.messages[0]).toMatchObject({
    author: 'Game servers',
    content: '-# ← **Gordon** left alpha (Kicked: spam)\n-# ▼ beta is offline',
  });
});

test('many long lines fit all the same', () => {
  const people = ['*'.repeat(60), '_'.repeat(60), '|'.repeat(60)].map((name) => ({ name, reason: '*_'.repeat(80) }));
  const { content } = printOf(notice(asLines(Array.from({ length: 10 }, () => leftText(people, 3, '*'.repeat(64))))));
  expect(content.text.length).toBeLessThanOrEqual(2_000);
  expect(content.text.split('\n').every((line) => line.startsWith('-# ← '))).toBe(true);
  expect(content.text).not.toBe('');
});

test('a server whose name Discord forbids', async () => {
  const made = await connected();
  await notify(made, notice(offlineText('discord'), 'discord'));
  expect(made.general.messages[0]?.content).toBe('-# ▼ discord is offline');
  expect(made.discord.violations).toEqual([]);
});

test('a server is called what it is called, whatever that sounds like', () => {
  expect(printOf(notice(offlineText('server'), 'server')).identity.username).toBe('server');
});

test('a webhook that was deleted is replaced', async () => {
  const made = await connected();
  await notify(made, notice(offlineText('alpha')));
  for (const webhook of made.general.webhooks) made.general.deleteWebhook(webhook);
  await notify(made, notice(offlineText('beta')));
  expect(made.general.messages).toHaveLength(2);
});

test('a limit is told, with the time to wait', async () => {
  const made = await connected();
  const route = 'POST /webhooks/:webhook/:token';
  made.discord.faults.next(1, { stored: false, answer: { status: 429, retryAfter: 3 } }, route);
  expect(await failure(notify(made, notice(offlineText('alpha'))))).toMatchObject({
    name: 'DeliveryError',
    retryAfter: expect.closeTo(3_000, -3),
  });
});
