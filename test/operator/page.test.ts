/** What the operator's page is told of a bridge, and what is done from it. */
import { expect, onTestFinished, test } from 'vitest';
import { CrossChat } from '../../src/crosschat/index.ts';
import type { State } from '../../web/operator/wire.ts';
import { standingBy, type Watched, watched } from '../monitoring/setup.ts';
import { Visitor } from './visitor.ts';

/** A bridge, and somebody who has its page open. */
async function opened() {
  const place = await watched();
  const visitor = new Visitor(place.bridge.httpUrl);
  return { ...place, place, visitor, page: await visitor.open() };
}

function roomIn(state: State, room: string) {
  return state.channels[0]?.rooms.find((one) => one.room === room);
}

/** The newest entries of the audit log, as the page asks for them. */
async function audit(visitor: Visitor, person = ''): Promise<string[]> {
  const answer = await visitor.get(`audit?person=${encodeURIComponent(person)}`);
  const entries = (await answer.json()) as { who: string; action: string; target: string }[];
  return entries.map(({ who, action, target }) => `${who}: ${action} ${target}`);
}

test('it tells how all is at first, and then what has changed', async () => {
  const { page, game, place, platform } = await opened();
  expect(await page.waitFor('hello')).toMatchObject({ ids: ['bridge'] });
  // What passes while it starts may be a problem at first.
  const state = await page.waitFor('state', ({ problems }) => problems.length === 0);
  expect(state).toMatchObject({ role: 'active', channels: [{ name: 'main', servers: ['*'], paused: false }] });
  expect(state.connections.map(({ title }) => title)).toEqual(['Database', 'MQTT broker', 'Platform']);
  expect(roomIn(state, 'one')?.queue).toMatchObject({ state: 'up', waiting: 0 });
  expect(state.others.map(({ name }) => name)).toContain('game servers (as bridge)');
  await game.publish('state/alpha/map', 'gm_construct', { retain: true });
  const gordon = await game.join('Gordon');
  await page.waitFor('servers', ({ servers }) => servers[0]?.map === 'gm_construct' && servers[0].players[0] === 'Gordon');
  place.lost = 'Platform: the connection is lost.';
  await page.waitFor(
    'state',
    ({ problems }) => problems[0]?.text === 'Platform: the connection is lost.' && problems[0].level === 'bad',
  );
  place.lost = undefined;
  platform.isDown = true;
  await gordon.says('hello');
  const down = await page.waitFor('state', (now) => now.problems.some(({ text }) => /Platform room one is down/.test(text)));
  expect(roomIn(down, 'one')).toMatchObject({ queue: { state: 'down', waiting: 1, fault: { reason: 'the platform is down' } } });
  platform.faults.set('two', 'The bridge was thrown out of room two.');
  await page.waitFor('state', (now) => roomIn(now, 'two')?.fault === 'The bridge was thrown out of room two.');
});

test('of many players some are named, and all are counted', async () => {
  const { page, game } = await opened();
  await Promise.all(Array.from({ length: 70 }, (_, at) => game.join(`Player ${at}`)));
  const { servers } = await page.waitFor('servers', ({ players }) => players === 70);
  expect([servers[0]?.count, servers[0]?.players.length]).toEqual([70, 50]);
});

test('nothing is sent again that has not changed', async () => {
  const { page, game } = await opened();
  await page.waitFor('audit');
  const gordon = await game.join('Gordon');
  await page.waitFor('servers', ({ players }) => players === 1);
  await gordon.leaves();
  await page.waitFor('servers', ({ players }) => players === 0);
  const texts = page.heard.all.map(({ name, data }) => `${name} ${JSON.stringify(data)}`);
  for (const [at, text] of texts.entries()) {
    const [name = ''] = text.split(' ');
    const before = texts.slice(0, at).filter((one) => one.startsWith(`${name} `));
    expect([name, before.at(-1)]).not.toEqual([name, text]);
  }
});

