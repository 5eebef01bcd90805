/** The commands of the program that go on, ask, or write files where they are typed, as they stand in the README or in a guide. */
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder, PROGRAM, Program } from '../e2e/program.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { GameServer } from '../support/game-server.ts';
import { pages, shellLines } from './markdown.ts';

let broker: TestBroker;
let game: GameServer;

beforeAll(async () => {
  broker = await startBroker();
  game = await GameServer.start({ url: broker.url, id: 'alpha' });
});
afterAll(async () => {
  await game.stop();
  await broker.close();
});

/** What one has in the folder where a command is typed, and what then comes of it. */
interface AtAShell {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly says: RegExp;
  /** The exit code; without one it goes on until it gets a signal, and then ends well. */
  readonly code?: number;
}

const appservice = (...ids: string[]) => ({
  'config.yaml': JSON.stringify({
    mqtt: { url: 'mqtt://127.0.0.1:1883', allow_anonymous: true },
    http: { port: 8080 },
    adapters: Object.fromEntries(
      ids.map((id) => [
        id,
        {
          type: 'matrix',
          homeserver_url: 'http://127.0.0.1:9',
          appservice: { url: 'http://127.0.0.1:8080', server_name: 'a.example' },
        },
      ]),
    ),
  }),
});

const AT_A_SHELL: Readonly<Record<string, AtAShell>> = {
  'crosschat-bridge run': { says: /game servers can join at/ },
  'crosschat-bridge --config config.json': {
    files: {
      'config.json': JSON.stringify({ server_id: 'other', mqtt: { host: '127.0.0.1', port: 1883, allow_anonymous: true } }),
    },
    says: /Connected to the MQTT broker/,
  },
  'crosschat-bridge init': { says: /config\.yaml is written/, code: 0 },
  'crosschat-bridge init discord': {
    env: { DISCORD_TOKEN: `${btoa('123456789012345678')}.abc.def` },
    says: /oauth2\/authorize/,
    code: 0,
  },
  // It can ask for the rest at a terminal only.
  'crosschat-bridge init matrix': { says: /matrix\.homeserver=/, code: 1 },
  'crosschat-bridge registration': { files: appservice('matrix'), says: /registration\.yaml/, code: 0 },
  'crosschat-bridge registration ADAPTER': { files: appservice('ADAPTER', 'other'), says: /registration\.yaml/, code: 0 },
  'crosschat-bridge registration --force': {
    files: { ...appservice('matrix'), 'registration.yaml': 'old' },
    says: /registration\.yaml/,
    code: 0,
  },
  'crosschat-bridge console': { says: /Type to talk/ },
  // The pipe says all that it has to say.
  printf: { says: /Goodbye/, code: 0 },
};
const typed = pages()
  .flatMap(({ text }) => shellLines(text))
  .filter((line) => /(^|\| )crosschat-bridge (run|init|registration|console|--config)\b/.test(line));

test.each([...new Set(typed)])('%s', async (line) => {
  const known = AT_A_SHELL[line] ?? AT_A_SHELL[line.split(' --')[0] ?? ''] ?? AT_A_SHELL[line.split(' ')[0] ?? ''];
  const { files = {}, env = {}, says, code } = known ?? { says: /what is known/, code: 0 };
  const cwd = newFolder();
  const here = (text: string) => text.replaceAll('1883', new URL(broker.url).port);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), here(content));
  const bin = newFolder();
  writeFileSync(join(bin, 'crosschat-bridge'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`, { mode: 0o755 });
  const program = new Program(['-c', code === undefined ? `exec ${here(line)}` : here(line)], {
    command: 'sh',
    folder: cwd,
    env: { PATH: `${bin}${delimiter}${process.env['PATH']}`, ...env },
  });
  if (code === undefined) {
    await program.waitFor(says);
    expect((await program.kill('SIGTERM')).code).toBe(0);
  } else {
    expect((await program.ended).code, program.output).toBe(code);
    expect(program.output).toMatch(says);
  }
  const [, words] = /'(The [^']*)'/.exec(line) ?? [];
  if (words !== undefined) await game.chat.waitFor((heard) => heard.endsWith(`@notice: ${words}`));
});
