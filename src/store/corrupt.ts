/** A damaged database: found at the start, set aside, never overwritten. */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';
import { damageMark, openSqlite } from './sqlite.ts';
import { DamagedError } from './sqlite-errors.ts';
import { StoreError } from './store-error.ts';

/** Up to this size in bytes a file is looked through as a whole: a slow disk takes a second for that, and half a minute for 1 GB. */
const CHECK_ALL = 64_000_000;
/** The tables that grow. In a larger file they are left out, unless damage was met there in the last run. */
const LARGE = new Set(['event', 'delivery', 'shown']);

/**
 * Opens a file like {@link openSqlite}. One that is damaged is set aside, and a new one is begun.
 * @throws whatever {@link openSqlite} throws
 */
export async function openSound(path: string, clock: Clock, log: Logger): Promise<Database> {
  try {
    const database = await openSqlite(path);
    const damage = await damageOf(database, path);
    if (damage === undefined) return database;
    await database.close();
    throw new DamagedError(`The database ${path} is damaged: ${damage}`);
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    const aside = setAside(path, clock.now(), error);
    log.error(
      `${error.finding}. It was set aside as ${aside}, and a new one is begun: what still waited to be delivered, and who was banned, is only in the old file.`,
    );
    return openSqlite(path);
  }
}

/** What is wrong with a file, if anything. */
async function damageOf(database: Database, path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  const names = (await database.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")).map(
    ({ name }) => name,
  );
  const checks =
    existsSync(damageMark(path)) || statSync(path).size <= CHECK_ALL
      ? ['PRAGMA quick_check(1)']
      : names.filter((name) => !LARGE.has(name)).map((name) => `PRAGMA quick_check("${name}")`);
  for (const sql of checks) {
    const [row] = await database.all<{ quick_check: string }>(sql);
    if (row && row.quick_check !== 'ok') return row.quick_check.split('\n').at(-1);
  }
  rmSync(damageMark(path), { force: true });
  return undefined;
}

/** Moves a file, with the two that belong to it, out of the way. @returns its new path */
function setAside(path: string, now: number, damage: DamagedError): string {
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
  let aside = `${path}.corrupt-${stamp}`;
  for (let count = 2; existsSync(aside); count++) aside = `${path}.corrupt-${stamp}-${count}`;
  try {
    for (const suffix of ['-wal', '-shm', '']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  } catch (error) {
    throw new StoreError(`${damage.finding}, and it can't be set aside: ${String(error)}. Move it away.`);
  }
  rmSync(damageMark(path), { force: true });
  return aside;
}