test('channels and rooms are paused and resumed, in the name of the operator', async () => {
  const { page, visitor, platform, game } = await opened();
  const gordon = await game.join('Gordon');
  const room = { adapter: 'platform', room: 'one' };
  const paused = await visitor.post('pause', { target: room });
  expect(paused).toMatchObject({ status: 200, said: expect.stringContaining('Platform room one is paused') });
  await page.waitFor('state', (state) => roomIn(state, 'one')?.paused === true && state.problems.length === 1);
  await gordon.says('only in two');
  await platform.sees.waitFor((line) => line.startsWith('two') && line.includes('only in two'));
  expect(platform.in('one').join()).not.toContain('only in two');
  expect(await visitor.post('pause', { target: room })).toMatchObject({
    status: 409,
    fault: expect.stringContaining('paused already'),
  });
  expect(await visitor.post('resume', { target: room })).toMatchObject({ status: 200 });
  expect(await visitor.post('pause', { target: { channel: 'main' } })).toMatchObject({ status: 200 });
  await page.waitFor('state', ({ channels }) => channels[0]?.paused === true);
  expect(await visitor.post('resume', { target: { channel: 'main' } })).toMatchObject({ status: 200 });
  expect(await visitor.post('pause', { target: { channel: 'other' } })).toMatchObject({ status: 409 });
  const who = 'The operator (web 127.0.0.1)';
  expect(await audit(visitor)).toEqual([
    `${who}: resume the channel "main"`,
    `${who}: pause the channel "main"`,
    `${who}: resume Platform room one`,
    `${who}: pause Platform room one`,
  ]);
  // Open pages have heard of it without asking.
  await page.waitFor('audit', (entries) => entries !== 'unknown' && entries.length === 4);
  expect(await audit(visitor, 'nobody')).toEqual([]);
});

test('dead letters are tried again, or dropped', async () => {
  const { page, visitor, platform, game } = await opened();
  const gordon = await game.join('Gordon');
  platform.refuses = (text) => text.includes('no');
  for (const text of ['no 1', 'no 2']) await gordon.says(text);
  const letters = await page.waitFor('letters', (now) => now !== 'unknown' && now.total === 4);
  if (letters === 'unknown') throw new Error('the database does not answer');
  expect(letters.letters[0]).toMatchObject({ reason: 'refused', text: 'Gordon (alpha): no 2' });
  platform.refuses = () => false;
  const [last, first] = [letters.letters.at(0)?.id ?? 0, letters.letters.at(-1)?.id ?? 0];
  expect(await visitor.post('retry', { ids: [first] })).toMatchObject({
    said: expect.stringContaining('2 dead letters will be tried'),
  });
  expect(await visitor.post('drop', { ids: [last] })).toMatchObject({ said: '2 dead letters dropped.' });
  for (const room of ['one', 'two'])
    await platform.sees.waitFor((line) => line.startsWith(`${room} `) && line.endsWith(': no 1'));
  // There were none at first, too: it is the latest that counts.
  const latest = () => page.heard.all.flatMap((one) => (one.name === 'letters' ? [one.data] : [])).at(-1) ?? 'unknown';
  await page.heard.waitFor(() => {
    const now = latest();
    return now !== 'unknown' && now.total === 0;
  });
  expect(await visitor.post('drop', {})).toMatchObject({ status: 409, fault: 'There are no dead letters.' });
  expect((await audit(visitor)).filter((line) => line.includes('dead-letters drop')).length).toBe(2);
});

