/** What somebody sees who only types `npm start`. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { GameServer } from '../support/game-server.ts';
import { newFolder, Program, runToEnd } from './program.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** The address of the embedded broker, as the program prints it. */
async function brokerOf(program: Program): Promise<string> {
  const line = await program.waitFor('game servers can join at');
  return /mqtt:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
}

/** A line of chat from a simulated player. */
function isSimulated(line: string): boolean {
  return /"msg":"\[(alpha|beta)\] /.test(line);
}

async function gameAt(url: string): Promise<GameServer> {
  const game = await GameServer.start({ url, id: 'real-game' });
  onTestFinished(() => game.stop());
  return game;
}

/** Milliseconds that a Node process takes now that does nothing: what a busy machine is measured by. */
function emptyStart(): number {
  const before = performance.now();
  execFileSync(process.execPath, ['--eval', '']);
  return performance.now() - before;
}

test('npm start shows chat at once, a real game server can join it, and SIGTERM ends it', async () => {
  // A project without anybody's .env, and with nothing to build.
  const folder = newFolder();
  copyFileSync(join(project, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(project, 'dist'), join(folder, 'dist'));
  const program = new Program(['start', '--ignore-scripts', '--silent', '--no-update-notifier'], { command: 'npm', folder });

  await program.waitFor(isSimulated);
  const firstLine = performance.now() - program.startedAt;
  process.stdout.write(`The first chat line came ${Math.round(firstLine)} ms after npm start.\n`);
  expect(firstLine).toBeLessThan(Math.max(5_000, 80 * emptyStart()));

  const game = await gameAt(await brokerOf(program));
  await game.chat.waitFor((line) => /@(alpha|beta): /.test(line));
  await game.presence.waitFor((change) => change === 'online bridge');
  const gordon = await game.join('Gordon');
  await gordon.says('hello from outside');
  const heard = await program.waitFor('hello from outside');
  expect(JSON.parse(heard)).toMatchObject({ server: 'real-game', name: 'Gordon', msg: '[real-game] Gordon: hello from outside' });

  // What it is can also be seen on a page.
  const [page = ''] = /http:\/\/127\.0\.0\.1:\d+\/chat\//.exec(await program.waitFor('Web chat: http')) ?? [];
  expect(await (await fetch(page)).text()).toContain('chat/main.js');
  // And whether all is well.
  const told = await program.waitFor("Operator's page, for browsers on this machine");
  const [operator = ''] = /http:\/\/127\.0\.0\.1:\d+\/operator\//.exec(told) ?? [];
  expect(await (await fetch(`${operator}welcome`)).json()).toMatchObject({ entry: 'in' });
  // And asked, where its usual port was free.
  const status = await runToEnd(['status'], { folder });
  if (operator.includes(':8080/'))
    expect([status.out, status.code]).toEqual([expect.stringMatching(/^The bridge is ready\./), 0]);

  const { code, after } = await program.kill('SIGTERM');
  expect(code).toBe(0);
  expect(after).toBeLessThan(5_000);
  for (const line of program.log)
    expect(line).toMatchObject({ level: expect.any(String), time: expect.any(String), msg: expect.any(String) });
  expect(program.err.all).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['dist', 'package.json']);
});

test('another port is taken where 1883 is in use, and SIGINT ends it', async () => {
  // Where another program on this machine has the port, that may end at any time.
  const holder = createServer().on('error', () => {});
  const isHeld = await new Promise<boolean>((resolve) => {
    holder.once('error', () => resolve(false)).listen(1883, '127.0.0.1', () => resolve(true));
  });
  onTestFinished(() => void holder.close());
  const program = new Program(['run']);

  const url = await brokerOf(program);
  expect(url).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
  if (isHeld) expect(new URL(url).port).not.toBe('1883');
  await program.waitFor(isSimulated);
  const game = await gameAt(url);
  await game.chat.waitFor((line) => /@(alpha|beta): /.test(line));

  const { code, after } = await program.kill('SIGINT');
  expect(code).toBe(0);
  expect(after).toBeLessThan(5_000);
  expect(program.log.every(({ level }) => level === 'info')).toBe(true);
});
