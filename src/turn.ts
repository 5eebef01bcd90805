/** Stands by until this instance may become active: when nobody else is, under its server id. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';
import { type CrossChatOptions, type Status, watchStatus } from './crosschat/index.ts';
import { type StandbyTimes, standbyTimes, type Tenure } from './lease.ts';
import { DatabaseFault } from './store/database.ts';
import { pause } from './store/pause.ts';
import { openStore, type Store, StoreError } from './store/store.ts';
import { supersede } from './store/supersede.ts';
import { virtualServerOptions } from './virtual-server-options.ts';

/** What is needed to stand by. */
export interface TurnOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** To be called when the instance can't be active any longer. @param why a sentence for the operator */
  readonly lost: (why: string) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Those of the configuration's keepalive by default. */
  readonly times?: StandbyTimes | undefined;
}

/** How often a database that can't be reached is tried again, in milliseconds. */
const TRY_AGAIN = 5_000;

/**
 * Waits for our turn. With a store that another instance has, that is until it lets go of it; then, in any case, until the network
 * says that nobody else is active.
 * @returns undefined when the wait was ended before
 * @throws {ConfigError} when this instance could never be active
 * @throws {DatabaseFault} when the store can't be read
 */
export async function turn(options: TurnOptions): Promise<Tenure | undefined> {
  const { config, lost } = options;
  const [lead] = virtualServerOptions(config, config.mqtt);
  if (lead === undefined) throw new ConfigError(['There is nothing to do: no adapter is configured.']);
  const store = await storeInTurn(options);
  if (store === undefined) return undefined;
  try {
    const times = options.times ?? standbyTimes(config.mqtt.keepalive);
    const outcome = await placeInTurn({ ...options, times, lead, store });
    if (outcome === undefined) await store.close();
    const locked = config.databaseUrl !== undefined;
    return outcome && { store, times, contested: outcome === 'free' && !locked, locked, lost };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens the store as soon as no other instance has it. */
async function storeInTurn({ config, clock, random, log, lost, signal }: TurnOptions): Promise<Store | undefined> {
  const onLost = () => lost('Another instance has taken over the database.');
  const options = { ...config, clock, random, log, onLost };
  const tell = onceEach((sentence) => log.warn(sentence));
  for (let taken = false; !signal.aborted; ) {
    try {
      return await openStore({ ...options, ...(taken && { wait: signal }) });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      taken = error.cause === undefined;
      if (taken) tell('Another instance uses the database. This one stands by, and takes over when that is gone.');
      else if (error.cause instanceof DatabaseFault) {
        tell(`${error.message} This instance stands by, and tries again.`);
        await pause(clock, TRY_AGAIN, signal);
      } else throw new ConfigError([error.message]);
    }
  }
  return undefined;
}

/** What the status of our server id means for us. */
type Outlook =
  /** It was this instance, or one with the same store, that was active last, and nobody else can be. */
  | { readonly kind: 'ours' }
  | { readonly kind: 'taken' }
  /** Nobody is active, as soon as it has stayed so for `wait` milliseconds. */
  | { readonly kind: 'free'; readonly wait: number };

/**
 * @param status as {@link StatusListener} tells it
 * @param version of MQTT
 * @param own the name by which we were announced last
 */
function outlook(status: Status | undefined, version: 5 | 4, own: string | undefined, times: StandbyTimes): Outlook {
  const { silence, longSilence, stop } = times;
  // The broker never knew of anybody, or has forgotten them: somebody may be about to come back.
  if (status === undefined) return { kind: 'free', wait: stop + (version === 5 ? longSilence : silence) };
  const isOurs = status.instance !== undefined && status.instance === own;
  if (status.started > 0) return { kind: isOurs ? 'ours' : 'taken' };
  // Who said goodbye had stopped before; and we are not active ourselves.
  if (status.instance === undefined || isOurs) return { kind: 'free', wait: 0 };
  return { kind: 'free', wait: stop + silence };
}

interface PlaceOptions extends Omit<TurnOptions, 'lost'> {
  readonly times: StandbyTimes;
  readonly lead: CrossChatOptions;
  readonly store: Store;
}

/** Waits until nobody else is active. @returns undefined when the wait was ended before */
async function placeInTurn(options: PlaceOptions): Promise<'ours' | 'free' | undefined> {
  const { config, clock, random, log, signal, times, lead, store } = options;
  const own = await lastInstance(store, lead.serverId);
  const tell = onceEach((sentence) => log.info(sentence));
  const over = new AbortController();
  let superseded: Promise<void> | undefined;
  let cancel = () => {};
  let outcome: 'ours' | 'free' | undefined;
  const take = (how: 'ours' | 'free') => {
    outcome = how;
    over.abort();
  };
  const seen = (status: Status | undefined, version: 5 | 4) => {
    cancel();
    const other = status?.instance ?? status?.left ?? (status?.started ? 'unknown' : own);
    if (other !== own) superseded ??= supersede(store.writer);
    const sight = outlook(status, version, own, times);
    if (sight.kind === 'ours') return take('ours');
    if (sight.kind === 'taken')
      return tell(`Another instance is active as ${lead.serverId}. This one stands by, and takes over when that is gone.`);
    // Whoever has the database is the only one.
    const wait = config.databaseUrl === undefined ? sight.wait : 0;
    if (wait > 0)
      tell(
        `No instance is active as ${lead.serverId}, as it seems. This one takes over in ${Math.ceil(wait / 1000)} s, unless one comes back.`,
      );
    cancel = clock.after(wait + random() * times.scatter, () => take('free'));
  };
  const blind = (why: string) => {
    cancel();
    tell(`${why} This instance stands by, and tries again.`);
  };
  const stop = () => over.abort();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  await watchStatus({ ...lead, clock, random }, { seen, blind }, over.signal);
  signal.removeEventListener('abort', stop);
  cancel();
  await superseded;
  return signal.aborted ? undefined : outcome;
}

/** By which name an instance with this store was announced last. */
async function lastInstance({ database }: Store, serverId: string): Promise<string | undefined> {
  const [row] = await database.all<{ instance: string }>('SELECT instance FROM session WHERE server = ?', serverId);
  return row?.instance || undefined;
}

/** Passes on what differs from what was told last. */
function onceEach(tell: (sentence: string) => void): (sentence: string) => void {
  let last = '';
  return (sentence) => {
    if (sentence !== last) tell(sentence);
    last = sentence;
  };
}
