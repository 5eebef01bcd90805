/** What the benchmarks are made of: a broker and a publisher in processes of their own, and a bridge with a null adapter. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import mqtt, { type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { z } from 'zod';
import type { AdapterHost, AdapterModule } from '../src/adapter.ts';
import { Bridge } from '../src/bridge.ts';
import { systemClock } from '../src/clock.ts';
import { parseConfig } from '../src/config.ts';
import type { Message } from '../src/event.ts';

const VARIABLES = new Map<string, string>();
export const PREFIX = 'crosschat-bench/';

export interface RunningBroker {
  readonly url: string;
  readonly name: string;
  close(): Promise<void>;
}

/** The broker that `MQTT_URL` names (without users and rules), else the embedded one, in a process of its own. */
export async function openBroker(): Promise<RunningBroker> {
  const url = process.env['MQTT_URL'];
  if (url) return { url, name: `the broker at ${url}`, close: async () => {} };
  const child = spawn('broker');
  const [message] = (await once(child, 'message')) as [{ url: string }];
  return { url: message.url, name: 'the embedded broker (aedes)', close: async () => void child.kill() };
}

/** A process that publishes `count` says of one player to `server` as fast as it can. */
export async function publishSays(url: string, server: string, count: number): Promise<void> {
  const child = spawn('publisher', url, server, String(count));
  await once(child, 'exit');
}

/** A process of `role` in `child.ts`. */
export function spawn(role: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL('./child.js', import.meta.url)), [role, ...args]);
}

/** How many packets a raw client has on their way at once: Mosquitto 2.0 takes more over 3.1.1, acknowledges them, and loses some. */
const WINDOW = 20;

/** A raw client. Everybody speaks 3.1.1 here, as every broker does. */
export async function connect(url: string, clientId: string): Promise<MqttClient> {
  return await mqtt.connectAsync(url, { clientId, clean: true, protocolVersion: 4 });
}

/** Publishes from a raw client at QoS 2, in order, and waits until the broker has taken everything. */
export async function publishAll(
  client: MqttClient,
  packets: Iterable<readonly [topic: string, payload: string]>,
  retain = false,
): Promise<void> {
  const left = packets[Symbol.iterator]();
  const publishNext = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await client.publishAsync(...next.value, { qos: 2, retain });
  };
  await Promise.all(Array.from({ length: WINDOW }, publishNext));
}

/** What a bridge of a benchmark is configured with. */
export interface BenchBridge {
  /** Where it keeps what it must not lose; a new folder by default, which goes with the bridge. */
  readonly dataDir?: string;
  readonly modules: readonly AdapterModule[];
  /** By type: the adapter's own keys, and its room in the one channel. */
  readonly adapters: Readonly<Record<string, { readonly config: object; readonly room: string }>>;
  /** Whether it serves HTTP. */
  readonly serves?: boolean;
}

/** Starts a bridge with one channel that everything is heard in. */
export async function openBridge(
  url: string,
  { dataDir, modules, adapters, serves = false }: BenchBridge,
): Promise<{ stop(): Promise<void>; httpUrl: string | undefined }> {
  const folder = dataDir ?? newFolder();
  const raw = {
    mqtt: { url, allow_anonymous: true, protocol: '3.1.1' },
    server_id: 'bench',
    topic_prefix: PREFIX,
    data_dir: folder,
    flood: { user_per_minute: 0, server_per_minute: 0 },
    ...(serves && { http: { port: 0 } }),
    adapters: Object.fromEntries(Object.entries(adapters).map(([id, { config }]) => [id, config])),
    channels: [{ name: 'main', rooms: Object.fromEntries(Object.entries(adapters).map(([id, { room }]) => [id, room])) }],
  };
  const entries = Object.fromEntries(modules.map((module) => [module.type, { load: async () => module }]));
  const config = await parseConfig({ raw, variables: VARIABLES, file: undefined }, entries);
  const log = pino({ level: process.env['BENCH_LOG'] ?? 'silent' });
  const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  await bridge.start();
  return {
    httpUrl: bridge.httpUrl,
    async stop() {
      await bridge.stop();
      if (dataDir === undefined) removeFolder(folder);
    },
  };
}

/** A bridge whose only adapter hands every message to `deliver`. */
export async function startBridge(
  url: string,
  deliver: (message: Message) => void,
  dataDir?: string,
): Promise<{ bridge: { stop(): Promise<void> }; host: AdapterHost }> {
  let host: AdapterHost | undefined;
  const nothing: AdapterModule = {
    type: 'null',
    schema: z.object({}),
    create(_config, given) {
      host = given;
      return {
        platform: 'Null',
        start: () => given.chat.whenReady(),
        stop: async () => {},
        send: async (_room, message) => deliver(message),
        async *check() {},
      };
    },
  };
  const bridge = await openBridge(url, {
    ...(dataDir !== undefined && { dataDir }),
    modules: [nothing],
    adapters: { null: { config: {}, room: 'room' } },
  });
  if (!host) throw new Error('the adapter was not made');
  return { bridge, host };
}

/** A new folder on the disk that temporary files are on. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'crosschat-bench-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Puts the servers `s0` … on the network, or takes them off it. */
export async function setServers(url: string, count: number, online: boolean): Promise<void> {
  const client = await connect(url, 'bench-servers');
  const status = online ? JSON.stringify({ started: Math.floor(Date.now() / 1000), version: 1 }) : '';
  await publishAll(
    client,
    Array.from({ length: count }, (_, n) => [`${PREFIX}state/s${n}/status`, status] as const),
    true,
  );
  await client.endAsync();
}

/** Bytes in use after a collection. */
export function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
