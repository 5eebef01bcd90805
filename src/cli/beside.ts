/** Commands that work on the store, also while a bridge runs on it. */
import type { Logger } from 'pino';
import { systemClock } from '../clock.ts';
import { type Config, ConfigError, parseStoreConfig } from '../config.ts';
import { makeLog } from '../log.ts';
import { secretsIn } from '../settings.ts';
import { openStore, type Store, StoreError } from '../store/store.ts';
import type { Surroundings } from './command.ts';
import { givenSettings } from './given-config.ts';

/** What a command that works on the store is given. */
export interface Beside {
  readonly store: Store;
  readonly config: ReturnType<typeof parseStoreConfig>;
}

/**
 * Lets a command work on the store that the configuration names: whatever else is configured may be wrong.
 * @returns the exit code
 * @throws {ConfigError} when there is no store that can be used
 */
export function besideBridge(
  configFile: string | undefined,
  { adapters }: Surroundings,
  command: (beside: Beside) => Promise<number>,
): Promise<number> {
  const settings = givenSettings(adapters, configFile);
  const config = parseStoreConfig(settings);
  const log = makeLog({ default: 'silent' }, secretsIn(settings.raw));
  return withStore(config, log, (store) => command({ store, config }));
}

async function withStore(
  config: Pick<Config, 'dataDir' | 'databaseUrl'>,
  log: Logger,
  command: (store: Store) => Promise<number>,
): Promise<number> {
  // The clock's timers keep no process alive, and another process may make this one wait.
  const awake = setInterval(() => {}, 2 ** 30);
  let store: Store | undefined;
  try {
    store = await openStore({ ...config, clock: systemClock, random: Math.random, log, beside: true });
    return await command(store);
  } catch (error) {
    if (error instanceof StoreError) throw new ConfigError([error.message]);
    throw error;
  } finally {
    await store?.close();
    clearInterval(awake);
  }
}
