/** The keys of the configuration → the tables in the documentation. Pure. */
import type { Key } from './schema.ts';

/** What is said of one key. */
interface Row {
  readonly path: string;
  readonly default: string;
  readonly meaning: string;
}

/**
 * The table of all keys below one.
 * @param variablesOf the environment variables that stand for a path
 * @param elsewhere the paths whose keys stand in a table of their own
 * @throws for a key of which the schema says nothing, where it says something of those beside it
 */
export function tableOf(key: Key, variablesOf: (path: string) => readonly string[], elsewhere: readonly string[] = []): string {
  const rows = rowsOf(key, '', elsewhere).map(({ path, default: byDefault, meaning }) => [
    `\`${path}\``,
    variablesOf(path)
      .map((name) => `\`${name}\``)
      .join(', '),
    byDefault,
    meaning,
  ]);
  const withVariables = rows.some(([, variable]) => variable !== '');
  const columns = ['key', 'variable', 'default', 'meaning'];
  return [columns, columns.map(() => '---'), ...rows]
    .map((cells) => cells.filter((_, index) => index !== 1 || withVariables))
    .map((cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell.replaceAll('|', '\\|')} `)).join('|')}|\n`)
    .join('');
}

function rowsOf({ properties = {}, required = [] }: Key, prefix: string, elsewhere: readonly string[]): Row[] {
  return Object.entries(properties).flatMap(([name, key]) => {
    if (key.deprecated) return [];
    const path = `${prefix}${name}`;
    const own = key.description ? [{ path, default: defaultOf(key, required.includes(name)), meaning: key.description }] : [];
    const [inner, sign] = innerOf(key);
    const isExplained = Object.values(inner?.properties ?? {}).some(({ description }) => description);
    const below = inner && isExplained && !elsewhere.includes(path) ? rowsOf(inner, `${path}${sign}`, elsewhere) : [];
    if (own.length + below.length === 0) throw new Error(`${path} has no description in its schema.`);
    return [...own, ...below];
  });
}

/** The map that a key holds, or each item of its list. */
function innerOf(key: Key): readonly [inner: Key | undefined, sign: string] {
  if (key.items?.properties) return [key.items, '[].'];
  return [key.properties ? key : key.anyOf?.find(({ properties }) => properties), '.'];
}

function defaultOf({ absent, default: value }: Key, isRequired: boolean): string {
  if (absent !== undefined) return absent;
  if (isRequired) return 'required';
  if (value === undefined || ['{}', '[]'].includes(JSON.stringify(value))) return 'none';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
