/** The README, word by word, in a fresh copy of the project in a clean container that has nothing but Node. */
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { standIns } from '../e2e/stand-ins.ts';
import { GameServer } from '../support/game-server.ts';
import { freshCopy } from './copy.ts';
import { Container, docker } from './docker.ts';

const hasDocker = inject('hasDocker');
const NODE = 'docker.io/library/node:24-bookworm-slim';

/** A folder with the project, and containers that see nothing else of this machine. */
function checkout() {
  const folder = freshCopy();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const options = [
    '--network',
    'host',
    '--volume',
    `${folder}:/crosschat-bridge`,
    '--workdir',
    '/crosschat-bridge',
    NODE,
    'sh',
    '-c',
  ];
  return {
    folder,
    /** Types a line, and waits until it ends. @returns what it printed on its standard output */
    type: (line: string) => docker('run', '--rm', ...options, line),
    /** Types a line that goes on until the test ends, or until it is stopped. */
    start: (line: string) => Container.run('clone', ...options, line),
  };
}

/** What it logs, as far as the pattern says. It waits for that. */
async function said(container: Container, pattern: RegExp): Promise<string> {
  await container.logs(pattern, 300_000);
  return pattern.exec(await container.log())?.[1] ?? '';
}

test.skipIf(!hasDocker)(
  'from nothing to a bridge between game servers, Discord and Matrix',
  async () => {
    const { folder, type, start } = checkout();
    const demo = await start('npm install && npm start');
    const broker = await said(demo, /game servers can join at (mqtt:\/\/[\d.:]+)/);
    const page = await said(demo, /Web chat: (http:\S+\/chat\/)/);
    expect(await (await fetch(page)).text()).toContain('chat/main.js');
    const game = await GameServer.start({ url: broker, id: 'real-game' });
    await game.chat.waitFor((line) => /@(alpha|beta): /.test(line), 30_000);
    const gordon = await game.join('Gordon');
    await gordon.says('hello from outside');
    await said(demo, /(hello from outside)/);
    await game.stop();
    await demo.remove();

    // The library, in a program of somebody's own.
    await type('npm install && npm run build');
    const program = `import { CrossChat } from 'crosschat-bridge/crosschat'; console.log(typeof CrossChat)`;
    const own = await type(
      `mkdir /arena && cd /arena && npm install ../crosschat-bridge && node --input-type=module --eval "${program}"`,
    );
    expect(own).toMatch(/function$/);
    // As on Windows.
    expect(await type('npm run build && node dist/src/main.js --version')).toMatch(/^\d+\.\d+\.\d+$/m);
    expect(await type('npm start -- check')).toMatch(/All works\.$/);
    expect(await type('npm start -- init')).toMatch(/config\.yaml is written, and \.env with its secrets/);
    rmSync(join(folder, 'config.yaml'));
    rmSync(join(folder, '.env'));

    const all = await standIns();
    await type('cp .env.example .env');
    appendFileSync(
      join(folder, '.env'),
      Object.entries(all.settings)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    );
    expect(await type('npm start -- check')).toMatch(/All works\.$/);
    const bridge = await start('npm start');
    await said(bridge, /(the bot can read and write)/);
    await said(bridge, /(is in it and may speak)/);
    await all.followed();
    const alpha = await all.game('alpha');
    await alpha.presence.waitFor((change) => change === 'online bridge', 30_000);
    await (await alpha.join('Alyx')).says('hello everybody');
    await all.channel.waitFor('hello everybody');
    await all.room.waitFor('Alyx (alpha): hello everybody');
    all.alice.says(all.channel, 'hello Alyx');
    await alpha.chat.waitFor((line) => line === 'Alice@bridge: hello Alyx');
  },
  600_000,
);
