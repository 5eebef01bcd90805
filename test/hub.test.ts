/** A whole bridge between two rooms of a platform and a game server. */
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Bridge } from '../src/bridge.ts';
import { type Broker, startBroker } from '../src/broker.ts';
import { type Clock, systemClock } from '../src/clock.ts';
import { parseConfig } from '../src/config.ts';
import { newFolder } from './store/open.ts';
import { GameServer } from './support/game-server.ts';
import { Platform } from './support/platform.ts';

let broker: Broker;
let platform: Platform;
let game: GameServer;
let bridges: Bridge[];
let dataDir: string;
let lines: string[];

beforeEach(async () => {
  broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  platform = new Platform();
  bridges = [];
  lines = [];
  dataDir = newFolder();
  game = await GameServer.start({ url: broker.url, id: 'alpha' });
});
afterEach(async () => {
  await Promise.all([game.stop(), ...bridges.map((bridge) => bridge.stop())]);
  await broker.stop();
});

/** However long a machine takes, all comes at once. */
function timeless(): Clock {
  const now = Date.now();
  return { ...systemClock, now: () => now };
}

async function startBridge(settings: Record<string, unknown> = {}, clock = systemClock): Promise<Bridge> {
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: dataDir,
    adapters: { platform: {} },
    channels: [{ name: 'main', rooms: { platform: ['one', 'two'] } }],
    ...settings,
  };
  const entries = { platform: { load: async () => platform.module } };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, entries);
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const bridge = new Bridge({ config, log, clock, random: Math.random, shutdown: () => {} });
  bridges.push(bridge);
  await bridge.start();
  await bridge.ready(AbortSignal.timeout(20_000));
  if (!game.isOnline('bridge')) await game.presence.waitFor((change) => change === 'online bridge');
  return bridge;
}

test('what is edited reads otherwise in the other room, and is said again in the game', async () => {
  await startBridge();
  const said = await platform.says('one', 'Alice', 'helo');
  await game.chat.waitFor((line) => line.endsWith('helo'));
  await platform.edits(said, 'hello');
  await game.chat.waitFor((line) => line.endsWith('* hello'));
  await platform.edits(said, 'hello!');
  await platform.says('one', 'Alice', 'bye');
  await game.chat.waitFor((line) => line.endsWith('bye'));
  await platform.sees.waitFor((change) => change.endsWith('bye'));
  expect(platform.in('two')).toEqual(['Alice: hello!', 'Alice: bye']);
  expect(game.chat.all.map((line) => line.replace(/^.*?: /, ''))).toEqual(['helo', '* hello', '* hello!', 'bye']);
});

test('what is taken back is gone in the other room', async () => {
  await startBridge();
  const said = await platform.says('one', 'Alice', 'oops');
  await platform.removes(said);
  await platform.says('one', 'Alice', 'bye');
  await platform.sees.waitFor((change) => change.endsWith('bye'));
  expect(platform.in('two')).toEqual(['Alice: bye']);
});

test('an edit that comes before its message could be shown waits for it; one of something never shown is dropped', async () => {
  await startBridge();
  platform.isDown = true;
  const said = await platform.says('one', 'Alice', 'helo');
  await platform.edits(said, 'hello');
  await platform.edits({ ...said, id: `${said.id} unknown` as typeof said.id }, 'what?');
  await platform.removes({ ...said, id: `${said.id} unknown` as typeof said.id });
  await platform.says('one', 'Alice', 'bye');
  platform.isDown = false;
  await platform.sees.waitFor((change) => change.endsWith('bye'));
  expect(platform.in('two')).toEqual(['Alice: hello', 'Alice: bye']);
});

test('what could not be shown is shown by the next process, and its edits and removals find what the last one showed', async () => {
  const first = await startBridge();
  const early = await platform.says('one', 'Alice', 'early');
  const wrong = await platform.says('one', 'Alice', 'wrong');
  await platform.sees.waitFor((change) => change.endsWith('wrong'));
  platform.isDown = true;
  await platform.says('one', 'Alice', 'late');
  const bob = await game.join('Bob');
  await bob.says('from the game');
  await expect.poll(() => first.health().join()).toMatch(/room two is down .*2 wait/);
  await first.stop();
  platform.isDown = false;
  await startBridge();
  await platform.edits(early, 'earlier');
  await platform.removes(wrong);
  await platform.says('one', 'Alice', 'last');
  await platform.sees.waitFor((change) => change === 'two Alice: last');
  expect(platform.in('two')).toEqual(['Alice: earlier', 'Alice: late', 'Bob: from the game', 'Alice: last']);
  expect(platform.in('one')).toEqual(['Bob: from the game']);
});

test('what a platform hands over twice is heard once, also after a restart', async () => {
  const first = await startBridge();
  await platform.says('one', 'Alice', 'hello', 'id 1');
  await platform.says('one', 'Alice', 'hello', 'id 1');
  await platform.sees.waitFor((change) => change === 'two Alice: hello');
  await first.stop();
  await startBridge();
  await platform.says('one', 'Alice', 'hello', 'id 1');
  await platform.says('one', 'Alice', 'hello', 'id 2');
  await platform.says('one', 'Alice', 'bye');
  await platform.sees.waitFor((change) => change === 'two Alice: bye');
  expect(platform.in('two')).toEqual(['Alice: hello', 'Alice: hello', 'Alice: bye']);
});

