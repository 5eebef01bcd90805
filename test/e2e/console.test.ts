/** `crosschat-bridge console`: the console as a tool of its own, fed by a pipe. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { GameServer } from '../support/game-server.ts';
import { newFolder, Program, runToEnd } from './program.ts';

async function network(): Promise<{ broker: TestBroker; game: GameServer }> {
  const broker = await startBroker();
  onTestFinished(() => broker.close());
  const game = await GameServer.start({ url: broker.url, id: 'game' });
  onTestFinished(() => game.stop());
  return { broker, game };
}

function consoleAt(url: string): Program {
  return new Program(['console', '--url', url, '--server-id', 'desk', '--allow-anonymous'], { stdin: 'pipe' });
}

test('what is piped in is said and obeyed, in order, and a player is heard', async () => {
  const { broker, game } = await network();
  const gordon = await game.join('Gordon');
  const program = consoleAt(broker.url);
  // At once: nothing of it is lost while it connects.
  for (const line of ['/add Vortigaunt', '/say 1 the free man', 'hello from the desk']) program.types(line);

  await game.chat.waitFor((line) => /^.+@desk: hello from the desk$/.test(line));
  expect(game.chat.all[0]).toBe('Vortigaunt@desk: the free man');
  await program.waitFor('Vortigaunt is user 1 now.');
  await gordon.says('who is there?');
  await program.waitFor('[game] Gordon: who is there?');
  program.types('/status');
  await program.waitFor(/^game: online, 1 user$/);
  await program.waitFor(/^ {2}#1 Gordon$/);

  program.types('/exit');
  expect(await program.ended).toEqual({ code: 0, signal: null });
  await game.presence.waitFor((change) => change === 'offline desk');
  expect(program.err.all).toEqual([]);
});

test('a program gets what is said as JSON lines', async () => {
  const { broker, game } = await network();
  const gordon = await game.join('Gordon');
  const program = new Program(['console', '--json', '--url', broker.url, '--server-id', 'desk', '--allow-anonymous'], {
    stdin: 'pipe',
  });
  await game.presence.waitFor((change) => change === 'online desk');
  program.types('nobody reads this');
  await gordon.says('who is there?');
  expect(JSON.parse(await program.waitFor('who is there?'))).toMatchObject({ server: 'game', name: 'Gordon' });
  expect((await program.kill('SIGTERM')).code).toBe(0);
  expect(game.chat.all).toEqual([]);
});

test('garbage on its input harms nobody, and it works on after the pipe has ended', async () => {
  const { broker, game } = await network();
  const program = consoleAt(broker.url);
  program.types(randomBytes(10_000));
  program.types(`\n${'long '.repeat(50_000)}`);
  program.types('\u001b[2J\u202e/nonsense \u0000');
  program.types('/\u001b]0;title\u0007');
  program.types('/pm 1 nobody x');
  program.types('still here');
  program.stopsTyping();
  await game.chat.waitFor((line) => /@desk: still here$/.test(line));
  const gordon = await game.join('Gordon');
  await gordon.says('so am I');
  await program.waitFor('[game] Gordon: so am I');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  expect(program.out.all.join('\n').replace(/\u001b\[\d*m/g, '')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
  expect((await program.kill('SIGTERM')).code).toBe(0);
});

test.each([
  ['--server-id', ['--url', 'mqtt://127.0.0.1:1', '--allow-anonymous'], /^console: --server-id is missing; give an id /],
  ['--url', ['--server-id', 'desk'], /^console: --url is missing; give the address/],
  ['credentials', ['--url', 'mqtt://127.0.0.1:1', '--server-id', 'desk'], /allow_anonymous/],
])('without %s it says what is missing', async (_what, options, sentence) => {
  const { code, output } = await runToEnd(['console', ...options]);
  expect(code).toBe(1);
  expect(output).toMatch(sentence);
  expect(output.split('\n')).toHaveLength(1);
});

test('it takes what is not said from the configuration, but no rooms', async () => {
  const { broker, game } = await network();
  const folder = newFolder();
  const config = { mqtt: { url: broker.url, allow_anonymous: true }, adapters: { discord: { token: 'abc' } } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const program = new Program(['console', '--server-id', 'desk'], { stdin: 'pipe', folder });
  program.types('hello');
  await game.chat.waitFor((line) => /@desk: hello$/.test(line));
  program.types('/exit');
  expect((await program.ended).code).toBe(0);
});
