/** Wrong words on the command line and in the configuration: a sentence each, exit code 1, and no stack trace. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { newFolder, runToEnd } from './program.ts';

const { version } = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'));

test.each<[what: string, args: string[], config: string, sentences: RegExp[]]>([
  ['an unknown command', ['chekc'], '', [/^There is no command "chekc" \(did you mean "check"\?\); --help/]],
  ['an unknown option', ['--colour'], '', [/^Unknown option '--colour'; --help lists what there is\.$/]],
  ['an option of another command', ['--url', 'mqtt://127.0.0.1'], '', [/^--url is an option of the command console/]],
  [
    'a missing file',
    ['--config', 'none.yaml'],
    '',
    [/^--config: there is no file ".*none\.yaml"; write it, or correct its name\.$/],
  ],
  ['a file that is no YAML', [], 'mqtt: {password: hunter22', [/config\.yaml: .+ line 1, column \d+\.$/]],
  [
    'a wrong key and wrong types, all at once',
    ['check'],
    'serverid: x\nmqtt: {port: "hunter22"}\nlog_level: loud\nadapters: {discord: {token: 5}}',
    [/^serverid: .*did you mean "server_id"/, /^mqtt\.port: must be a whole number\.$/, /^log_level: must be trace, /],
  ],
  [
    "a wrong key of an adapter's",
    [],
    'adapters: {matrix: {homeserver_url: "https://matrix.example", access_token: hunter22, token: hunter22}}',
    [/^adapters\.matrix\.token: there is no such key/],
  ],
])('%s', async (_what, args, config, sentences) => {
  const folder = newFolder();
  if (config !== '') writeFileSync(join(folder, 'config.yaml'), config);
  const { code, out, err } = await runToEnd(args, { folder });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  for (const sentence of sentences) expect(err.split('\n')).toContainEqual(expect.stringMatching(sentence));
  expect(err.split('\n').length).toBeLessThanOrEqual(sentences.length);
  expect(err).not.toMatch(/ at .+:\d+:\d+|hunter22/);
});

test.each([
  ['--help', /Usage: crosschat-bridge \[command\] \[options\]/],
  ['--version', new RegExp(`^${version.replaceAll('.', '\\.')}$`)],
])('%s', async (option, words) => {
  const { code, out, err } = await runToEnd([option]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(words);
});
