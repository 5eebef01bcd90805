/** Whispers to who has no page open: they are read when that one is back, and the sender knows. */
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { builtIns } from '../../../bridges/index.ts';
import { WhisperLog } from '../../../bridges/webchat/whispers.ts';
import { Bridge } from '../../../src/bridge.ts';
import { systemClock } from '../../../src/clock.ts';
import { parseConfig } from '../../../src/config.ts';
import type { AdapterId, EventId } from '../../../src/event.ts';
import type { WhisperEntry } from '../../../web/chat/wire.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { testMemory } from '../../support/host.ts';
import { startPlace } from '../../support/webchat-place.ts';
import { startSite, Visitor, wordsOf } from './visitor.ts';

const log = pino({ level: 'silent' });

/** A whole bridge between a web chat and the server alpha. */
async function startBridge(raw: Record<string, unknown>): Promise<{ url: string; stop(): Promise<void> }> {
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
  const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  onTestFinished(() => bridge.stop());
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(20_000));
  return { url: bridge.httpUrl ?? '', stop: () => bridge.stop() };
}

test('a player who whispers to somebody without a page is told so once; it is read after a restart, and once', async () => {
  const { alpha, raw } = await startPlace();
  const first = await startBridge(raw);
  const alice = await Visitor.enter(first, 'Alice');
  const page = await alice.open();
  const gordon = await alpha.join('Gordon');
  await alice.say('hello');
  await alpha.presence.waitFor((line) => line === '+Alice@bridge');
  const [id = 0] = alpha.users.get('bridge')?.keys() ?? [];
  await gordon.whispers('bridge', id, 'one');
  await page.waitFor('whisper', (whisper) => wordsOf(whisper) === 'one');
  page.close();
  const bob = await Visitor.enter(first, 'Bob');
  const his = await bob.open();
  await his.waitFor('people', ({ people }) => people.length === 1);
  for (const text of ['two', 'three']) await gordon.whispers('bridge', id, text);
  const told = await alpha.packets.waitFor((line) => line.includes('Alice is not there now'));
  expect(told).toContain('Alice is not there now, and reads it when they come back.');
  // A command is answered with the same.
  const { answer = [] } = await bob.say('/pm Alice four');
  expect(wordsOf({ body: answer })).toBe('Alice is not there now, and reads it when they come back.');
  expect(alpha.packets.all.filter((line) => line.includes('Alice is not there now'))).toHaveLength(1);
  await first.stop();

  const second = await startBridge(raw);
  const back = new Visitor(second);
  back.cookie = alice.cookie;
  const read = await back.open();
  await read.waitFor('ready');
  const whispers = () => read.heard.all.flatMap((one) => (one.name === 'whisper' ? [wordsOf(one.data)] : []));
  expect(whispers()).toEqual(['two', 'three', 'four']);
  await second.stop();

  const third = await startBridge(raw);
  const again = new Visitor(third);
  again.cookie = alice.cookie;
  const empty = await again.open();
  await empty.waitFor('ready');
  expect(empty.heard.all.filter(({ name }) => name === 'whisper')).toEqual([]);
});

test('only so many wait for one, for so long, and none comes twice', async () => {
  const memory = testMemory();
  const log = new WhisperLog(memory);
  const entry = (id: number, at = 1_000): WhisperEntry => ({
    id: String(id),
    at,
    with: { key: 'k', name: 'Gordon' },
    tag: 'alpha',
    mine: false,
    body: [],
  });
  for (let id = 0; id < 50; id++) expect(await log.keep('alice', entry(id))).toBe(true);
  expect(await log.keep('alice', entry(50))).toBe(false);
  expect(await log.keep('bob', entry(51, 5_000))).toBe(true);
  const later = new WhisperLog(memory);
  await later.load(2_000 + 30 * 86_400_000);
  expect(later.of('alice')).toEqual([]);
  expect(later.has('bob', '51')).toBe(true);
  await later.read('bob');
  expect(later.of('bob').map(({ id }) => id)).toEqual(['51']);
  const last = new WhisperLog(memory);
  await last.load(0);
  expect(last.of('bob')).toEqual([]);
});

test('one visitor whispers to another, who answers; it is answered by what it answers, whoever wrote that', async () => {
  const site = await startSite();
  const [alice, bob] = [await Visitor.enter(site, 'Alice'), await Visitor.enter(site, 'Bob')];
  const [hers] = [await alice.open(), await bob.open()];
  const { people } = await hers.waitFor('people', (all) => all.people.length === 2);
  const { key = '' } = people.find(({ name }) => name === 'Bob') ?? {};
  const nonce = () => crypto.randomUUID();
  const first = nonce();
  expect(await alice.post('whisper', { to: { person: key }, text: 'psst', nonce: first })).toEqual({ status: 200 });
  const direct = await site.host.directs.waitFor(() => true);
  expect(direct.to).toMatchObject({ kind: 'user', adapter: 'web', author: { name: 'Bob' } });
  const mine = await hers.waitFor('whisper');
  expect(mine).toMatchObject({ mine: true, with: { name: 'Bob' }, tag: 'Web' });
  // What was whispered is continued by its own id, and what was heard is answered by that of the whisper.
  await alice.post('whisper', { to: { answer: mine.id }, text: 'still there?', nonce: nonce() });
  expect(await site.host.directs.waitFor(({ inReplyTo }) => inReplyTo !== undefined)).toMatchObject({ inReplyTo: first });
  const from = { kind: 'user', adapter: 'discord' as AdapterId, author: { id: '1', name: 'Kim' } } as const;
  const to = { kind: 'user', adapter: site.host.id, author: direct.author } as const;
  const whisper = { kind: 'whisper', id: 'w1' as EventId, at: 1, from, to, tag: 'Discord', body: [], attachments: [] } as const;
  await site.chat.whisper(direct.author.id, whisper, new TestAttempt());
  await alice.post('whisper', { to: { answer: 'w1' }, text: 'yes', nonce: nonce() });
  expect(await site.host.directs.waitFor(({ inReplyTo }) => inReplyTo === 'w1')).toMatchObject({ author: { name: 'Alice' } });
  // Nobody answers what somebody else was whispered, nor whispers to who is not there.
  for (const to of [{ answer: 'w1' }, { person: 'nobody' }])
    expect((await bob.post('whisper', { to, text: 'x', nonce: nonce() })).fault).toBe('They are not there any more.');
});
