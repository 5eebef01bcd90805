/** Servers tell who is there a moment after they or we came: until then, nobody is taken for gone. */
import type { Clock } from '../clock.ts';
import type { PlayerParty } from '../event.ts';
import { Recent } from '../recent.ts';
import type { VirtualServer } from '../virtual-server.ts';
import { whereIs } from './parties.ts';

/** So long a server may take to tell who is there, and so long from the first one on, in milliseconds. */
const SETTLING_TIME = 8_000;
const BURST_TIME = 1_000;
const LOOK_TIME = 200;
/** How many servers are watched. */
const MAX_SERVERS = 1_000;

/** Finds out whether players are there, also while it is still being told who is. */
export class Settling {
  readonly #clock: Clock;
  /** When each of our servers connected, in milliseconds since the epoch. */
  readonly #connectedAt = new Map<string, number>();
  /** When it is known who is on a server, as one of ours sees it. */
  readonly #settledAt = new Recent<string, number>(MAX_SERVERS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Watches who comes. */
  listen({ chat }: VirtualServer): void {
    const { ownId } = chat.state;
    chat.on('ready', () => this.#connectedAt.set(ownId, this.#clock.now()));
    chat.on('server', ({ server, change }) => {
      if (change !== 'offline') this.#settledAt.set(`${ownId}/${server.id}`, this.#clock.now() + SETTLING_TIME);
    });
    chat.on('user', ({ user: { server }, change }) => {
      const key = `${ownId}/${server.id}`;
      const soon = this.#clock.now() + BURST_TIME;
      if (change === 'add' && (this.#settledAt.get(key) ?? Number.POSITIVE_INFINITY) > soon) this.#settledAt.set(key, soon);
    });
  }

  /** Resolves when a player is there, or it is known who is. Rejects when the signal says so. */
  async wait(player: PlayerParty, { chat }: VirtualServer, signal: AbortSignal): Promise<void> {
    const { ownId } = chat.state;
    // A server that restarts over and over must not hold up those who wait behind.
    const end = this.#clock.now() + SETTLING_TIME;
    for (;;) {
      const connected = (this.#connectedAt.get(ownId) ?? 0) + SETTLING_TIME;
      const settled = this.#settledAt.get(`${ownId}/${player.server}`) ?? connected;
      if (whereIs(player, chat.state) !== undefined || this.#clock.now() >= Math.min(settled, end)) return;
      await new Promise<void>((resolve) => this.#clock.after(LOOK_TIME, resolve));
      signal.throwIfAborted();
    }
  }
}
