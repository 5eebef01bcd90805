/** How long an instance may act in its place on the network, where another one waits for that place. */
import type { Clock } from './clock.ts';
import type { CrossChat } from './crosschat/index.ts';
import type { Store } from './store/store.ts';

/**
 * The times by which two instances of one server id are never active at once, in milliseconds. Each counts by its own clock; that
 * clocks agree is not needed.
 */
export interface StandbyTimes {
  /** Without a sign from a broker that says at once that we are gone, we step back after so long. */
  readonly silence: number;
  /** The same where the broker first waits (Will Delay): it has to be shorter than that wait. */
  readonly longSilence: number;
  /** From when an instance has to step back until it surely has. */
  readonly stop: number;
  /** So long an instance holds its place before it acts, when others may have wanted it at the same time. */
  readonly settle: number;
  /** Of several that wait, each begins within this time, so that seldom two do at once. */
  readonly scatter: number;
}

/** The times for a connection with this keepalive, in seconds. */
export function standbyTimes(keepalive = 4): StandbyTimes {
  // A connection that works brings something at least that often, and mqtt.js gives one up after 1.5 times the keepalive.
  const silence = 2_500 * keepalive;
  return { silence, longSilence: Math.max(silence, 45_000), stop: 8_000, settle: 4_000, scatter: 1_000 };
}

/** Under what conditions a bridge is active. */
export interface Tenure {
  /** What it keeps things in; the bridge closes it. */
  readonly store: Store;
  readonly times: StandbyTimes;
  /** Whether another instance may have tried to become active at the same time. */
  readonly contested: boolean;
  /** Whether only one that has the store can be active anyway. */
  readonly locked: boolean;
  /** To be called when it can't be active any longer. @param why a sentence for the operator */
  readonly lost: (why: string) => void;
}

/** How often a lease is looked at in the shortest time after which it is lost. */
const LOOKS = 10;

/** The right of a bridge to be active. It is lost when the broker, and with it everybody else, may have given it to another one. */
export class Lease {
  readonly #chat: CrossChat;
  readonly #clock: Clock;
  readonly #tenure: Tenure;
  #heardAt: number;
  /** How many milliseconds ago that is at most, by the looks. */
  #silence = 0;
  #cancel = () => {};

  /** @param chat the virtual server whose place it is */
  constructor(chat: CrossChat, tenure: Tenure, clock: Clock) {
    this.#chat = chat;
    this.#clock = clock;
    this.#tenure = tenure;
    this.#heardAt = clock.now();
    if (!tenure.locked) this.#look();
  }

  /** Resolves when the bridge may act. Rejects when `signal` is aborted, or the virtual server stopped, before. */
  async settled(signal: AbortSignal): Promise<void> {
    const { contested, times } = this.#tenure;
    while (contested) {
      await this.#chat.whenReady(signal);
      if (await this.#staysReady(times.settle, signal)) return;
      signal.throwIfAborted();
    }
  }

  /** Watches no longer. */
  end(): void {
    this.#cancel();
  }

  #look(): void {
    const { times, lost } = this.#tenure;
    const { heardAt, willDelay } = this.#chat;
    const step = times.silence / LOOKS;
    const isNews = heardAt > 0 && heardAt !== this.#heardAt;
    if (isNews) this.#heardAt = heardAt;
    // A sign may have come right after the look before.
    this.#silence = isNews ? step : this.#silence + step;
    const limit = willDelay > times.longSilence ? times.longSilence : times.silence;
    // By the looks as well, since a clock may be set back; and by the clock, since a process may be stopped for a while.
    if (Math.max(this.#clock.now() - this.#heardAt, this.#silence) < limit) {
      this.#cancel = this.#clock.after(step, () => this.#look());
      return;
    }
    lost(`The MQTT broker has not been heard for ${Math.round(limit / 1000)} s, so another instance may take over.`);
  }

  #staysReady(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (stayed: boolean) => {
        cancel();
        this.#chat.off('down', broke);
        signal.removeEventListener('abort', broke);
        resolve(stayed);
      };
      const broke = () => done(false);
      const cancel = this.#clock.after(ms, () => done(true));
      this.#chat.on('down', broke);
      signal.addEventListener('abort', broke);
    });
  }
}
