/** The broker of a torture: a Mosquitto of its own where there is one, which is stopped and started; else aedes in this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBroker } from '../support/broker.ts';
import type { Journal } from './journal.ts';

export interface TortureBroker {
  readonly name: string;
  readonly port: number;
  /** Ends, cutting every connection, and comes back after `ms` milliseconds with all that it knew. Missing where that can't be. */
  restart?(ms: number): Promise<void>;
  /** How often it was restarted. */
  readonly restarts: number;
  close(): Promise<void>;
}

const MOSQUITTO = '/usr/sbin/mosquitto';

/** Whether there is a Mosquitto to start. */
export const hasMosquitto = existsSync(MOSQUITTO);

/**
 * aedes, in this process: it survives the bridge, and speaks MQTT 3.1.1. It is never restarted: the connections of the game servers
 * stay, since it does not get their lasting sessions right.
 */
export async function startEmbedded(journal: Journal): Promise<TortureBroker> {
  const broker = await startBroker();
  let open = true;
  broker.aedes.on('clientError', ({ id }, { message }) => open && journal.said(`aedes: ${id}: ${message}`));
  return {
    name: 'aedes',
    port: broker.port,
    restarts: 0,
    close() {
      open = false;
      return broker.close();
    },
  };
}

/** Mosquitto, with its data and its log in a folder. */
export async function startMosquitto(folder: string): Promise<TortureBroker> {
  const port = await freePort();
  const data = join(folder, 'mosquitto');
  mkdirSync(data, { recursive: true });
  const config = join(folder, 'mosquitto.conf');
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${data}/`,
    'autosave_interval 1',
    'max_queued_messages 100000',
    // Started by root, it would take another user, who can't write here.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    'log_type error',
    'log_type warning',
    'log_type notice',
  ];
  writeFileSync(config, `${settings.join('\n')}\n`);
  const log = openSync(join(folder, 'mosquitto.log'), 'a');
  let child: ChildProcess;
  let restarts = 0;
  const start = async () => {
    child = spawn(MOSQUITTO, ['-c', config], { stdio: ['ignore', log, log] });
    await isListening(port);
  };
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  await start();
  return {
    name: 'Mosquitto',
    port,
    get restarts() {
      return restarts;
    },
    async restart(ms) {
      restarts += 1;
      await stop();
      await pause(ms);
      await start();
    },
    close: stop,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** @throws {Error} when nobody listens within ten seconds */
async function isListening(port: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(20)) {
    const socket = connect(port, '127.0.0.1');
    const reached = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(
      () => false,
    );
    socket.destroy();
    if (reached) return;
  }
  throw new Error(`Mosquitto does not listen on port ${port}; see mosquitto.log`);
}
