/** Who plays where, as people see it on Discord. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { printOf } from '../../../bridges/discord/status/changes.ts';
import { again, edits, posts, topics, town } from './town.ts';

it('shows who plays where in one message, and edits it when that changes, but not more often than needed', async () => {
  const here = await town();
  const alpha = await here.game('alpha', {
    map: 'gm_construct',
    gamemode: 'sandbox',
    link: 'steam://connect/192.0.2.1:27015',
    players: ['Gordon', 'Alyx'],
  });
  await here.game('beta');
  await here.made.adapter.start();
  await here.until(posts, 1);
  const start = Math.floor(here.clock.now() / 1_000);
  expect(here.shown.author).toBe('bridge');
  expect(here.shown.content).toBe('**2 players on 2 servers**');
  expect(here.shown.embeds.map(({ title }) => title)).toEqual(['🟢 alpha', '🟢 beta']);
  const [first = '', second = ''] = here.shown.embeds.map(({ description }) => description);
  expect(first.split('\n').slice(0, 3)).toEqual([
    '**2 players** on gm\\_construct (sandbox)',
    'Alyx, Gordon',
    'Join: <steam://connect/192.0.2.1:27015>',
  ]);
  expect(second).toMatch(/^\*\*0 players\*\*\nLast change <t:\d+:R>$/);
  const changedAt = Number(/<t:(\d+):R>/.exec(first)?.[1]);
  expect(Math.abs(changedAt - start)).toBeLessThan(5);

  // Nothing happens for an hour.
  await here.pass(60 * 60_000);
  expect([here.count(posts), here.count(edits)]).toEqual([1, 0]);

  // A crowd joins one after the other: at most one edit in 15 s.
  for (let n = 0; n < 20; n += 1) {
    await alpha.join(`Citizen ${n}`);
    await here.pass(1_000);
  }
  await here.pass(20_000);
  expect(here.count(edits)).toBeLessThanOrEqual(3);
  expect(here.shown.embeds[0]?.description).toContain('**22 players**');
  expect(Number(/<t:(\d+):R>/.exec(here.shown.embeds[0]?.description ?? '')?.[1])).toBeGreaterThan(changedAt + 3_600);
  expect(here.shown.embeds[1]?.description).toBe(second);
  expect([here.count(posts), here.made.host.messages.all]).toEqual([1, []]);
});

it('a server that is back in a moment was changing its map; one that is not is offline', async () => {
  const here = await town();
  const alpha = await here.game('alpha', { map: 'gm_construct', players: ['Gordon'] });
  await here.made.adapter.start();
  await here.until(posts, 1);
  await alpha.stop();
  await here.forgets('alpha');
  await here.pass(25_000);
  expect(here.count(edits)).toBe(0);
  const back = await here.game('alpha', { map: 'gm_construct' });
  await back.join('Gordon');
  await here.sees(() => here.chat.state.servers.get('alpha')?.users.size === 1);
  await here.pass(60_000);
  expect(here.count(edits)).toBe(0);
  await back.stop();
  await here.forgets('alpha');
  await here.pass(60_000);
  expect(here.count(edits)).toBe(1);
  expect(here.text).toContain('⚫ alpha\n**Offline**\nLast change <t:');
});

it('finds its message again after a restart, and edits it only if something changed', async () => {
  const here = await town();
  const alpha = await here.game('alpha', { map: 'gm_construct', players: ['Gordon'] });
  await here.made.adapter.start();
  await here.until(posts, 1);
  const before = here.text;
  const next = await again(here);
  await next.pass(120_000);
  expect([next.count(posts), next.count(edits), next.text]).toEqual([1, 0, before]);
  await next.made.adapter.stop();
  await alpha.join('Alyx');
  await next.sees(() => next.chat.state.servers.get('alpha')?.users.size === 2);
  const last = await again(next);
  await last.until(edits, 1);
  expect([last.count(posts), last.text]).toEqual([1, expect.stringContaining('Alyx, Gordon')]);
});

it('shows a new message in place of one that was deleted, and never touches that of somebody else', async () => {
  const here = await town();
  const alpha = await here.game('alpha');
  await here.made.adapter.start();
  await here.until(posts, 1);
  const [first] = here.made.general.messages;
  if (first === undefined) throw new Error('nothing was shown');
  here.made.alice.deletes(first);
  await here.pass(60_000);
  expect(here.made.general.messages).toEqual([]);
  await alpha.join('Gordon');
  await here.sees(() => here.chat.state.servers.get('alpha')?.users.size === 1);
  await here.until(posts, 2);
  expect(here.text).toContain('**1 player**');
  const { general, alice, host } = here.made;
  const other = alice.says(general, 'mine');
  const key = `status/${general.id}/${printOf(['*'])}`;
  await host.memory.set(key, JSON.stringify({ ...JSON.parse((await host.memory.get(key)) ?? ''), message: other.id }));
  const next = await again(here);
  await next.until(posts, 3);
  expect([next.count(edits), general.messages.find(({ id }) => id === other.id)?.content]).toEqual([1, 'mine']);
});

it('names no more than there is room for, and lets nobody ping, format, link or break a line by their name', async () => {
  const here = await town({ status: (channel) => ({ channel, servers: ['a*', 'gone'], topic: true }) });
  const evil = [
    '@everyone',
    '<@1>',
    '**bold**',
    '](https://evil.example)',
    'a\nb',
    'https://evil.example/x',
    '`code`',
    '||s||',
    '\u202eabc',
  ];
  const crowd = Array.from({ length: 60 }, (_, n) => `*${n}*`.repeat(12));
  await here.game('a1', { map: '@everyone\n# big', gamemode: '`x', link: 'javascript:alert(1)', players: [...evil, ...crowd] });
  for (let n = 2; n <= 13; n += 1)
    await here.game(`a${n}`, { map: '*'.repeat(200), gamemode: '_'.repeat(200), players: ['*'.repeat(80)] });
  await here.game('beta', { players: ['Nobody'] });
  await here.made.adapter.start();
  await here.until(posts, 1);
  await here.until(topics, 1);
  const { pings, embeds, content } = here.shown;
  expect(pings).toMatchObject({ everyone: false });
  expect(content).toBe('**81 players on 13 of 14 servers**, of which 4 are not shown');
  expect(embeds).toHaveLength(10);
  expect(here.text).not.toContain('Nobody');
  const [first] = embeds;
  const lines = first?.description?.split('\n') ?? [];
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('**69 players** on @\u200beveryone / # big (\\`x)');
  expect(lines[1]).toMatch(/ and \d+ more$/);
  for (const part of [here.text, here.made.general.topic]) {
    expect(part).not.toMatch(/@everyone|<@1>|https?:\/\/|javascript:/);
    expect(part).not.toMatch(/^#/m);
  }
  expect(here.made.general.topic.length).toBeLessThanOrEqual(1_024);
  expect(here.made.general.topic).toMatch(/ · and \d+ more · last change <t:\d+:R>$/);
});

it('sets the topic of the channel as well, once in 10 minutes', async () => {
  const here = await town({ status: (channel) => ({ channel, servers: 'alpha', topic: true }) });
  const alpha = await here.game('alpha', { map: 'gm_construct', link: 'https://example.org/join' });
  await here.made.adapter.start();
  await here.until(topics, 1);
  expect(here.made.general.topic).toMatch(
    /^alpha: 0 players on gm\\_construct <https:\/\/example.org\/join> · last change <t:\d+:R>$/,
  );
  for (let n = 0; n < 12; n += 1) {
    await alpha.join(`Citizen ${n}`);
    await here.pass(60_000);
  }
  await here.pass(10 * 60_000);
  expect(here.count(topics)).toBe(3);
  expect(here.made.general.topic).toContain('alpha: 12 players');
  const next = await again(here, { channel: here.made.general.id, servers: 'alpha', topic: true });
  await next.pass(30 * 60_000);
  expect(next.count(topics)).toBe(3);
});

it('shows nothing of it when nobody asked for it, but for how many play', async () => {
  const here = await town({ status: () => [] });
  const alpha = await here.game('alpha', { players: ['Gordon', 'Alyx'] });
  await here.game('beta', { players: ['Barney'] });
  const { discord: double, bot, general, adapter } = here.made;
  await adapter.start();
  await here.pass(30_000);
  const shown = () => bot.presence?.activities[0]?.state;
  await double.until(() => shown() === '3 players on 2 servers', 'the presence');
  expect(general.messages).toEqual([]);
  // A new session begins without.
  bot.presence = null;
  double.gateway.forgetSessions();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
  onTestFinished(() => void vi.useRealTimers());
  double.gateway.drop();
  await double.waitForGateway('identified', 2);
  await here.made.host.lines.waitFor((line) => line.includes('The connection to Discord is back'));
  await here.pass(30_000);
  await double.until(() => shown() === '3 players on 2 servers', 'the presence again');
  await alpha.stop();
  await here.forgets('alpha');
  await here.pass(60_000);
  await double.until(() => shown() === '1 player on 1 server', 'the presence without alpha');
});
