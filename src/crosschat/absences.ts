import type { Clock } from './clock.ts';

/** Milliseconds that a server has to come back. */
const RETURN_TIME = 10_000;

/**
 * Servers that went a moment ago, and may be back in another: a broker that is restarted cuts off everybody, and a game server that
 * changes its map is gone for seconds. Their time stands still while we are not connected ourselves.
 */
export class Absences {
  readonly #clock: Clock;
  readonly #over: (server: string) => void;
  /** By server: ends the wait for it. */
  readonly #awaited = new Map<string, () => void>();
  #counting = false;

  /** @param over called with each server whose time is over */
  constructor(clock: Clock, over: (server: string) => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** Whether a server is waited for. */
  has(server: string): boolean {
    return this.#awaited.has(server);
  }

  /** A server went. */
  left(server: string): void {
    this.#awaited.get(server)?.();
    this.#awaited.set(server, this.#counting ? this.#clock.after(RETURN_TIME, () => this.#end(server)) : () => {});
  }

  /** A server is there. */
  back(server: string): void {
    this.#awaited.get(server)?.();
    this.#awaited.delete(server);
  }

  /** We are not connected any more, and can't see these, who were there. */
  disconnected(servers: Iterable<string>): void {
    this.#counting = false;
    for (const server of [...this.#awaited.keys(), ...servers]) this.left(server);
  }

  /** We see again who is there. From now on the time counts, for these as well. */
  connected(servers: Iterable<string>): void {
    this.#counting = true;
    for (const server of [...this.#awaited.keys(), ...servers]) this.left(server);
  }

  #end(server: string): void {
    this.#awaited.delete(server);
    this.#over(server);
  }
}
