/** The program in a terminal. The terminal comes from util-linux' script(1); elsewhere these tests are left out, and say so. */
import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { GameServer } from '../support/game-server.ts';
import { PROGRAM, Program } from './program.ts';

const hasTerminal = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');
if (!hasTerminal) process.stdout.write('The tests in a terminal are left out: there is no script(1) from util-linux here.\n');

/** The program without a configuration, in a terminal of its own, and a game server that has joined it. */
async function atTerminal(): Promise<{ program: Program; game: GameServer; screen: () => string }> {
  const program = new Program(['-qefc', `'${process.execPath}' '${PROGRAM}'`, '/dev/null'], { command: 'script', stdin: 'pipe' });
  const line = await program.waitFor('game servers can join at');
  const game = await GameServer.start({ url: /mqtt:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '', id: 'real-game' });
  onTestFinished(() => game.stop());
  await game.presence.waitFor((change) => change === 'online bridge');
  return { program, game, screen: () => stripVTControlCharacters(program.output) };
}

test.skipIf(!hasTerminal)(
  'npm start in a terminal: chat is shown, a typed line is said, commands are obeyed, /exit ends it',
  async () => {
    const { program, game, screen } = await atTerminal();
    await program.waitFor(/\d\d:\d\d \[(alpha|beta)\] .+: /);

    program.types('hello from the terminal');
    const heard = await game.chat.waitFor((line) => line.includes('hello from the terminal'));
    expect(heard).toMatch(/^.+@bridge: hello from the terminal$/);
    const gordon = await game.join('Gordon');
    await program.waitFor('* Gordon joined real-game');
    await gordon.says('hello terminal \u001b[2J\u202e');
    await program.waitFor(/\d\d:\d\d \[real-game\] Gordon: hello terminal/);

    program.types('/help');
    await program.waitFor(/\/pm <from_user_id> <server_id> <to_user_id> <message> /);
    program.types('/status');
    await program.waitFor(/alpha/);
    await program.waitFor(/Gordon/);
    program.types('/exti');
    await program.waitFor('did you mean /exit?');
    program.types('/exit');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    // The log is there for people, and nothing of a stranger controls the terminal.
    expect(screen()).toMatch(/INFO.*Connected to the MQTT broker/);
    expect(screen()).not.toContain('{"level"');
    expect(program.output).not.toContain('hello terminal \u001b');
    expect(program.output).not.toContain('\u202e');
  },
);

test.skipIf(!hasTerminal)('Ctrl-C in the terminal ends it', async () => {
  const { program } = await atTerminal();
  program.types(Buffer.from('half a li\u0003'));
  expect(await program.ended).toEqual({ code: 0, signal: null });
});
