/** Who says too much at once: users of platforms, players, and whole game servers. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { FloodLimiter, type Verdict } from './flood.ts';

/** What a gate is made of. */
export interface FloodGateOptions {
  /** Messages a minute; 0 for no limit. */
  readonly perMinute: { readonly user: number; readonly server: number };
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was said longer ago than this, in milliseconds, was missed in an outage and comes all at once: no flood. */
const LATE = 60_000;

/** The flood limits of a bridge. */
export class FloodGate {
  readonly #users: FloodLimiter;
  readonly #servers: FloodLimiter;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor({ perMinute, clock, log }: FloodGateOptions) {
    this.#users = new FloodLimiter({ perMinute: perMinute.user, clock });
    this.#servers = new FloodLimiter({ perMinute: perMinute.server, clock });
    this.#clock = clock;
    this.#log = log;
  }

  /** A platform's user said something at a time. */
  ofUser(key: string, name: string, at: number): Verdict {
    if (this.#clock.now() - at > LATE) return 'yes';
    const verdict = this.#users.allow(key);
    if (verdict === 'first-no')
      this.#log.warn({ user: key, name }, `${name} says too much at once; it is not carried for a while`);
    return verdict;
  }

  /** A player said something. A whole server that floods is told to the operator only. */
  ofPlayer(serverId: string, userId: number, name: string): Verdict {
    const key = `server ${serverId}/${userId}`;
    const verdict = this.#users.allow(key);
    if (verdict === 'first-no')
      this.#log.warn({ user: key, name }, `a player says too much at once; it is not carried for a while`);
    if (verdict !== 'yes') return verdict;
    const whole = this.#servers.allow(serverId);
    if (whole === 'first-no') {
      this.#log.warn({ server: serverId }, `server ${serverId} says too much at once; some of it is not carried`);
    }
    return whole === 'yes' ? 'yes' : 'no';
  }
}
