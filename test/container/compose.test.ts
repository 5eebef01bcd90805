/** The guide "In a container", word by word: each command as it stands there. */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type Page, Visitor } from '../bridges/webchat/visitor.ts';
import { startBroker } from '../support/broker.ts';
import { GameServer } from '../support/game-server.ts';
import { freshCopy } from './copy.ts';
import { docker, ownName, shell, succeed, volume } from './docker.ts';

const hasDocker = inject('hasDocker');

/** An address of this machine on which the ports of the guide are free. */
const HOST = '127.0.0.77';
const SITE = { url: `http://${HOST}:8080` };

/** A copy of the project in which one types the commands of the guide. What they start is gone after the test. */
function checkout() {
  const cwd = freshCopy();
  const env = { ...process.env, HTTP_BIND: HOST, MQTT_BIND: HOST };
  const type = (line: string) => succeed(line, { cwd, env });
  /** Types what goes on for ever, until it has said something. */
  const reads = async (line: string, words: string) => {
    const child = spawn('sh', ['-c', `exec ${line}`], { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const piece of child.stdout.setEncoding('utf8')) if (`${piece}`.includes(words)) break;
    child.kill();
  };
  onTestFinished(async () => {
    await shell('docker compose --profile nats down --volumes --timeout 5', { cwd, env });
    rmSync(cwd, { recursive: true });
  });
  return { cwd, type, reads };
}

/** Waits until the bridge says on the page that every connection stands. @returns after how many milliseconds */
async function ready(): Promise<number> {
  const from = performance.now();
  const isReady = async () => (await fetch(`${SITE.url}/readyz`).catch(() => undefined))?.status === 200;
  while (!(await isReady())) {
    if (performance.now() - from > 60_000) throw new Error('The bridge is not ready.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return performance.now() - from;
}

/** A game server with the password that the broker has given it. */
async function joinNetwork(password: string): Promise<GameServer> {
  const game = await GameServer.start({ url: `mqtt://${HOST}:1883`, id: 'alpha', username: 'alpha', password });
  onTestFinished(() => game.stop());
  await game.presence.waitFor((change) => change === 'online bridge', 30_000);
  return game;
}

/** Somebody on the page and somebody in the game hear each other. */
async function talk(game: GameServer, word: string): Promise<Page> {
  const ann = await Visitor.enter(SITE, `Ann ${word}`);
  const page = await ann.open();
  expect((await ann.say(`${word} from the page`)).fault).toBeUndefined();
  await game.chat.waitFor((line) => line.endsWith(`@bridge: ${word} from the page`), 30_000);
  const gordon = await game.join('Gordon');
  await gordon.says(`${word} from the game`);
  await page.lines.waitFor((line) => line === `Gordon: ${word} from the game`, 30_000);
  return page;
}

const CONFIG = `
http: {public_url: "${SITE.url}"}
adapters: {webchat: {guests: true}}
channels: [{name: main, rooms: {webchat: main}}]
`;

test.skipIf(!hasDocker)('docker compose: start, look, stop, update', async () => {
  const { cwd, type, reads } = checkout();
  await type('mkdir config && cp .env.example config/.env');
  writeFileSync(join(cwd, 'config/config.yaml'), CONFIG);
  await type('docker compose up -d');
  process.stdout.write(`Ready ${Math.round(await ready())} ms after docker compose up.\n`);
  const game = await joinNetwork(await type('docker compose exec mosquitto sh /deploy/add-server.sh alpha'));
  await talk(game, 'hello');

  await reads('docker compose logs -f bridge', 'The bridge serves HTTP');
  expect(await type('docker compose exec bridge crosschat-bridge status')).toContain('is ready.');
  expect(await type('docker compose run --rm bridge check')).toMatch(/mosquitto:1883 speaks MQTT 5[\s\S]*All works\./);

  writeFileSync(join(cwd, 'config/config.yaml'), `${CONFIG}flood: {user_per_minute: 60}\n`);
  await type('docker compose kill -s HUP bridge');
  await reads('docker compose logs -f bridge', 'The new configuration holds');

  // Beside a broker that one has already, it is the bridge alone that is started.
  await type('docker compose stop bridge');
  await (await game.join('Barney')).says('is anybody there?');
  await type('docker compose up -d --no-deps bridge');
  await ready();
  await type('docker compose build --pull && docker compose up -d');
  await ready();
  const page = await talk(game, 'again');
  // What was said before the update is still there, and what was said while the bridge was stopped has come.
  expect(page.lines.all.filter((line) => line.endsWith('from the game') || line.startsWith('Barney'))).toEqual([
    'Gordon: hello from the game',
    'Barney: is anybody there?',
    'Gordon: again from the game',
  ]);

  // Nobody gets in without a password, and no server can announce another one.
  for (const password of ['', 'alpha', 'guessed']) {
    const stranger = mqtt.connectAsync(`mqtt://${HOST}:1883`, { username: 'alpha', password, reconnectPeriod: 0 });
    await expect(stranger).rejects.toThrow(/not authori[sz]ed/i);
  }
  await game.publish('state/beta/status', '{"started":1}', { retain: true });
  await talk(game, 'at last');
  expect(game.presence.all).not.toContain('online beta');
});

test.skipIf(!inject('hasNats'))('docker compose: with NATS', async () => {
  const { cwd, type } = checkout();
  await type('mkdir config && cp .env.example config/.env');
  writeFileSync(join(cwd, 'config/config.yaml'), CONFIG);
  await type('docker compose --profile nats up -d bridge-nats');
  await ready();
  await talk(await joinNetwork(await type('docker compose --profile nats exec nats sh /deploy/add-server.sh alpha')), 'hello');
});

test.skipIf(!hasDocker)('by itself', async () => {
  const { cwd, type } = checkout();
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  writeFileSync(join(cwd, '.env'), `MQTT_URL=${broker.url}\nMQTT_ALLOW_ANONYMOUS=true\nHTTP_HOST=${HOST}\n`);
  // Names and an address of our own, since there may be a bridge on this machine; and its network, on which the test's broker is.
  const line =
    'docker run -d --name bridge --restart unless-stopped --read-only --env-file .env -v bridge-data:/data -p 127.0.0.1:8080:8080 crosschat-bridge'
      .replace('--name bridge', `--name ${ownName('by-itself')}`)
      .replace('bridge-data', await volume('by-itself'))
      .replace('-p 127.0.0.1:8080:8080', '--network host');
  onTestFinished(async () => void (await docker('rm', '--force', ownName('by-itself'))));
  await type(line);
  await ready();
});
