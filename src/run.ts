/** Runs a bridge as this process: until a signal, Ctrl-C or the operator's `/exit` ends it. */
import type { Logger } from 'pino';
import { Bridge } from './bridge.ts';
import { systemClock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';

/** A stop that takes longer than this, in milliseconds, is cut short. */
const STOP_LIMIT = 4_800;

/**
 * Runs a bridge to its end.
 * @param onInterrupt where Ctrl-C is heard when a terminal swallows it
 * @returns the exit code: 0 after an ordinary end, 1 when nothing can work as configured
 */
export async function run(config: Config, log: Logger, onInterrupt?: (action: () => void) => void): Promise<number> {
  let shutdown = (_reason: string) => {};
  const ended = new Promise<string>((resolve) => {
    shutdown = resolve;
  });
  // npm hands on a signal that a whole group of processes gets, so it comes twice; the second must not cut the goodbye short.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => shutdown(signal));
  onInterrupt?.(() => shutdown('Ctrl-C'));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a fault in the bridge; it goes on'));
  // A bridge that has been taken over stands still: nothing else keeps its process from running out.
  const awake = setInterval(() => {}, 2 ** 30);
  for (const note of config.notes) log.info(note);

  const bridge = new Bridge({ config, log, clock: systemClock, random: Math.random, shutdown: () => shutdown('/exit') });
  try {
    const reason = await Promise.race([bridge.start().then(() => ended), ended]);
    log.info(`the bridge ends (${reason})`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) log.fatal(problem);
    return 1;
  } finally {
    await stopInTime(bridge, log);
    clearInterval(awake);
  }
}

async function stopInTime(bridge: Bridge, log: Logger): Promise<void> {
  let cancel = () => {};
  const overtime = new Promise<void>((resolve) => {
    cancel = systemClock.after(STOP_LIMIT, () => {
      log.warn('the stop took too long and was cut short');
      resolve();
    });
  });
  await Promise.race([bridge.stop(), overtime]);
  cancel();
}
