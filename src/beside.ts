/** Commands that work on the store, also while a bridge runs on it. */
import type { Logger } from 'pino';
import { systemClock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';
import { openStore, type Store, StoreError } from './store/store.ts';

/**
 * Lets a command work on the store of a configuration.
 * @returns the exit code
 * @throws {ConfigError} when there is no store that can be used
 */
export async function besideBridge(
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
