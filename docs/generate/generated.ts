/** What in the documentation is written from the code: `npm run docs` writes it, and a test says when it is not current. */
import { readFileSync } from 'node:fs';
import { builtIns } from '../../bridges/index.ts';
import { adapter, schema } from '../../src/config-schema.ts';
import { allVariables } from '../../src/settings.ts';
import { type AllKeys, jsonSchema, type Key, keysOf } from './schema.ts';
import { tableOf } from './table.ts';

/** The files that have tables of keys, from the root of the project. */
const WITH_TABLES = ['docs/configuration.md', 'docs/matrix-appservice.md', 'docs/webchat.md'];

/** `<!-- keys of NAME: … -->`, the table, and `<!-- end of keys -->`. */
const TABLE = /(<!-- keys of ([\w.-]+):[^\n]*-->\n)[\s\S]*?(<!-- end of keys -->)/g;

/** From the paths of the files, as of the root of the project, to what should stand in them. */
export async function generated(root: string): Promise<ReadonlyMap<string, string>> {
  const entries = builtIns(undefined);
  const loaded = await Promise.all(
    Object.entries(entries).map(async ([type, { load }]) => [type, keysOf((await load()).schema)] as const),
  );
  const keys: AllKeys = { core: keysOf(schema), adapter: keysOf(adapter), adapters: Object.fromEntries(loaded) };
  const variables = allVariables(entries);
  const files = WITH_TABLES.map((path) => {
    const content = readFileSync(`${root}/${path}`, 'utf8');
    const current = content.replace(TABLE, (_, begin: string, name: string, end: string) => {
      return `${begin}${section(name, keys, variables)}${end}`;
    });
    return [path, current] as const;
  });
  const forEditors = jsonSchema(keys, new Set(variables.map(([, path]) => path)));
  return new Map([...files, ['docs/config.schema.json', `${JSON.stringify(forEditors, null, 2)}\n`]]);
}

/** The tables of adapters that leave out the keys of a key, since these have a table of their own. */
const SEPARATE: Readonly<Record<string, readonly string[]>> = { matrix: ['appservice'] };

/** The table that a file asks for: `bridge`, `adapter` (what all have), a type of adapter, or one of its keys. */
function section(name: string, { core, adapter, adapters }: AllKeys, variables: ReturnType<typeof allVariables>): string {
  const standFor = (prefix: string) => (path: string) =>
    variables.filter(([, at]) => at === `${prefix}${path}`).map(([variable]) => variable);
  if (name === 'bridge') return tableOf(core, standFor(''));
  if (name === 'adapter') return tableOf(adapter, () => []);
  const [type = '', ...path] = name.split('.');
  const key = path.reduce<Key | undefined>((inner, part) => inner?.properties?.[part], adapters[type]);
  if (!key) throw new Error(`There are no keys of ${name}, of which a table is asked for.`);
  return tableOf(key, standFor(`adapters.${name}.`), SEPARATE[name]);
}
