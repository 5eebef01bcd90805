/** Every command of the program that stands in the README or in a guide: those that end by themselves, beside a bridge that runs. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { builtIns } from '../../bridges/index.ts';
import { Bridge } from '../../src/bridge.ts';
import { type Broker, startBroker } from '../../src/broker.ts';
import { commandLine } from '../../src/cli/command-line.ts';
import { givenConfig } from '../../src/cli/given-config.ts';
import { systemClock } from '../../src/clock.ts';
import { readSettings } from '../../src/settings.ts';
import { freePort } from '../support/free-port.ts';
import { GameServer } from '../support/game-server.ts';
import { codeBlocks, commandsIn, pageAt, pages } from './markdown.ts';

const entries = builtIns(undefined);
const folder = mkdtempSync(join(tmpdir(), 'crosschat-operating-'));
const log = pino({ level: 'silent' });
let broker: Broker;
let bridge: Bridge;
let game: GameServer;

/** Writes a configuration that keeps its data in a folder. @returns the arguments that name it */
function configured(dataDir: string, port: number): readonly [string, string] {
  const file = join(folder, `${dataDir}.json`);
  const mqtt = { url: broker.url, allow_anonymous: true };
  const rooms = { adapters: { webchat: { guests: true } }, channels: [{ name: 'main', rooms: { webchat: 'main' } }] };
  const config = { mqtt, server_id: dataDir, data_dir: join(folder, dataDir), http: { port }, ...rooms };
  writeFileSync(file, JSON.stringify(config));
  return ['--config', file];
}

/** A bridge as `crosschat-bridge run` would start it. */
async function start([, file]: readonly [string, string]): Promise<Bridge> {
  const config = await givenConfig(readSettings(entries, folder, {}, file), entries);
  const started = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => {} });
  await started.start();
  await started.ready();
  return started;
}

/** Gives a command. @returns its exit code, and what it printed */
async function give(args: readonly string[]): Promise<{ code: number; out: string }> {
  const lines: string[] = [];
  const print = async (line: string) => void lines.push(line);
  const code = await commandLine(args, { adapters: entries, version: '0', print, openDesk: () => undefined });
  return { code, out: lines.join('\n') };
}

let options: readonly [string, string];

beforeAll(async () => {
  broker = await startBroker({ port: 0, log });
  options = configured('data', await freePort());
  bridge = await start(options);
  game = await GameServer.start({ url: broker.url, id: 'alpha' });
  await game.presence.waitFor((change) => change === 'online data');
  const gordon = await game.join('Gordon');
  await gordon.says('hello');
  // The file is made with the first that is kept.
  await vi.waitUntil(() => existsSync(join(folder, 'data', 'crosschat.db')), { timeout: 15_000, interval: 10 });
});
afterAll(async () => {
  await Promise.all([game.stop(), bridge.stop()]);
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What they say on a bridge where somebody said something, and nothing went wrong. */
const ANSWERS: Readonly<Record<string, readonly [code: number, out: RegExp]>> = {
  check: [0, /All works\.$/],
  'check --json': [0, /"ok": true/],
  status: [0, /^The bridge is ready\./],
  'status --json': [0, /"ready": true/],
  'store info': [0, /crosschat\.db: .* MB/],
  'store info --json': [0, /^\{[\s\S]*\}$/],
  'store audit': [0, /^/],
  'store prune': [0, /0 events deleted/],
  'store export': [0, /^/],
  trace: [1, /^(No message .* is kept|\[\]$)/],
  'dead-letters list': [0, /^There are no dead letters\.$/],
  'dead-letters retry': [1, /^There is no such dead letter/],
  'dead-letters drop': [1, /^There is no such dead letter/],
};

const given = new Map(pages().flatMap(({ text }) => commandsIn(text).map((args) => [args.join(' '), args])));
const beside = [...given].filter(([line]) => line !== '' && !/^(run|init|registration|console|--config)\b/.test(line));

test.each(beside.map(([line, args]) => ({ line, args })))('crosschat-bridge $line', async ({ line, args }) => {
  const known = Object.keys(ANSWERS).filter((words) => line.startsWith(words));
  const [code, out] = ANSWERS[known.sort((a, b) => b.length - a.length)[0] ?? ''] ?? [];
  const answer = await give([...args, ...options]);
  expect(answer.out).toMatch(out ?? 'an answer that is known');
  expect(answer.code).toBe(code);
});

test('the copy that is made while it runs is one that a bridge starts with', async () => {
  const [, sql = ''] =
    /sqlite3 data\/crosschat\.db "(.*)"/.exec(
      codeBlocks(pageAt('docs/operating.md').text)
        .map((block) => block.text)
        .join('\n'),
    ) ?? [];
  mkdirSync(join(folder, 'restored'));
  const database = new Libsql(join(folder, 'data', 'crosschat.db'));
  database.exec(sql.replace('backup.db', join(folder, 'restored', 'crosschat.db')));
  database.close();
  const restored = await start(configured('restored', 0));
  onTestFinished(() => restored.stop());
  expect(restored.control).toBeDefined();
});