test('who floods is told once, where they are, and heard no further; the others are heard', async () => {
  await startBridge({ flood: { user_per_minute: 5 } }, timeless());
  for (let n = 0; n < 20; n++) await platform.says('one', 'Mallory', `spam ${n}`);
  await platform.says('one', 'Alice', 'hello');
  await platform.sees.waitFor((change) => change === 'two Alice: hello');
  await platform.sees.waitFor((change) => change.includes('too much at once'));
  expect(platform.in('two')).toEqual([...Array.from({ length: 5 }, (_, n) => `Mallory: spam ${n}`), 'Alice: hello']);
  expect(platform.in('one')).toEqual([expect.stringMatching(/^Bridge: Mallory, that was too much at once/)]);
});

test('what was said long ago, while the bridge was away, is no flood', async () => {
  await startBridge({ flood: { user_per_minute: 5 } });
  const { message } = platform.host;
  const said = await platform.says('one', 'Alice', 'first');
  for (let n = 0; n < 20; n++) await message({ ...said, id: `${said.id} ${n}` as typeof said.id, at: Date.now() - 120_000 });
  await platform.says('one', 'Alice', 'last');
  await platform.sees.waitFor((change) => change === 'two Alice: last');
  expect(platform.in('two')).toHaveLength(22);
});

test('what was said a while ago is shown with its time', async () => {
  await startBridge();
  const { message } = platform.host;
  const said = await platform.says('one', 'Alice', 'first');
  const heard = (at: number) => message({ ...said, id: `${said.id} ${at}` as typeof said.id, at });
  const at = Date.now() - 3_600_000;
  await heard(at);
  const time = new Date(at).toISOString().slice(11, 16);
  await platform.sees.waitFor((change) => change === `two Alice: (${time} UTC) first`);
  await heard(Date.UTC(2026, 0, 31, 23, 59));
  await platform.sees.waitFor((change) => change === 'two Alice: (2026-01-31 23:59 UTC) first');
  await platform.says('one', 'Alice', 'last');
  await platform.sees.waitFor((change) => change === 'two Alice: last');
});

test('who floods with reactions is told once as well, and what is no emoji to the eye is not carried', async () => {
  await startBridge({ flood: { user_per_minute: 5 } }, timeless());
  await platform.says('one', 'Alice', 'hello', 'hello');
  await platform.sees.waitFor((change) => change === 'two Alice: hello');
  await platform.reacts('one', 'Bob', 'hello', '\u200b');
  for (let n = 0; n < 20; n++) await platform.reacts('one', 'Mallory', 'hello', `text ${n}\n${'x'.repeat(100)}`);
  await platform.reacts('one', 'Bob', 'hello', '👍');
  await platform.sees.waitFor((change) => change.endsWith('Bob: reacted with 👍 to “hello”'));
  expect(platform.in('two')).toHaveLength(1 + 5 + 1);
  expect(platform.in('two')[1]).toBe('Mallory: reacted with text 0 /… to “hello”');
  expect(platform.in('one')).toEqual([expect.stringContaining('Mallory, that was too much at once')]);
  expect(game.chat.all).toHaveLength(1);
});

test('what players said while their server was cut off comes all at once, and is no flood', async () => {
  await startBridge({ flood: { user_per_minute: 5 } });
  const beta = await GameServer.start({ url: broker.url, id: 'beta' });
  try {
    if (!beta.isOnline('bridge')) await beta.presence.waitFor((change) => change === 'online bridge');
    const bob = await beta.join('Bob');
    for (let n = 0; n < 40; n++) await bob.says(`line ${n}`);
    await platform.sees.waitFor((change) => change === 'two Bob: line 39');
    expect(platform.in('two')).toEqual(Array.from({ length: 40 }, (_, n) => `Bob: line ${n}`));
  } finally {
    await beta.stop();
  }
});

test('an origin names the room by the id of the platform, also when that does not know it yet after a restart', async () => {
  platform.nativeIds.set('one', '!native');
  const first = await startBridge();
  await platform.says('one', 'Alice', 'before');
  await game.packets.waitFor((packet) => packet.includes('"before"') && packet.includes('"room":"!native"'));
  await first.stop();
  platform.nativeIds.clear();
  await startBridge();
  await platform.says('one', 'Alice', 'after');
  await game.packets.waitFor((packet) => packet.includes('"after"') && packet.includes('"room":"!native"'));
  // What another bridge heard in that room does not come back there.
  const bob = await game.join('Bob');
  const origin = { platform: 'platform', room: '!native' };
  await game.publish(`m/alpha/bridge/say/${bob.id}`, JSON.stringify({ say: 'echo', origin }));
  await bob.says('end');
  await platform.sees.waitFor((change) => change === 'one Bob: end');
  expect(platform.in('one')).toEqual(['Bob: end']);
});

test('what is taken back before the game servers could hear it is not said there, and what is edited is said once', async () => {
  const bridge = await startBridge();
  const { port } = new URL(broker.url);
  await broker.stop();
  await expect.poll(() => bridge.health().join()).toContain('not on the network');
  const said = await platform.says('one', 'Alice', 'oops');
  const edited = await platform.says('one', 'Alice', 'second');
  await platform.removes(said);
  await platform.edits(edited, 'last');
  broker = await startBroker({ port: Number(port), log: pino({ level: 'silent' }) });
  await game.chat.waitFor((line) => line.endsWith('last'), 14_000);
  expect(game.chat.all.map((line) => line.replace(/^.*?: /, ''))).toEqual(['last']);
});