test('a ban is lifted, and that it was is written before', async () => {
  const { page, visitor, platform, game } = await opened();
  await platform.says('one', 'mallory', 'buy now');
  await game.chat.waitFor((line) => line.startsWith('mallory'));
  const [id] = game.users.get('bridge')?.keys() ?? [];
  await game.publish('m/alpha/bridge/ooc/aowl_ban', JSON.stringify({ server_id: 'bridge', user_id: id, reason: 'spam' }));
  const { bans } = await page.waitFor('bans', ({ total }) => total === 1);
  expect(bans[0]).toMatchObject({ adapter: 'platform', userId: 'mallory', reason: 'spam' });
  const whom = { adapter: 'platform', userId: 'mallory' };
  expect(await visitor.post('unban', whom)).toMatchObject({ said: expect.stringContaining('Lifted the ban of mallory') });
  await page.waitFor('bans', ({ total }) => total === 0);
  expect((await audit(visitor))[0]).toBe('The operator (127.0.0.1, web): unban mallory (mallory)');
  expect(await visitor.post('unban', whom)).toMatchObject({ status: 409 });
  await platform.says('one', 'mallory', 'I am sorry');
  await game.chat.waitFor((line) => line.includes('I am sorry'));
});

test('what is no request is refused with a sentence', async () => {
  const { visitor } = await opened();
  const headers = { 'content-type': 'application/json', origin: visitor.url };
  const send = (path: string, body: string) => fetch(`${visitor.url}/operator/${path}`, { method: 'POST', headers, body });
  for (const [path, body, status] of [
    ['pause', '', 400],
    ['pause', 'null', 400],
    ['pause', '{"target":{}}', 400],
    ['pause', '{"target":{"channel":"main","adapter":"x"}}', 400],
    ['retry', '{"ids":[]}', 400],
    ['retry', '{"ids":["1; DROP TABLE"]}', 400],
    ['unban', '{"adapter":"platform"}', 400],
    ['toString', '{}', 404],
    ['welcome', '{}', 404],
    ['pause', `"${'x'.repeat(9_000)}"`, 413],
  ] as const)
    expect([path, body.slice(0, 40), (await send(path, body)).status]).toEqual([path, body.slice(0, 40), status]);
  expect((await visitor.get('..%2f..%2fpackage.json')).status).toBe(404);
});

test('hostile names stay one line of text, and the log is shown as it is written', async () => {
  const { page, game } = await opened();
  const eve = await game.join('<img src=x onerror=alert(1)>\n\nevent: out\ndata: {"why":"gone"}');
  await eve.says('</script><script>alert(1)</script>\r\n\r\nevent: out');
  await game.publish('state/alpha/map', '"><script>', { retain: true });
  await page.waitFor('servers', ({ servers }) => servers[0]?.map === '"><script>' && servers[0].players.length === 1);
  await page.waitFor('log', ({ lines }) => lines.some(({ text, from }) => text === 'delivered' && from === 'outbox'));
  const lines = page.heard.all.flatMap((one) => (one.name === 'log' ? one.data.lines : []));
  expect(lines.every(({ at, level }) => at > 0 && level !== '')).toBe(true);
  expect(lines.map(({ no }) => no)).toEqual(lines.map((_, at) => at + (lines[0]?.no ?? 0)));
  expect(page.heard.all.some((one) => one.name === 'out')).toBe(false);
});

test('an instance that stands by says so, and nothing can be done there', async () => {
  const active = await watched();
  const lines = await standingBy(active);
  const line = await lines.waitFor((one) => one.includes("Operator's page"));
  const visitor = new Visitor(/(http:[^"]+)\/operator/.exec(line)?.[1]);
  const page = await visitor.open();
  expect(await page.waitFor('state')).toMatchObject({
    role: 'standby',
    problems: [{ text: expect.stringContaining('stands by') }],
  });
  expect(await visitor.post('pause', { target: { channel: 'main' } })).toMatchObject({ status: 409 });
});

test('one whose place another bridge has taken says that', async () => {
  const seen: Watched = await watched();
  const visitor = new Visitor(seen.bridge.httpUrl);
  const other = new CrossChat({ serverId: 'bridge', urls: [seen.broker.url], allowAnonymous: true });
  onTestFinished(() => other.stop());
  const page = await visitor.open();
  other.start();
  await page.waitFor('state', ({ role }) => role === 'standstill');
  expect(await visitor.post('drop', {})).toMatchObject({ status: 409 });
});
