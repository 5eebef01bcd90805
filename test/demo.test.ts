import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../src/broker.ts';
import { type Demo, startDemo } from '../src/demo.ts';
import { TestClock } from './support/clock.ts';
import { GameServer } from './support/game-server.ts';
import { Recorder } from './support/host.ts';

const log = pino({ level: 'silent' });
const SPOKEN = /@(alpha|beta): \S/;

let broker: Broker;
let demo: Demo | undefined;
let gamma: GameServer;
let clock: TestClock;

beforeEach(async () => {
  broker = await startBroker({ port: 0, log });
  gamma = await GameServer.start({ url: broker.url, id: 'gamma' });
  clock = new TestClock();
});

afterEach(async () => {
  await demo?.stop();
  demo = undefined;
  await gamma.stop();
  await broker.stop();
});

function start(seed = 1): Promise<Demo> {
  return startDemo({ url: broker.url, topicPrefix: 'crosschat/', clock, random: dice(seed), log });
}

/** Lets time pass until something has happened. */
async function until<T>(event: Promise<T>): Promise<T> {
  let over = false;
  const ended = () => {
    over = true;
  };
  event.then(ended, ended);
  while (!over) await clock.advance(100);
  return event;
}

function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe('the simulated game servers', () => {
  it('have players, who talk at once and go on talking', async () => {
    demo = await start();
    await gamma.presence.waitFor((line) => line.endsWith('@alpha') && gamma.namesOn('alpha').length === 3);
    await gamma.presence.waitFor((line) => line.endsWith('@beta') && gamma.namesOn('beta').length === 3);
    await clock.advance(300);
    const first = await gamma.chat.waitFor((line) => SPOKEN.test(line));
    expect(first).not.toContain('UnknownUser');
    await until(
      gamma.chat.waitFor(
        (line) => line.includes('@alpha') && gamma.chat.all.filter((said) => said.includes('@alpha')).length > 10,
      ),
    );
    await until(
      gamma.chat.waitFor((line) => line.includes('@beta') && gamma.chat.all.filter((said) => said.includes('@beta')).length > 10),
    );
  });

  it('tell their map, gamemode and address', async () => {
    const states = new Recorder<string>();
    const client = await connectAsync(broker.url, { protocolVersion: 4 });
    client.on('message', (topic, payload) => states.add(`${topic} ${payload}`));
    await client.subscribeAsync('crosschat/state/+/+', { qos: 2 });
    demo = await start();
    await states.waitFor((line) => line === 'crosschat/state/alpha/map gm_construct');
    await states.waitFor((line) => line === 'crosschat/state/beta/gamemode terrortown');
    await states.waitFor((line) => /^crosschat\/state\/beta\/meta .*"link":"steam:\/\/connect\//.test(line));
    // The map changes one day.
    await until(states.waitFor((line) => /\/map (?!gm_construct|ttt_rooftops)/.test(line)));
    await client.endAsync();
  });

  it('see players come and go, but never empty or crowded', async () => {
    demo = await start(5);
    const seen = (pattern: RegExp) => until(gamma.presence.waitFor((line) => pattern.test(line)));
    await seen(/^-.+@alpha$/);
    await seen(/^-.+@beta$/);
    for (let minute = 0; minute < 30; minute += 1) {
      await clock.advance(10_000);
      for (const server of ['alpha', 'beta']) {
        expect(gamma.namesOn(server).length).toBeGreaterThanOrEqual(2);
        expect(gamma.namesOn(server).length).toBeLessThanOrEqual(5);
        expect(new Set(gamma.namesOn(server)).size).toBe(gamma.namesOn(server).length);
      }
    }
  });

  it('hear a real game server, and answer its players by name', async () => {
    demo = await start();
    const zed = await gamma.join('Zed\n[server] Mallory');
    await zed.says('hello everybody');
    const answer = await until(gamma.chat.waitFor((line) => line.includes('Zed')));
    expect(answer).toMatch(/@(alpha|beta): .*Zed \[server\] Mallory/);
    expect(answer).not.toContain('\n');
  });

  it('answer a flood with one answer each', async () => {
    demo = await start();
    const zed = await gamma.join('Zed');
    await Promise.all(Array.from({ length: 50 }, () => zed.says('spam')));
    await until(gamma.chat.waitFor((line) => line.includes('Zed')));
    await clock.advance(2_000);
    expect(gamma.chat.all.filter((line) => line.includes('Zed')).length).toBeLessThanOrEqual(4);
  });

  it('answer a whisper with a whisper', async () => {
    demo = await start();
    await gamma.presence.waitFor((line) => line.endsWith('@beta') && gamma.namesOn('beta').length === 3);
    const zed = await gamma.join('Zed');
    const [player = 0] = gamma.users.get('beta')?.keys() ?? [];
    await zed.whispers('beta', player, 'psst');
    const answer = await until(
      gamma.packets.waitFor((line) => line.startsWith(`crosschat/m/beta/gamma/pm/${player}/${zed.id} `)),
    );
    expect(answer).toContain('Zed');
  });

  it('let their players be slapped and kicked', async () => {
    demo = await start();
    await gamma.presence.waitFor((line) => line.endsWith('@alpha') && gamma.namesOn('alpha').length === 3);
    const [player] = gamma.users.get('alpha')?.values() ?? [];
    expect(player?.extra['steamid64']).toMatch(/^\d{17}$/);
    await gamma.publish('m/gamma/alpha/ooc/aowl_slap', JSON.stringify({ steamid64: player?.extra['steamid64'] }));
    await until(gamma.chat.waitFor((line) => line === `${player?.name}@alpha: ow`));
    await gamma.publish(
      'm/gamma/alpha/ooc/aowl_kick',
      JSON.stringify({ server_id: 'alpha', user_id: player?.id, reason: 'spam' }),
    );
    await until(gamma.presence.waitFor((line) => line === `-${player?.name}@alpha`));
  });

  it('do the same again with the same dice', async () => {
    const played = async (): Promise<string[]> => {
      demo = await start(42);
      const from = gamma.chat.all.length;
      await clock.advance(60_000);
      await demo.stop();
      await gamma.presence.waitFor((line) => line === 'offline alpha');
      return gamma.chat.all.slice(from).filter((line) => line.includes('@alpha'));
    };
    const once = await played();
    expect(once.length).toBeGreaterThan(5);
    expect((await played()).slice(0, 5)).toEqual(once.slice(0, 5));
  });

  it('go offline when they are stopped', async () => {
    demo = await start();
    expect(gamma.isOnline('alpha')).toBe(true);
    await demo.stop();
    await gamma.presence.waitFor((line) => line === 'offline alpha');
    await gamma.presence.waitFor((line) => line === 'offline beta');
    const said = gamma.chat.all.length;
    await clock.advance(60_000);
    expect(gamma.chat.all.length).toBe(said);
  });
});
