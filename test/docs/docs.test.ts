/** Nothing stands in the README and the guides that is not so: commands, configurations, links, and sentences of the program. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { builtIns } from '../../bridges/index.ts';
import { readArguments } from '../../src/cli/arguments.ts';
import { commands } from '../../src/cli/commands.ts';
import { runCommand } from '../../src/cli/run.ts';
import { parseConfig } from '../../src/config.ts';
import { schema } from '../../src/config-schema.ts';
import { readSettings } from '../../src/settings.ts';
import { newFolder } from '../store/open.ts';
import { anchors, codeBlocks, codeSpans, commandsIn, links, type Page, pageAt, pages, project } from './markdown.ts';

const all = pages();
const entries = builtIns(undefined);

describe('commands', () => {
  const found = all.flatMap(({ path, text }) => commandsIn(text).map((args) => ({ path, args, line: args.join(' ') })));

  test('are all told of', () => {
    const named = found.map(({ args }) => readArguments(args, commands, runCommand).command?.name);
    expect(named).toEqual(expect.arrayContaining(commands.map(({ name }) => name)));
  });

  test.each(found)('$path: $line', ({ args }) => {
    const { command = runCommand, given } = readArguments(args, commands, runCommand);
    const [action] = given.words;
    const actions = command.words?.split(' ')[0]?.split('|') ?? [];
    if (actions.length > 1 && action !== undefined) expect(actions).toContain(action);
  });
});

describe('links', () => {
  test.each(all)('of $path lead somewhere', ({ path, text }) => {
    const broken = links(text).filter((target) => !/^\w+:/.test(target) && !leadsSomewhere(path, target));
    expect(broken).toEqual([]);
  });

  test('from the index reach every guide', () => {
    const listed = links(pageAt('docs/README.md').text);
    const missing = all.map(({ path }) => path.replace(/^docs\//, '')).filter((name) => !['README.md', ...listed].includes(name));
    expect(missing).toEqual([]);
  });
});

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(project + path)) return false;
  return anchor === undefined || (path.endsWith('.md') && anchors(pageAt(path).text).includes(anchor));
}

describe('configurations', () => {
  const found = all.flatMap(({ path, text }) =>
    codeBlocks(text)
      .filter(({ language }) => language === 'yaml')
      .map(({ text: yaml }) => ({ path, yaml, line: yaml.split('\n')[0] })),
  );

  // The libraries of the platforms are loaded with their adapters, which takes long on a busy machine.
  beforeAll(async () => void (await Promise.all(Object.values(entries).map(({ load }) => load()))), 60_000);

  test.each(found)('$path: $line', async ({ yaml }) => {
    const keys = Object.keys(parseYaml(yaml) as object);
    // Other programs have files of their own.
    if (keys.every((key) => OF_OTHERS.includes(key))) return;
    const isWhole = keys.some((key) => key in schema.shape);
    await accept(isWhole ? yaml : `adapters:\n  discord:\n${yaml.replaceAll(/^/gm, '    ')}`);
  });
});

/** Of Prometheus, and of Synapse. */
const OF_OTHERS = ['scrape_configs', 'app_service_config_files'];

/** What an example need not repeat. */
const REQUIRED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  discord: { token: 'token' },
  matrix: { homeserver_url: 'https://matrix.example', access_token: 'token' },
};

/** @throws {ConfigError} when the bridge would not take it */
async function accept(yaml: string): Promise<void> {
  const folder = newFolder();
  writeFileSync(join(folder, 'config.yaml'), yaml);
  const names = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  const { raw, ...rest } = readSettings(entries, folder, Object.fromEntries(names.map((name) => [name, `the-value-of-${name}`])));
  await parseConfig({ ...rest, raw: { ...raw, adapters: completed(raw['adapters'] ?? {}) } }, entries);
}

/** An example may speak of adapters that stand elsewhere. */
function completed(adapters: object): object {
  return Object.fromEntries(
    Object.entries({ discord: {}, matrix: {}, ...adapters }).map(
      ([id, given]: [string, { type?: string; appservice?: object } | null]) => {
        const { appservice } = given ?? {};
        if (!appservice) return [id, { ...REQUIRED[given?.type ?? id], ...given }];
        return [id, { ...given, appservice: { as_token: 'a'.repeat(16), hs_token: 'b'.repeat(16), ...appservice } }];
      },
    ),
  );
}

describe('sentences', () => {
  const source = ['src', 'bridges', 'deploy'].flatMap(filesBelow).join('\n').replaceAll("\\'", "'");

  test.each(
    ['docs/setup-discord.md', 'docs/setup-game-servers.md', 'docs/setup-matrix.md', 'docs/troubleshooting.md'].map(pageAt),
  )('that $path quotes are said by the program', (page) => {
    const unsaid = quoted(page).filter((piece) => !source.includes(piece));
    expect(unsaid).toEqual([]);
  });
});

/** What stands as code in the first column of a table: what one reads, in pieces where … stands for anything. */
function quoted({ text }: Page): string[] {
  const cells = [...text.matchAll(/^\| (.+?) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => codeSpans(cell)).flatMap((sentence) => sentence.split('…').map((piece) => piece.trim()));
}

function filesBelow(folder: string): string[] {
  const names = readdirSync(project + folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.(ts|sh)$/.test(name)).map((name) => readFileSync(join(project, folder, name), 'utf8'));
}
