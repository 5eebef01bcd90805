/** A bridge on a real broker, and a peer that sends whatever it likes. */
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtIns } from '../bridges/index.ts';
import { Bridge } from '../src/bridge.ts';
import { type Broker, startBroker } from '../src/broker.ts';
import { systemClock } from '../src/clock.ts';
import { parseConfig } from '../src/config.ts';
import { GameServer } from './support/game-server.ts';
import { Recorder } from './support/host.ts';

let broker: Broker;
let bridge: Bridge;
let mallory: GameServer;
let alpha: GameServer;
/** The bridge's log; its console adapter writes what is said there. */
let lines: Recorder<string>;

beforeEach(async () => {
  broker = await startBroker({ port: 0, log: pino({ level: 'silent' }) });
  lines = new Recorder();
  const raw = { mqtt: { url: broker.url, allow_anonymous: true }, adapters: { console: {} } };
  const config = await parseConfig({ raw, variables: new Map(), file: undefined }, builtIns(undefined));
  const log = pino({ level: 'info', base: null }, { write: (line: string) => lines.add(line) });
  bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  await bridge.start();
  await bridge.ready();
  mallory = await GameServer.start({ url: broker.url, id: 'mallory' });
  alpha = await GameServer.start({ url: broker.url, id: 'alpha' });
  await alpha.presence.waitFor((change) => change === 'online bridge');
});
afterEach(async () => {
  await Promise.all([mallory.stop(), alpha.stop(), bridge.stop()]);
  await broker.stop();
});

const PAYLOADS = [
  '',
  '{',
  'null',
  '[]',
  '[[[[[[',
  '"text"',
  '0',
  '1e999',
  'true',
  '{"say":null}',
  '{"say":{}}',
  '{"say":["a"]}',
  '{"id":"x","cmd":"add"}',
  '{"id":-1,"cmd":"add","name":"a"}',
  '{"id":1.5,"cmd":"add","name":"a"}',
  '{"id":1,"cmd":"explode","name":"a"}',
  '{"id":"1","cmd":"add","name":{"toString":1}}',
  '{"__proto__":{"polluted":1},"id":2,"cmd":"add","name":"a","constructor":{"prototype":{"polluted":1}}}',
  '{"started":"soon"}',
  '{"started":-5}',
  '{"started":1e300}',
  '{"steamid64":[],"reason":{}}',
  `{"say":"${'\\u202e\\u0000\\u001b[2J\\r\\n'.repeat(1_000)}"}`,
  `{"id":3,"cmd":"add","name":"${'n'.repeat(200_000)}"}`,
  '{"a":'.repeat(20_000),
  '\u0000\u0001\ufffe',
];
const TOPICS = [
  'm/mallory/bridge/say/1',
  'm/mallory/bridge/say/__proto__',
  'm/mallory/bridge/say',
  'm/mallory/bridge/user',
  'm/mallory/bridge/user/extra/levels',
  'm/mallory/bridge/pm/1/1',
  'm/mallory/bridge/pm/mallory/1',
  'm/mallory/bridge/ooc/lua',
  'm/mallory/bridge/ooc/aowl_kick',
  'm/mallory/bridge/ooc/info',
  'm/mallory/bridge/ooc/__proto__',
  'm/mallory/bridge/nonsense',
  'm/__proto__/bridge/user',
  'm//bridge/user',
  'm/bridge/bridge/user',
  'state/mallory/status',
  'state/mallory/meta',
  'state/mallory/map',
  'state/__proto__/status',
  'state/constructor/meta',
  'state//status',
  'state/a/b/c/d',
];

test('the bridge stays up, answers as before, and its log stays readable, whatever a peer sends', async () => {
  for (const topic of TOPICS)
    await Promise.all(PAYLOADS.map((payload) => mallory.publish(topic, payload, { retain: topic.startsWith('state') })));
  const before = lines.all.length;
  const alice = await alpha.join('Alice');
  await alice.says('all is well');
  await lines.waitFor((line) => line.includes('[alpha] Alice: all is well'));
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  // 22 topics with 26 payloads each: complaints are told once per kind, and only what was really said stands there besides.
  expect(before).toBeLessThan(120);
  expect(Math.max(...lines.all.map((line) => line.length))).toBeLessThan(70_000);
  for (const line of lines.all) expect(() => JSON.parse(line)).not.toThrow();
});

test('ten thousand servers that nobody has heard of take up little, and the others are still heard', async () => {
  const alice = await alpha.join('Alice');
  for (let n = 0; n < 10_000; n += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, m) => mallory.publish(`state/stranger-${n + m}/map`, 'x'.repeat(1_000), { retain: false })),
    );
  }
  await alice.says('still here');
  await lines.waitFor((line) => line.includes('[alpha] Alice: still here'));
  expect(lines.all.length).toBeLessThan(60);
});
