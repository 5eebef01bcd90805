/** Which events of a network are news: a real broker, game servers and connection, and a clock that the test sets forward. */
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startBroker } from '../../src/broker.ts';
import { CrossChat } from '../../src/crosschat/index.ts';
import { Notices } from '../../src/notices/notices.ts';
import { TestClock } from '../support/clock.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder, words } from '../support/host.ts';

const MINUTE = 60_000;

let broker: Awaited<ReturnType<typeof startBroker>>;
let alpha: GameServer;
let chat: CrossChat;
let clock: TestClock;
/** What was told, as `server: text`. */
let told: string[];
/** What the bridge has heard said. */
let heard: Recorder<string>;

beforeEach(async () => {
  broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  alpha = await GameServer.start({ url: broker.url, id: 'alpha', dialect: 'join' });
  clock = new TestClock();
  told = [];
  heard = new Recorder();
  chat = new CrossChat({ serverId: 'bridge', urls: [broker.url], allowAnonymous: true });
  chat.on('say', ({ text }) => heard.add(text));
  new Notices({ chat, clock, tell: (server, { body }) => told.push(`${server}: ${words(body)}`) }).start();
});
afterEach(async () => {
  await chat.stop();
  await alpha.stop();
  await broker.stop();
});

/** Goes online, and lets a while pass. */
async function start(): Promise<void> {
  chat.start();
  await chat.whenReady(AbortSignal.timeout(20_000));
  if (!alpha.isOnline('bridge')) await alpha.presence.waitFor((change) => change === 'online bridge');
  await caughtUp();
  await clock.advance(10 * MINUTE);
}

/** All that a server sent before is heard. */
async function caughtUp(): Promise<void> {
  const text = `mark ${heard.all.length}`;
  await alpha.publish('m/alpha/bridge/say/0', JSON.stringify({ say: text }));
  await heard.waitFor((said) => said === text);
}

test('a map is told in a state, or in the meta where there is no such state', async () => {
  await alpha.publish('state/alpha/meta', JSON.stringify({ map: 'gm_flatgrass' }), { retain: true });
  await start();
  await alpha.publish('state/alpha/meta', JSON.stringify({ map: 'gm_construct', gamemode: 'sandbox' }), { retain: true });
  await caughtUp();
  await clock.advance(MINUTE);
  expect(told).toEqual(['alpha: ↻ alpha changed the map to gm_construct']);
  await alpha.publish('state/alpha/map', 'ttt_minecraft', { retain: true });
  await alpha.publish('state/alpha/gamemode', 'terrortown', { retain: true });
  await alpha.publish('state/alpha/meta', JSON.stringify({ map: 'Minecraft' }), { retain: true });
  await caughtUp();
  await clock.advance(2 * MINUTE);
  expect(told.slice(1)).toEqual(['alpha: ↻ alpha changed the map to ttt_minecraft']);
});

test('neither users of other bridges nor players of before the map change are news, nor whoever only changed', async () => {
  await start();
  await alpha.join('Bob', { platform: 'discord' });
  await alpha.join('Alyx', { connected_this_map: false });
  const gordon = await alpha.join('Gordon', { connected_this_map: true });
  await alpha.publish('m/alpha/bridge/user', JSON.stringify({ id: gordon.id, cmd: 'update', name: 'Freeman' }));
  await caughtUp();
  await clock.advance(MINUTE);
  expect(told).toEqual(['alpha: → Gordon joined alpha']);
});

test('who reconnects is known by their Steam id, whatever they call themselves now', async () => {
  await start();
  const steamid64 = '76561197960287930';
  const gordon = await alpha.join('Gordon', { steamid64 });
  await caughtUp();
  await clock.advance(MINUTE);
  await gordon.leaves();
  await alpha.join('Dr. Freeman', { steamid64 });
  await caughtUp();
  await clock.advance(MINUTE);
  expect(told).toEqual(['alpha: → Gordon joined alpha']);
});

test('a server that is killed and comes back is no news; one that does not is', async () => {
  await start();
  const other = await GameServer.start({ url: broker.url, id: 'beta' });
  await caughtUp();
  await clock.advance(MINUTE);
  const gone = async () => {
    const went = new Promise((resolve) => chat.once('server', resolve));
    await other.stop();
    await went;
  };
  await gone();
  await clock.advance(29_000);
  const again = await GameServer.start({ url: broker.url, id: 'beta' });
  await caughtUp();
  await clock.advance(10 * MINUTE);
  const went = new Promise((resolve) => chat.once('server', resolve));
  await again.stop();
  await went;
  await clock.advance(MINUTE);
  expect(told).toEqual(['beta: ▲ beta is online', 'beta: ▼ beta is offline']);
});

test('what a server sends is not believed: absurd maps, and meta that is none', async () => {
  await start();
  await alpha.publish('state/alpha/map', 'a'.repeat(900), { retain: true });
  await alpha.publish('state/alpha/map', `\u202e${'b'.repeat(900)}\n`, { retain: true });
  await alpha.publish('state/alpha/meta', 'null', { retain: true });
  await alpha.publish('state/alpha/meta', '{"map":7}', { retain: true });
  await caughtUp();
  await clock.advance(MINUTE);
  expect(told).toEqual([`alpha: ↻ alpha changed the map to ${'b'.repeat(60)}…`]);
});
