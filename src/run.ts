/** Runs a bridge as this process: until a signal, Ctrl-C or the operator's `/exit` ends it. */
import type { Logger } from 'pino';
import { Bridge, type BridgeOptions } from './bridge.ts';
import { systemClock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';
import type { HttpServer } from './http/server.ts';
import type { StandbyTimes } from './lease.ts';
import { STANDS_BY, standbyRoutes } from './monitoring/standby.ts';
import type { LogLines } from './operator/log-lines.ts';
import { standbyOperator } from './operator/open-operator.ts';
import { Reloader } from './reload/reloader.ts';
import { serve } from './serve.ts';
import { DatabaseFault } from './store/database.ts';
import { pause } from './store/pause.ts';
import { turn } from './turn.ts';

/** How long an instance whose database failed waits, in milliseconds. */
const TRY_AGAIN = 5_000;
/** Who lets the configuration be read anew by a signal. */
const BY_SIGNAL = { name: 'The operator', id: 'SIGHUP', via: 'signal' };
/** A stop that takes longer than this, in milliseconds, is cut short. */
const STOP_LIMIT = 4_800;

/** What a process runs a bridge with. */
export interface RunOptions {
  readonly config: Config;
  /** Reads the configuration as it is written now. @throws {ConfigError} */
  readonly read: () => Promise<Config>;
  /** A configuration holds that was read. */
  readonly accepted: (config: Config) => void;
  readonly log: Logger;
  /** Where Ctrl-C is heard when a terminal swallows it. */
  readonly onInterrupt?: ((action: () => void) => void) | undefined;
  /** The newest lines of the log, for the operator's page. */
  readonly lines?: LogLines;
}

/**
 * Runs a bridge to its end.
 * @returns the exit code: 0 after an ordinary end, 1 when nothing can work as configured
 */
export async function run({ config, read, accepted, log, onInterrupt, lines }: RunOptions): Promise<number> {
  const end = new AbortController();
  const shutdown = (reason: string) => {
    if (!end.signal.aborted) log.info(`the bridge ends (${reason})`);
    end.abort();
  };
  // npm hands on a signal that a whole group of processes gets, so it comes twice; the second must not cut the goodbye short.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => shutdown(signal));
  const reloader = new Reloader({ read, accepted, log });
  process.on('SIGHUP', () => (isAttended() ? shutdown('SIGHUP') : void reloader.reload(BY_SIGNAL).catch(() => {})));
  onInterrupt?.(() => shutdown('Ctrl-C'));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a fault in the bridge; it goes on'));
  // A bridge that has been taken over stands still: nothing else keeps its process from running out.
  const awake = setInterval(() => {}, 2 ** 30);
  for (const note of config.notes) log.info(note);

  const options: TurnsOptions = {
    config,
    reloader,
    log,
    lines,
    clock: systemClock,
    random: Math.random,
    shutdown: () => shutdown('/exit'),
    reload: (by) => reloader.reload(by),
  };
  try {
    await (config.standby ? runInTurns(options, end.signal) : runOnce(options, end.signal));
    return 0;
  } catch (error) {
    const isKnown = error instanceof ConfigError || error instanceof DatabaseFault;
    if (!isKnown) throw error;
    for (const problem of error instanceof ConfigError ? error.problems : [`${error.message}.`]) log.fatal(problem);
    return 1;
  } finally {
    clearInterval(awake);
  }
}

/** Whether the process is somebody's who sits at a terminal: then SIGHUP says that they left. On Windows it says so always. */
function isAttended(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY || process.platform === 'win32';
}

/** What a bridge is made of, again and again. */
interface TurnsOptions extends BridgeOptions {
  /** Who reads the configuration anew; absent where nobody does. */
  readonly reloader?: Reloader;
}

/**
 * Runs a bridge whenever no other instance is active, and stands by at other times, until `signal` is aborted.
 * @param times the usual ones by default
 * @throws {ConfigError} when nothing can work as configured
 */
export async function runInTurns(given: TurnsOptions, signal: AbortSignal, times?: StandbyTimes): Promise<void> {
  const { reloader, clock, log } = given;
  let { config } = given;
  let http: Pick<HttpServer, 'stop'> | undefined;
  try {
    while (!signal.aborted) {
      const options = { ...given, config };
      const renewed = new AbortController();
      reloader?.followedBy(async (next) => {
        config = next;
        renewed.abort();
        return 'This instance stands by, and takes over with the new configuration.';
      });
      http ??= await serveOnStandby(options);
      let lose = (_why: string) => {};
      const lost = new Promise<string>((resolve) => {
        lose = resolve;
      });
      try {
        // A database that does not answer must not hold up the end; what turn() has opened then, it closes.
        const over = AbortSignal.any([signal, renewed.signal]);
        const tenure = await Promise.race([turn({ ...options, times, lost: lose, signal: over }), aborted(signal)]);
        if (tenure === undefined && signal.aborted) return;
        await http?.stop();
        http = undefined;
        if (tenure === undefined || renewed.signal.aborted) {
          await tenure?.store.close();
          continue;
        }
        log.info('It is the turn of this instance: it becomes active.');
        const why = await runOnce({ ...options, tenure, adopted: (next) => (config = next) }, signal, lost);
        if (why !== undefined) log.warn(`${why} This one has stepped back, and stands by.`);
      } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        log.warn(`${error.message}. This instance stands by, and tries again.`);
        await pause(clock, TRY_AGAIN, signal);
      }
    }
  } finally {
    await http?.stop();
  }
}

/** Lets those who look after it ask how an instance is that stands by. Where that can't be, it stands by all the same. */
async function serveOnStandby(options: BridgeOptions): Promise<Pick<HttpServer, 'stop'> | undefined> {
  const { http } = options.config;
  if (!http) return undefined;
  try {
    const operator = standbyOperator(options, STANDS_BY);
    const server = await serve(options, [...standbyRoutes(http), ...(operator?.routes ?? [])]);
    if (server) operator?.start(server.url);
    return {
      async stop() {
        operator?.stop();
        await server?.stop();
      },
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) options.log.warn(`${problem} While this instance stands by, it can't be monitored.`);
    return undefined;
  }
}

/**
 * Runs a bridge until `signal` is aborted or its tenure is lost, and then stops it.
 * @returns why the tenure was lost, if it was
 */
async function runOnce(
  options: TurnsOptions & { readonly adopted?: (config: Config) => void },
  signal: AbortSignal,
  lost?: Promise<string>,
): Promise<string | undefined> {
  const bridge = new Bridge(options);
  options.reloader?.followedBy(async (next, by) => {
    const words = await bridge.reconfigure(next, by);
    options.adopted?.(next);
    return words;
  });
  const ended = aborted(signal);
  let why: string | undefined;
  try {
    why = await Promise.race([bridge.start().then(() => ended), ended, ...(lost ? [lost] : [])]);
    return why;
  } finally {
    await inTime(why === undefined ? bridge.stop() : bridge.leave(), options);
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const end = () => resolve(undefined);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** Waits for a bridge's end, but not for ever. */
async function inTime(stopped: Promise<void>, { clock, log }: BridgeOptions): Promise<void> {
  let cancel = () => {};
  const overtime = new Promise<void>((resolve) => {
    cancel = clock.after(STOP_LIMIT, () => {
      log.warn('the stop took too long and was cut short');
      resolve();
    });
  });
  await Promise.race([stopped, overtime]);
  cancel();
}
