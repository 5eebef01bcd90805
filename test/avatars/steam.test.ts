import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Avatars } from '../../src/avatars/avatars.ts';
import { SteamAvatars } from '../../src/avatars/steam.ts';
import { settle, TestClock } from '../support/clock.ts';
import { Recorder, testHost, testMemory } from '../support/host.ts';

const apiKey = '0123456789ABCDEF0123456789ABCDEF';
const steamId = (number: number) => `7656119${String(7_960_265_728 + number)}`.slice(0, 17);
const pictureOf = (id: string) => `https://avatars.steamstatic.com/${id}_full.jpg`;
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Answer = { status?: number; body?: unknown; text?: string; hang?: boolean };

/** A stand-in Steam that knows everybody, unless it is told to answer otherwise. */
async function steam(answer: (ids: readonly string[]) => Answer = () => ({})) {
  const asked = new Recorder<{ ids: readonly string[]; url: string; key: string }>();
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '', 'http://steam');
    const ids = url.searchParams.get('steamids')?.split(',') ?? [];
    asked.add({ ids, url: request.url ?? '', key: String(request.headers['x-webapi-key']) });
    const { status = 200, body, text, hang } = answer(ids);
    if (hang) return;
    const players = ids.map((id) => ({ steamid: id, personaname: 'x', avatarfull: pictureOf(id) }));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(text ?? JSON.stringify(body ?? { response: { players } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function avatars(url: string, memory = testMemory()) {
  const { log, lines } = testHost();
  const clock = new TestClock();
  const known = new SteamAvatars({ apiKey, url, memory, clock, log });
  ends.push(() => expect(lines.all.join('\n')).not.toContain(apiKey));
  return { known, clock, lines, memory };
}

/** Lets requests begin, but leaves them their time, until something is so. */
async function until<T>(clock: TestClock, look: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 3_000; tries += 1) {
    const found = look();
    if (found !== undefined) return found;
    if ((clock.next ?? 3_000) <= 1_000) await clock.advance(clock.next ?? 0);
    else await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('it never became so');
}

it('tells a picture as soon as it is known, and keeps nobody waiting', async () => {
  const { url, asked } = await steam();
  const { known, clock } = avatars(url);
  expect(known.of(steamId(1))).toBeUndefined();
  expect(await until(clock, () => known.of(steamId(1)))).toBe(pictureOf(steamId(1)));
  expect(asked.all).toMatchObject([{ ids: [steamId(1)], key: apiKey }]);
  expect(asked.all[0]?.url).not.toContain(apiKey);
});

it('asks for many at once, one request at a time, and for nobody twice a day', async () => {
  const { url, asked } = await steam();
  const { known, clock } = avatars(url);
  const ids = Array.from({ length: 250 }, (_, index) => steamId(index));
  for (const id of [...ids, ...ids]) known.of(id);
  await until(clock, () => (ids.every((id) => known.of(id) !== undefined) ? true : undefined));
  expect(asked.all.map((request) => request.ids.length)).toEqual([100, 100, 50]);
  await clock.advance(23 * 3_600_000);
  for (const id of ids) known.of(id);
  await clock.advance(1_000);
  await settle();
  expect(asked.all).toHaveLength(3);
  await clock.advance(3_600_000);
  expect(known.of(steamId(1))).toBe(pictureOf(steamId(1)));
  await until(clock, () => asked.all[3]);
});

it('remembers over a restart', async () => {
  const { url, asked } = await steam();
  const first = avatars(url);
  first.known.of(steamId(1));
  await until(first.clock, () => first.known.of(steamId(1)));
  await settle();
  const second = avatars(url, first.memory);
  await second.known.restore();
  expect(second.known.of(steamId(1))).toBe(pictureOf(steamId(1)));
  expect(asked.all).toHaveLength(1);
});

it.each(['[', '{}', '[["x","y",1]]', JSON.stringify([[steamId(1), 'https://evil.example/a.jpg', 9e15]])])(
  'starts anew from a memory of %s',
  async (text) => {
    const { url } = await steam();
    const { known, memory, clock } = avatars(url);
    await memory.set('steam', text);
    await known.restore();
    expect(known.of(steamId(1))).toBeUndefined();
    await until(clock, () => known.of(steamId(1)));
  },
);

describe('nobody has a picture', () => {
  const said = (avatarfull: unknown) => (ids: readonly string[]) => ({
    body: { response: { players: ids.map((steamid) => ({ steamid, avatarfull })) } },
  });

  it.each<[string, (ids: readonly string[]) => Answer]>([
    ['whom Steam does not know', () => ({ body: { response: { players: [] } } })],
    [
      'whose picture is a question mark',
      said('https://avatars.steamstatic.com/fef49e7fa7e1997310d705b2a6158ff8dc1cdfeb_full.jpg'),
    ],
    ['whose picture is elsewhere', said('https://evil.example/a.jpg')],
    ['whose picture is on a host that ends alike', said('https://evilsteamstatic.com/a.jpg')],
    ['whose picture is not encrypted', said('http://avatars.steamstatic.com/a.jpg')],
    ['whose picture is no text', said(7)],
    ['who has none', said(undefined)],
  ])('%s', async (_, answer) => {
    const { url, asked } = await steam(answer);
    const { known, clock } = avatars(url);
    known.of(steamId(1));
    await until(clock, () => asked.all[0]);
    await until(clock, () => (clock.next === undefined ? true : undefined));
    await clock.advance(200_000);
    expect(known.of(steamId(1))).toBeUndefined();
    expect(asked.all).toHaveLength(1);
  });

  it.each(['', 'STEAM_0:1:1', '1', '76561197960265728x', '86561197960265728', '7656119796026572', '76561197960265728,1'])(
    'by the id %j, for which Steam is not asked',
    async (id) => {
      const { url, asked } = await steam();
      const { known, clock } = avatars(url);
      expect(known.of(id)).toBeUndefined();
      await clock.advance(10_000);
      await settle();
      expect(asked.all).toEqual([]);
    },
  );
});

describe('a failure', () => {
  it.each<[string, Answer]>([
    ['a fault of Steam', { status: 500 }],
    ['a limit', { status: 429 }],
    ['a page', { text: '<html>' }],
    ['another answer', { body: { players: [] } }],
    ['an answer without end', { text: `"${'x'.repeat(2_000_000)}"` }],
    ['a redirect', { status: 302 }],
  ])('%s is followed by a pause that grows', async (_, fault) => {
    let faults = 3;
    const { url, asked } = await steam(() => (faults-- > 0 ? fault : {}));
    const { known, clock } = avatars(url);
    known.of(steamId(1));
    const pauses: number[] = [];
    for (let times = 1; times < 4; times += 1) {
      await until(clock, () => asked.all[times - 1]);
      const pause = await until(clock, () => ((clock.next ?? 0) > 3_000 ? clock.next : undefined));
      pauses.push(pause);
      await clock.advance(pause);
    }
    expect(pauses).toEqual([30_000, 60_000, 120_000]);
    expect(await until(clock, () => known.of(steamId(1)))).toBe(pictureOf(steamId(1)));
  });

  it('to answer is waited for 3 s', async () => {
    let hangs = 1;
    const { url, asked } = await steam(() => ({ hang: hangs-- > 0 }));
    const { known, clock } = avatars(url);
    known.of(steamId(1));
    await until(clock, () => asked.all[0]);
    expect(clock.next).toBe(3_000);
    await clock.advance(3_000);
    await clock.advance(await until(clock, () => clock.next));
    expect(await until(clock, () => known.of(steamId(1)))).toBe(pictureOf(steamId(1)));
  });

  it.each([401, 403])('to have a right key (%i) is told once, and Steam is left alone', async (status) => {
    const { url, asked } = await steam(() => ({ status }));
    const { known, clock, lines } = avatars(url);
    known.of(steamId(1));
    await until(clock, () => (lines.all.some((line) => line.includes('Steam refuses the key')) ? true : undefined));
    for (let index = 2; index < 10; index += 1) known.of(steamId(index));
    await clock.advance(7_200_000);
    await settle();
    expect(asked.all).toHaveLength(1);
    expect(lines.all.filter((line) => line.includes('STEAM_API_KEY'))).toHaveLength(1);
  });
});

it('holds a bounded number of users, known and waiting', async () => {
  const { url, asked } = await steam();
  const { known, clock, memory } = avatars(url);
  for (let index = 0; index < 5_000; index += 1) known.of(steamId(index));
  await until(clock, () => asked.all[9]);
  await until(clock, () => known.of(steamId(999)));
  expect(asked.all).toHaveLength(10);
  expect((await memory.get('steam'))?.length).toBeLessThan(200_000);
});

describe('a person is dressed', () => {
  const gordon = { id: '1', name: 'Gordon' };
  const publicUrl = 'https://bridge.example';

  it('in their own picture', () => {
    const own = { ...gordon, avatar: 'https://pics.example/g.png' };
    expect(new Avatars({ publicUrl, steam: undefined }).dress(own, 'alpha')).toEqual(own);
  });

  it('in a letter, the same one wherever it is looked at', () => {
    const avatars = new Avatars({ publicUrl, steam: undefined });
    const player = { steamid64: undefined };
    const { avatar } = avatars.dress(gordon, 'alpha', player);
    expect(avatar).toMatch(/^https:\/\/bridge\.example\/avatar\/\d{1,2}-47\.png$/);
    expect(avatars.dress({ id: '77', name: 'Gordon' }, 'alpha', player).avatar).toBe(avatar);
    const { avatar: user } = avatars.dress({ id: '@g:x', name: 'Gordon' }, 'matrix');
    expect(avatars.dress({ id: '@g:x', name: 'Freeman' }, 'matrix').avatar).toBe(user?.replace('-47', '-46'));
  });

  it('in nothing where the bridge shows nothing', () => {
    expect(new Avatars({ publicUrl: undefined, steam: undefined }).dress(gordon, 'alpha')).toEqual(gordon);
  });

  it('in the picture from Steam once it is known, and in a letter until then', async () => {
    const { url } = await steam();
    const { known, clock } = avatars(url);
    const dressed = new Avatars({ publicUrl, steam: known });
    const player = { steamid64: steamId(1) };
    expect(dressed.dress(gordon, 'alpha', player).avatar).toContain('/avatar/');
    await until(clock, () => known.of(steamId(1)));
    expect(dressed.dress(gordon, 'alpha', player).avatar).toBe(pictureOf(steamId(1)));
  });

  it('in the picture from Steam at once, if they were seen before they spoke', async () => {
    const { url, asked } = await steam();
    const { known, clock } = avatars(url);
    const dressed = new Avatars({ publicUrl: undefined, steam: known });
    dressed.expect(steamId(1));
    await until(clock, () => asked.all[0]);
    await until(clock, () => known.of(steamId(1)));
    expect(dressed.dress(gordon, 'alpha', { steamid64: steamId(1) }).avatar).toBe(pictureOf(steamId(1)));
  });
});
