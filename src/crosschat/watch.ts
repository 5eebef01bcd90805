import { randomUUID } from 'node:crypto';
import { backoff } from './backoff.ts';
import { lapse, systemClock } from './clock.ts';
import type { Version } from './connection.ts';
import { explain } from './explain.ts';
import { guest, inEitherVersion } from './guest.ts';
import { type CrossChatOptions, checkedUrls } from './options.ts';
import { parseStatus, type Status } from './payloads.ts';

/** Milliseconds after the subscription in which a retained status comes, if there is one: nothing tells that there is none. */
const QUIET = 500;

/** Who hears of a status. */
export interface StatusListener {
  /**
   * The status as it stands on the broker now; undefined when there is none.
   * @param version the version of MQTT that the broker speaks with us: 5, or 3.1.1, which is called 4
   */
  seen(status: Status | undefined, version: 5 | 4): void;
  /** From now on the status isn't known. @param why a sentence for the operator */
  blind(why: string): void;
}

/**
 * Watches the status of the server id in the options from beside, under a client id of its own, until `signal` is aborted. It keeps
 * trying while the broker can't be reached. Rejects with a {@link CrossChatConfigError} when the options can't work.
 */
export async function watchStatus(options: CrossChatOptions, listener: StatusListener, signal: AbortSignal): Promise<void> {
  const { clock = systemClock, random = Math.random } = options;
  const urls = checkedUrls(options);
  for (let turn = 0, attempt = 0; !signal.aborted; turn += 1) {
    const url = urls[turn % urls.length];
    if (url === undefined) return;
    try {
      await inEitherVersion(options, async (version) => {
        await watchAddress({ options, url, version, listener, signal }, () => {
          attempt = 0;
        });
      });
    } catch (error) {
      if (!signal.aborted) listener.blind(explain(url.host, error));
    }
    attempt += 1;
    await Promise.race([lapse(clock, backoff(attempt, random)), aborted(signal)]);
  }
}

interface Watch {
  readonly options: CrossChatOptions;
  readonly url: URL;
  readonly version: Version;
  readonly listener: StatusListener;
  readonly signal: AbortSignal;
}

/** One connection, to its end. Rejects with the reason of that, unless it was `signal`. */
async function watchAddress({ options, url, version, listener, signal }: Watch, reached: () => void): Promise<void> {
  const { serverId, topicPrefix = 'crosschat/', clock = systemClock } = options;
  const topic = `${topicPrefix}state/${serverId}/status`;
  let heard = false;
  const receive = (from: string, payload: string | Uint8Array): void => {
    const status = parseStatus(Buffer.from(payload).toString());
    if (from !== topic || !status.ok || signal.aborted) return;
    heard = true;
    listener.seen(status.value, version);
  };
  const clientId = `${serverId}-standby-${randomUUID().slice(0, 8)}`;
  const { connection } = guest({ options, url, version, clientId, receive });
  const cut = () => connection.abort();
  signal.addEventListener('abort', cut);
  try {
    if (signal.aborted) return;
    await connection.opened();
    await connection.subscribe([topic]);
    reached();
    await connection.whileOpen(lapse(clock, QUIET));
    if (!heard) listener.seen(undefined, version);
    await connection.whileOpen(aborted(signal));
  } finally {
    signal.removeEventListener('abort', cut);
    connection.abort();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
