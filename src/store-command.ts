/** `crosschat-bridge store info|prune|export`. */
import { userInfo } from 'node:os';
import type { Clock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';
import { exportEvents } from './store/export.ts';
import { type StoreInfo, storeInfo } from './store/info.ts';
import { prune } from './store/prune.ts';
import type { Store } from './store/store.ts';
import { nearest } from './text/nearest.ts';

const ACTIONS = ['info', 'prune', 'export'];

/** What the command works with. */
export interface StoreCommandOptions {
  readonly store: Store;
  readonly keep: Config['store'];
  readonly clock: Clock;
  /** Resolves when there is room for another line. */
  readonly print: (line: string) => Promise<void> | void;
}

/**
 * Carries out a command on a store, also beside a bridge that runs.
 * @param args what stands after `store`
 * @returns the exit code
 * @throws {ConfigError} when it is not understood
 */
export async function storeCommand(args: readonly string[], options: StoreCommandOptions): Promise<number> {
  const { store, print } = options;
  const json = args.includes('--json');
  const [action, extra] = args.filter((arg) => arg !== '--json');
  if (action === undefined || !ACTIONS.includes(action)) {
    const close = action && nearest(action, ACTIONS);
    const hint = close ? ` (did you mean "${close}"?)` : '';
    throw new ConfigError([
      action === undefined ? 'store: say what to do: info, prune or export.' : `store: there is no "${action}"${hint}.`,
    ]);
  }
  if (extra !== undefined || (json && action !== 'info'))
    throw new ConfigError([`store ${action}: ${extra ?? '--json'} means nothing here; --help lists what there is.`]);

  if (action === 'info') {
    const info = await storeInfo(store.database);
    await print(json ? JSON.stringify(info, null, 2) : described(info, options.clock.now()).join('\n'));
  } else if (action === 'prune') await print(await pruned(options));
  else for await (const line of exportEvents(store.database)) await print(line);
  return 0;
}

async function pruned({ store, keep, clock }: StoreCommandOptions): Promise<string> {
  const { events, bytes } = await prune({ ...store, ...keep, now: clock.now() });
  const result = `${count(events, 'event')} deleted; the database is ${megabytes(bytes)} smaller.`;
  await store.audit.note({ who: userInfo().username, action: 'store prune', target: store.database.location, detail: result });
  return result;
}

/** Lines that describe a store to people. */
function described(info: StoreInfo, now: number): string[] {
  const { location, size, schema, oldestWaiting, destinations } = info;
  const lines = [
    `${location}: ${megabytes(size.total)}, of which ${megabytes(size.used)} in use; schema ${schema}`,
    `${count(info.events, 'event')}, ${info.waiting} waiting to be delivered, ${info.dead} given up; ${count(info.speakers, 'speaker')}, ${count(info.bans, 'ban')}`,
  ];
  if (oldestWaiting !== null) lines.push(`The oldest has waited for ${duration(now - oldestWaiting)}.`);
  for (const { name, state, since, reason, waiting, dead } of destinations) {
    const long = since === null ? '' : ` for ${duration(now - since)}`;
    lines.push(`  ${name}: ${state}${long}${reason === null ? '' : ` (${reason})`}, ${waiting} waiting, ${dead} given up`);
  }
  return lines;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function duration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1_440)} days`;
}
