/** `crosschat-bridge registration`: the file by which a homeserver gets to know the bridge. */
import type { AdapterEntries, RegistrationFile } from '../adapter.ts';
import { ConfigError, type Settings } from '../config.ts';
import { adapterSentences } from '../config-problems.ts';
import { defineCommand, type Options, type Surroundings } from './command.ts';
import { givenSettings } from './given-config.ts';
import { writeNewFile } from './new-file.ts';
import { JSON_OPTION, told } from './told.ts';

const OPTIONS = {
  output: { type: 'string', value: 'FILE', help: 'where to write it (default: registration.yaml)' },
  force: { type: 'boolean', help: 'write over a file that is there' },
  json: JSON_OPTION,
} as const satisfies Options;

export const registrationCommand = defineCommand({
  name: 'registration',
  summary: 'write the file by which a Matrix homeserver gets to know the bridge as an appservice',
  words: '[ADAPTER]',
  options: OPTIONS,
  more: `It is made of the key appservice of the adapter: see docs/matrix-appservice.md. Tokens that are not configured are made up, and
have to be copied from the file to the configuration. ADAPTER is needed only where there are several.`,
  async run({ values, words }, surroundings) {
    const settings = givenSettings(surroundings.adapters, values.config);
    const { print, end } = told(values.json, surroundings);
    await end([await register(settings, words, values, { ...surroundings, print })]);
    return 0;
  },
});

/**
 * Writes the file, and says what to do with it.
 * @param words at most one: the adapter
 * @returns its path @throws {ConfigError}
 */
export async function register(
  settings: Settings,
  words: readonly string[],
  { output: path = 'registration.yaml', force = false }: { readonly output?: string; readonly force?: boolean },
  { adapters, print }: Pick<Surroundings, 'adapters' | 'print'>,
): Promise<string> {
  const { id, file, made } = await registrationIn(settings, adapters, words);
  const hint = 'Name another file with --output, or write over it with --force.';
  await writeNewFile(path, file.text, { mode: 0o600, force, command: 'registration', hint });
  await print(`${path} is written; only you can read it.`);
  if (made.length > 0) {
    const keys = made.map((key) => `adapters.${id}.${key}`).join(' and ');
    await print(
      `${made.length === 1 ? 'A token is' : 'Tokens are'} new: put what the file says into the configuration as ${keys}.`,
    );
  }
  for (const sentence of file.next(path)) await print(sentence);
  return path;
}

interface Registration {
  /** The adapter's. */
  readonly id: string;
  readonly file: RegistrationFile;
  /** The adapter's keys that were made up. */
  readonly made: readonly string[];
}

/** @throws {ConfigError} where nothing, or not one thing, is to be registered, or it is not in order */
async function registrationIn(settings: Settings, entries: AdapterEntries, words: readonly string[]): Promise<Registration> {
  const { adapters = {} } = settings.raw as { readonly adapters?: Readonly<Record<string, Record<string, unknown>>> };
  const [wanted, extra] = words;
  if (extra !== undefined) throw new ConfigError(['registration: give one adapter at most.']);
  const found: Registration[] = [];
  for (const [id, given] of Object.entries(adapters)) {
    if (typeof given !== 'object' || given === null || (wanted !== undefined && id !== wanted)) continue;
    const { type = id, server_id, mqtt, ...own } = given;
    const entry = typeof type === 'string' && Object.hasOwn(entries, type) ? entries[type] : undefined;
    const { registration, schema } = (await entry?.load()) ?? {};
    if (!registration || !schema) continue;
    const completed = registration.complete(own);
    const { success, data, error } = schema.safeParse(completed);
    if (!success) {
      const raw = { adapters: { [id]: completed } };
      throw new ConfigError(adapterSentences(error, { id, schema, raw, variables: settings.variables }));
    }
    const file = registration.write(data);
    if (file) found.push({ id, file, made: file.shared.filter((key) => valueAt(own, key) === undefined) });
  }
  const [one, another] = found;
  if (!one) {
    const where = wanted === undefined ? 'no adapter' : `no adapter ${wanted}`;
    throw new ConfigError([
      `registration: there is ${where} with a key appservice; give the matrix adapter one, as docs/matrix-appservice.md tells.`,
    ]);
  }
  if (another) throw new ConfigError([`registration: say for which adapter: ${found.map(({ id }) => id).join(' or ')}.`]);
  return one;
}

function valueAt(own: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], own);
}
