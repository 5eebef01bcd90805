/** The file by which a homeserver gets to know the bridge. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtIns } from '../../bridges/index.ts';
import { commandLine } from '../../src/cli/command-line.ts';
import { ConfigError } from '../../src/config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crosschat-registration-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const output = () => join(folder, 'registration.yaml');
const minimal = { url: 'http://127.0.0.1:8080/', server_name: 'hs.test' };

/** Runs the command with this under `appservice`. @returns what it prints, or the problems */
async function run(appservice: unknown, ...args: string[]): Promise<string> {
  const config = join(folder, 'config.json');
  const matrix = { homeserver_url: 'https://hs.test', appservice };
  writeFileSync(config, JSON.stringify({ adapters: appservice === undefined ? {} : { matrix } }));
  const lines: string[] = [];
  const print = async (line: string) => void lines.push(line);
  const surroundings = { adapters: builtIns(undefined), version: '', print, openDesk: () => undefined };
  try {
    await commandLine(['registration', '--config', config, '--output', output(), ...args], surroundings);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
  return lines.join('\n');
}

describe('registration', () => {
  test('holds what the homeserver needs, for nobody else to read, and says where the tokens belong', async () => {
    const said = await run(minimal);
    const file = parse(readFileSync(output(), 'utf8'));
    expect(file).toEqual({
      id: 'crosschat',
      url: 'http://127.0.0.1:8080',
      as_token: expect.stringMatching(/^[\w-]{43}$/),
      hs_token: expect.stringMatching(/^[\w-]{43}$/),
      sender_localpart: '_crosschat_bot',
      rate_limited: false,
      protocols: ['crosschat'],
      namespaces: {
        users: [{ exclusive: true, regex: '@_crosschat_.*:hs\\.test' }],
        aliases: [{ exclusive: true, regex: '#_crosschat_.*:hs\\.test' }],
        rooms: [],
      },
    });
    expect(file.as_token).not.toBe(file.hs_token);
    expect(statSync(output()).mode & 0o777).toBe(0o600);
    expect(said).toContain('adapters.matrix.appservice.as_token and adapters.matrix.appservice.hs_token');
    expect(said).toContain('app_service_config_files');
    expect(said).not.toContain(file.as_token);
  });

  test('tells a program what it wrote, and what is to be done with it', async () => {
    const { files, said } = JSON.parse(await run(minimal, '--json'));
    expect(files).toEqual([output()]);
    expect(said.join()).toContain('app_service_config_files');
  });

  test('keeps tokens that are configured, and names everybody where people are shown as themselves', async () => {
    const said = await run({ ...minimal, as_token: 'a'.repeat(20), hs_token: 'h'.repeat(20), double_puppeting: true });
    expect(parse(readFileSync(output(), 'utf8'))).toMatchObject({
      as_token: 'a'.repeat(20),
      hs_token: 'h'.repeat(20),
      namespaces: { users: [{ exclusive: true }, { exclusive: false, regex: '@.*:hs\\.test' }] },
    });
    expect(said).not.toMatch(/new|aaa/);
  });

  test('writes over nothing unless it is told to, and nobody else may read it then either', async () => {
    writeFileSync(output(), 'mine');
    chmodSync(output(), 0o644);
    expect(await run(minimal)).toMatch(/is there already\..*--force/);
    expect(readFileSync(output(), 'utf8')).toBe('mine');
    await run(minimal, '--force');
    expect(readFileSync(output(), 'utf8')).toContain('as_token');
    expect(statSync(output()).mode & 0o777).toBe(0o600);
  });

  test.each<[string, unknown, RegExp]>([
    ['there is nothing to register', undefined, /no adapter with a key appservice.*docs\/matrix-appservice\.md/],
    ['a key is missing', { url: minimal.url }, /^adapters\.matrix\.appservice\.server_name: is missing; it must be what stands/],
    ['a template has no player', { ...minimal, ghosts: '_cc_{server}' }, /appservice\.ghosts: .*\{server\} and \{player\}/],
    ['the bot would be a ghost', { ...minimal, bot: '_crosschat_alpha_7' }, /appservice\.bot: must not look like a ghost/],
    ['both tokens are one', { ...minimal, as_token: 'secret-secret-1', hs_token: 'x' }, /as_token: must be a token of 16/],
    [
      'an address with a password',
      { ...minimal, url: 'http://a:hunter22@b' },
      /appservice\.url: must be an address without a user/,
    ],
  ])('%s: it says so, and writes nothing', async (_, appservice, sentence) => {
    const said = await run(appservice);
    expect(said).toMatch(sentence);
    expect(said).not.toMatch(/secret-secret|hunter22/);
    expect(() => statSync(output())).toThrow();
  });
});
