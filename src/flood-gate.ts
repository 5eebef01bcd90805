/** Who says too much at once: users of platforms, players, and whole game servers. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { FloodLimiter, type Verdict } from './flood.ts';
import { Recent } from './recent.ts';

/** What a gate is made of. */
export interface FloodGateOptions {
  /** Messages a minute, as it is now; 0 for no limit. */
  readonly perMinute: () => { readonly user: number; readonly server: number };
  readonly clock: Clock;
  readonly log: Logger;
}

/** What was said longer ago than this, in milliseconds, was missed in an outage and comes all at once: no flood. */
const LATE = 60_000;
/**
 * Game servers don't say when something was said. So long after a connection came back, in milliseconds, what they say may be what was
 * said while it was gone, all at once; it has limits of its own, so many times as high, which nobody reaches who does not flood.
 */
const BACKLOG_TIME = 60_000;
const BACKLOG = 10;
/** How many servers are known to have come back. */
const MAX_BACK = 1_000;

/** The flood limits of a bridge. */
export class FloodGate {
  readonly #users: FloodLimiter;
  readonly #servers: FloodLimiter;
  readonly #backlogUsers: FloodLimiter;
  readonly #backlogServers: FloodLimiter;
  /** When servers came back, and when all did: milliseconds since the epoch. */
  readonly #back = new Recent<string, number>(MAX_BACK);
  #allBack = Number.NEGATIVE_INFINITY;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor({ perMinute, clock, log }: FloodGateOptions) {
    this.#users = new FloodLimiter({ perMinute: () => perMinute().user, clock });
    this.#servers = new FloodLimiter({ perMinute: () => perMinute().server, clock });
    this.#backlogUsers = new FloodLimiter({ perMinute: () => perMinute().user * BACKLOG, clock });
    this.#backlogServers = new FloodLimiter({ perMinute: () => perMinute().server * BACKLOG, clock });
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

  /** The connection of a server to the broker came back, or our own, and with it all servers. */
  cameBack(serverId?: string): void {
    const now = this.#clock.now();
    if (serverId === undefined) this.#allBack = now;
    else this.#back.set(serverId, now);
  }

  /** A player said something. A whole server that floods is told to the operator only. */
  ofPlayer(serverId: string, userId: number, name: string): Verdict {
    const key = `server ${serverId}/${userId}`;
    const back = Math.max(this.#allBack, this.#back.get(serverId) ?? Number.NEGATIVE_INFINITY);
    const isBacklog = this.#clock.now() - back < BACKLOG_TIME;
    const users = isBacklog ? this.#backlogUsers : this.#users;
    const servers = isBacklog ? this.#backlogServers : this.#servers;
    const verdict = users.allow(key);
    if (verdict === 'first-no')
      this.#log.warn({ user: key, name }, `a player says too much at once; it is not carried for a while`);
    if (verdict !== 'yes') return verdict;
    const whole = servers.allow(serverId);
    if (whole === 'first-no') {
      this.#log.warn({ server: serverId }, `server ${serverId} says too much at once; some of it is not carried`);
    }
    return whole === 'yes' ? 'yes' : 'no';
  }
}
