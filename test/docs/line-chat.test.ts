/** The example of the guide to writing an adapter, in a whole bridge, with a chat on a real socket. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { lineChat } from '../../docs/examples/line-chat.ts';
import { Bridge } from '../../src/bridge.ts';
import { type Broker, startBroker } from '../../src/broker.ts';
import { findings } from '../../src/check.ts';
import { systemClock } from '../../src/clock.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { newFolder } from '../store/open.ts';
import { GameServer } from '../support/game-server.ts';
import { Recorder } from '../support/host.ts';

const log = pino({ level: 'silent' });

/** A chat that speaks in lines. */
class Chat {
  /** What was said by the bridge: the room, and the text. */
  readonly lines = new Recorder<string>();
  /** Whether it hangs up instead of answering. */
  hangsUp = false;
  /** Each time that the bridge hung up. */
  readonly hungUp = new Recorder<true>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #ids = new Map<string, number>();

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.hungUp.add(true);
      });
      socket.setEncoding('utf8').on('data', (chunk) => {
        for (const line of `${chunk}`.split('\n').filter((one) => one !== '')) this.#answer(socket, line);
      });
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  says(line: string): void {
    this.sends(`${line}\n`);
  }

  sends(text: string): void {
    for (const socket of this.#sockets) socket.write(text);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(socket: Socket, line: string): void {
    const [, tag = '', room = '', text = ''] = line.split('\t');
    if (text.includes('forbidden')) {
      socket.write(`NO\t${tag}\tthat word is not said here\n`);
      return;
    }
    if (!this.#ids.has(tag)) {
      this.#ids.set(tag, this.#ids.size + 1);
      this.lines.add(`${room}: ${text}`);
    }
    if (this.hangsUp) socket.destroy();
    else socket.write(`OK\t${tag}\t${this.#ids.get(tag)}\n`);
    this.hangsUp = false;
  }
}

let broker: Broker;
let chat: Chat;
let config: Config;
/** What is to be stopped while the broker is still there. */
const running: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  broker = await startBroker({ port: 0, log });
  chat = new Chat();
  const raw = {
    mqtt: { url: broker.url, allow_anonymous: true },
    data_dir: newFolder(),
    adapters: { lines: { type: 'line-chat', host: '127.0.0.1', port: await chat.listen() } },
    channels: [{ name: 'main', rooms: { lines: 'lobby' } }],
  };
  config = await parseConfig({ raw, variables: new Map(), file: undefined }, { 'line-chat': { load: async () => lineChat } });
  return async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await chat.close().catch(() => {});
    await broker.stop();
  };
});

/** A bridge with the example, and a player on a game server. */
async function play() {
  const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  running.push(bridge);
  await bridge.start();
  const game = await GameServer.start({ url: broker.url, id: 'alpha' });
  running.push(game);
  await game.presence.waitFor((change) => change === 'online bridge');
  return { game, gordon: await game.join('Gordon') };
}

test('people on both sides hear each other, once and in order, through a broken connection', async () => {
  const { game, gordon } = await play();
  await gordon.says('hello\nthere');
  await chat.lines.waitFor((line) => line === 'lobby: Gordon [alpha]: hello / there');
  chat.says('MSG\t1\tlobby\tann\thi Gordon');
  chat.says('MSG\t2\tcellar\tbob\tnobody is to hear this');
  chat.says('MSG\t1\tlobby\tann\thi Gordon');
  chat.says('MSG\t3\tlobby\tann\tstill there?');
  await game.chat.waitFor((line) => line === 'ann@bridge: still there?');
  expect(game.chat.all).toEqual(['ann@bridge: hi Gordon', 'ann@bridge: still there?']);

  chat.hangsUp = true;
  for (const text of ['one', 'two', 'a forbidden word', 'three']) await gordon.says(text);
  await chat.lines.waitFor((line) => line === 'lobby: Gordon [alpha]: three');
  expect(chat.lines.all.slice(1)).toEqual(['one', 'two', 'three'].map((text) => `lobby: Gordon [alpha]: ${text}`));
});

test('a line without end is not read to its end', async () => {
  await play();
  chat.sends(`MSG\t1\tlobby\tann\t${'x'.repeat(70_000)}`);
  await chat.hungUp.waitFor(() => true);
});

test('check says whether it can be reached', async () => {
  const texts = async () => {
    const found: string[] = [];
    for await (const { ok, text } of findings(config, log)) found.push(`${ok} ${text}`);
    return found;
  };
  expect(await texts()).toContainEqual(expect.stringMatching(/^true The line chat 127\.0\.0\.1:\d+ answers\.$/));
  await chat.close();
  expect(await texts()).toContainEqual(expect.stringMatching(/^false The line chat .* can't be reached .*ECONNREFUSED/));
});
