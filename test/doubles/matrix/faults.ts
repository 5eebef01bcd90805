/** What goes wrong on purpose, and limits on how fast clients may be. */
import type { Clock } from '../../../src/clock.ts';
import { limitExceeded, MatrixError } from './error.ts';

/** How a request fails. */
export type Failure =
  /** It is refused without being looked at. A `retryAfter` is in milliseconds. */
  | { readonly how: 'answer'; readonly status: number; readonly errcode: string; readonly retryAfter?: number }
  /** A proxy before the homeserver refuses it, in HTML. A `retryAfter` is what its header says. */
  | { readonly how: 'page'; readonly status: number; readonly retryAfter?: string }
  /** It is never answered, and nothing is done. */
  | { readonly how: 'hang' }
  /** The connection is reset, and nothing is done. */
  | { readonly how: 'drop' }
  /** It is done, but the answer never comes. */
  | { readonly how: 'hang after' }
  /** It is done, but the connection is reset before the answer. */
  | { readonly how: 'drop after' };

export type Fault = Failure & {
  /** Any method by default. */
  readonly method?: string;
  /** Tried on the path, without the query, as it was sent: ids in it are percent-encoded. */
  readonly path: RegExp;
  /** How many requests fail: one by default. */
  readonly times?: number;
};

/** The faults that are still to happen, in the order in which they were asked for. */
export class Faults {
  readonly #waiting: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  /** The failure that befalls this request, if any. */
  take(method: string, path: string): Failure | undefined {
    const index = this.#waiting.findIndex(({ fault }) => (fault.method ?? method) === method && fault.path.test(path));
    const found = this.#waiting[index];
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#waiting.splice(index, 1);
    return found.fault;
  }
}

/** The refusal of a request that fails with an answer. */
export function refusal({ status, errcode, retryAfter }: Failure & { readonly how: 'answer' }): MatrixError {
  if (retryAfter === undefined) return new MatrixError(status, errcode, 'Asked for by the test');
  const { headers } = limitExceeded(retryAfter);
  return new MatrixError(status, errcode, 'Asked for by the test', { headers, extra: { retry_after_ms: retryAfter } });
}

export interface Rate {
  readonly perSecond: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
}

/** What each user may do per second, as a leaky bucket. Off until a rate is set. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #isExempt: (user: string) => boolean;
  #rate: Rate | undefined;
  readonly #used = new Map<string, { readonly amount: number; readonly at: number }>();

  /** @param isExempt whether somebody may do as much as they want */
  constructor(clock: Clock, isExempt: (user: string) => boolean) {
    this.#clock = clock;
    this.#isExempt = isExempt;
  }

  set(rate: Rate | undefined): void {
    this.#rate = rate;
    this.#used.clear();
  }

  /** @throws {MatrixError} 429 M_LIMIT_EXCEEDED, which counts as nothing done */
  spend(user: string): void {
    if (!this.#rate || this.#isExempt(user)) return;
    const { perSecond, burst } = this.#rate;
    const now = this.#clock.now();
    const before = this.#used.get(user);
    const amount = before ? Math.max(0, before.amount - ((now - before.at) * perSecond) / 1000) : 0;
    if (amount + 1 > burst) throw limitExceeded(Math.max(1, Math.ceil(((amount + 1 - burst) * 1000) / perSecond)));
    this.#used.set(user, { amount: amount + 1, at: now });
  }
}
