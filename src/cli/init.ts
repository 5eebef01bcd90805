/** `crosschat-bridge init`: the first configuration, from a few answers. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import type { AdapterEntries } from '../adapter.ts';
import { ConfigError } from '../config.ts';
import { suggestion } from '../config-problems.ts';
import type { Answers } from '../setup.ts';
import { brokerQuestions, mosquittoLines } from './broker-setup.ts';
import { defineCommand, type Options, type Surroundings } from './command.ts';
import { configText, envText, firstConfig, PAGE, type PreparedAdapter } from './first-config.ts';
import { givenSettings } from './given-config.ts';
import { writeNewFile } from './new-file.ts';
import { type Ask, answersTo, openQuestions } from './questions.ts';
import { register } from './registration.ts';
import { JSON_OPTION, told } from './told.ts';

const OPTIONS = {
  'server-id': { type: 'string', value: 'ID', help: 'who the bridge is among the game servers (default: bridge)' },
  'broker-url': {
    type: 'string',
    value: 'URL',
    help: 'the broker of the game servers (default: one that the bridge runs itself)',
  },
  'broker-user': { type: 'string', value: 'NAME', help: 'its user for the bridge (default: the ID; - for none)' },
  'broker-password': { type: 'string', value: 'TEXT', help: 'the password, better given as MQTT_PASSWORD (default: a new one)' },
  force: { type: 'boolean', help: 'write over files that are there' },
  json: JSON_OPTION,
} as const satisfies Options;

export const initCommand = defineCommand({
  name: 'init',
  summary: 'ask a few questions, and write a first configuration',
  words: '[ADAPTER] [ADAPTER.QUESTION=ANSWER] …',
  options: OPTIONS,
  more: `It writes .env, which holds the secrets, and config.yaml (or what --config names), and says what to do then. What is given is not
asked. Without a terminal, or with --json, nothing is asked; secrets may be given by variables. For example:
  crosschat-bridge init --broker-url mqtts://broker.example discord discord.channel=123456789012345678
  DISCORD_TOKEN=… crosschat-bridge init discord
  crosschat-bridge init matrix.mode=appservice matrix.homeserver=https://matrix.example matrix.room=#games:matrix.example`,
  async run({ values, words }, surroundings) {
    const { adapters: entries } = surroundings;
    const { print, end } = told(values.json, surroundings);
    const { force = false, config: path = 'config.yaml' } = values;
    if (!/\.ya?ml$/.test(path)) throw new ConfigError([`init: it writes YAML; name a file like config.yaml, not ${path}.`]);
    const given = givenWords(words, entries);
    if (!force)
      refuseExisting(['.env', 'registration.yaml', ...(values.config ? [path] : ['config.yaml', 'config.yml', 'config.json'])]);
    const terminal = values.json ? undefined : openQuestions(process.stdin, process.stdout);
    try {
      const core = Object.fromEntries(brokerQuestions.flatMap(({ name }) => optionOf(values, name)));
      const broker = await answersTo(brokerQuestions, core, ({ name }) => `--${name}`, terminal?.ask);
      const adapters = await preparedAdapters(entries, given, terminal?.ask, print);
      const first = firstConfig(broker, adapters);
      const how = { force, command: 'init', hint: 'Write over it with --force.' };
      await writeNewFile('.env', envText(first), { mode: 0o600, ...how });
      await writeNewFile(path, configText(first, schemaPath()), { mode: 0o644, ...how });
      await print(`\n${path} is written, and .env with its secrets, which only you can read.`);
      const files = ['.env', path];
      for (const { type, isRegistered, next } of adapters) {
        await print(`\n${type}:`);
        if (isRegistered)
          files.push(await register(givenSettings(entries, values.config), [type], { force }, { adapters: entries, print }));
        for (const sentence of next) await print(sentence);
      }
      for (const line of ['', ...mosquittoLines(broker)]) await print(line);
      const again = values.config ? ` --config ${path}` : '';
      await print(`Next: "crosschat-bridge check${again}" says whether all works; then "crosschat-bridge run${again}".`);
      await print(`The operator's page is then at ${PAGE}, for browsers on this machine (docs/operator.md).`);
      await end(files);
      return 0;
    } finally {
      terminal?.close();
    }
  },
});

function optionOf(values: Readonly<Record<string, string | boolean | undefined>>, name: string): [string, string][] {
  const value = values[name];
  return typeof value === 'string' ? [[name, value]] : [];
}

/** What the words say, by adapter. @throws {ConfigError} */
function givenWords(words: readonly string[], entries: AdapterEntries): ReadonlyMap<string, Answers> {
  const types = Object.keys(entries).filter((type) => entries[type]?.setup);
  const given = new Map<string, Answers>();
  for (const word of words) {
    const [, type = '', name, answer = ''] = /^([^.=]*)(?:\.([^=]*)=(.*))?$/s.exec(word) ?? [];
    if (!types.includes(type))
      throw new ConfigError([
        `init: "${type || word.split('=')[0]}" is none of ${types.join(', ')}${suggestion(type, types)}; answers are given like ${types[0]}.token=….`,
      ]);
    given.set(type, { ...given.get(type), ...(name !== undefined && { [name]: answer }) });
  }
  return given;
}

/**
 * Asks what each adapter wants to know: those that were named, or else those that the operator wants.
 * @throws {ConfigError}
 */
export async function preparedAdapters(
  entries: AdapterEntries,
  given: ReadonlyMap<string, Answers>,
  ask: Ask | undefined,
  print: Surroundings['print'],
): Promise<PreparedAdapter[]> {
  const prepared: PreparedAdapter[] = [];
  for (const [type, { setup: load }] of Object.entries(entries)) {
    if (!load) continue;
    const isWanted = given.size > 0 || !ask ? given.has(type) : await wants(type, ask);
    if (!isWanted) continue;
    const { first, questions, prepare } = await load();
    const known = questions.map(({ name }) => name);
    const unknown = Object.keys(given.get(type) ?? {}).filter((name) => !known.includes(name));
    if (unknown[0] !== undefined)
      throw new ConfigError([
        `init: ${type} does not ask for "${unknown[0]}"${suggestion(unknown[0], known)}; it asks for ${known.join(', ')}.`,
      ]);
    for (const sentence of first) await print(sentence);
    const answers = await answersTo(questions, given.get(type) ?? {}, ({ name }) => `${type}.${name}=…`, ask);
    prepared.push({ type, ...prepare(answers) });
  }
  return prepared;
}

async function wants(type: string, ask: Ask): Promise<boolean> {
  const answer = z.string().regex(/^(?:y|yes|n|no)$/i, 'must be y or n');
  const question = { name: type, text: `Add ${type} (y, n)`, answer, otherwise: () => 'n' };
  const answers = await answersTo([question], {}, () => type, ask);
  return /^y/i.test(answers[type] ?? '');
}

/** @throws {ConfigError} */
function refuseExisting(paths: readonly string[]): void {
  const existing = paths.filter((path) => existsSync(path));
  if (existing.length === 0) return;
  const [is, it] = existing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  throw new ConfigError([
    `init: ${existing.join(' and ')} ${is} there already. Write over ${it} with --force, or go to another folder.`,
  ]);
}

/** Where editors find the schema, seen from here; undefined where it was not installed. */
function schemaPath(): string | undefined {
  const path = join(dirname(createRequire(import.meta.url).resolve('crosschat-bridge/package.json')), 'docs/config.schema.json');
  if (!existsSync(path)) return undefined;
  const here = relative(process.cwd(), path);
  return here.startsWith('..') ? path : here;
}
