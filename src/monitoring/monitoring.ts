/** The monitoring of one bridge: what it counts, and what it tells of itself by HTTP. */

import { roomId } from '../channels.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Control } from '../control.ts';
import { connections, health, type Parts } from '../health.ts';
import type { Route } from '../http/route.ts';
import type { Meter } from '../outbox/meter.ts';
import { newestDeadLetters } from '../store/dead-letters.ts';
import type { VirtualServer } from '../virtual-server.ts';
import { accessTo } from './access.ts';
import { Metrics, type Totals } from './metrics.ts';
import { monitoringRoutes } from './routes.ts';
import { idleReport, type StatusReport } from './status-report.ts';

/** A database that takes longer to write, in milliseconds, without saying why not, will not come back by itself. */
const STUCK = 60_000;
/** So long is waited for the database to answer, in milliseconds. */
const PATIENCE = 2_000;

/** What is monitored. */
export interface MonitoringOptions {
  readonly http: NonNullable<Config['http']>;
  /** The parts of the bridge as they are now. */
  readonly parts: () => Parts & { readonly control: Control | undefined };
  readonly clock: Clock;
}

/** Watches one bridge. */
export class Monitoring {
  readonly #options: MonitoringOptions;
  readonly #metrics = new Metrics();
  /** How often each virtual server came on the network. */
  readonly #connected = new Map<VirtualServer, number>();

  constructor(options: MonitoringOptions) {
    this.#options = options;
  }

  get meter(): Meter {
    return this.#metrics;
  }

  get routes(): Route[] {
    const { http, clock } = this.#options;
    return monitoringRoutes({
      access: accessTo(http),
      stuck: () => this.#stuck(),
      report: () => this.#report(),
      metrics: async () => this.#metrics.text(await this.#report(), clock.now()),
    });
  }

  /** What was counted so far. */
  totals(): Promise<Totals> {
    return this.#metrics.totals();
  }

  /** Counts what happens to a virtual server. */
  watch(server: VirtualServer): void {
    const { chat } = server;
    this.#connected.set(server, 0);
    chat.on('ready', () => this.#connected.set(server, (this.#connected.get(server) ?? 0) + 1));
    chat.on('rejected', ({ kind }) => this.#metrics.rejected(chat.state.ownId, kind));
  }

  /** While the database says why it does not write, the bridge goes on in memory: a restart would lose that. */
  #stuck(): string | undefined {
    const { parts, clock } = this.#options;
    const since = parts().store?.writer.busySince;
    return since === undefined || clock.now() - since < STUCK
      ? undefined
      : `The database has not finished writing since ${new Date(since).toISOString()}.`;
  }

  async #report(): Promise<StatusReport> {
    const parts = this.#options.parts();
    const { servers, outbox, control, standstill } = parts;
    if (standstill !== undefined) return idleReport('standstill', standstill);
    const deadLetters = await this.#deadLetters();
    const all = connections(parts).map((connection) => ({ ...connection, made: this.made(connection.name) }));
    const reasons = all.flatMap(({ fault }) => fault ?? []);
    const online = servers.flatMap(({ chat }) => chat.state.online());
    const players = Object.fromEntries(online.map(({ id, users }) => [id, users.size]));
    return {
      ready: reasons.length === 0,
      reasons,
      warnings: health(parts).filter((sentence) => !reasons.includes(sentence)),
      role: 'active',
      connections: all,
      queues: Object.fromEntries(outbox?.reports() ?? []),
      channels: (control?.channels() ?? []).map(({ name, paused, servers: of, rooms }) => ({
        name,
        paused,
        servers: of,
        rooms: rooms.map(roomId),
      })),
      network: {
        servers: players,
        players: Object.values(players).reduce((sum, count) => sum + count, 0),
        speakers: servers.reduce((sum, { chat }) => sum + chat.state.me().users.size, 0),
      },
      deadLetters,
    };
  }

  /** How often a connection was made since the start, where that is known. @param connection its name in {@link connections} */
  made(connection: string): number | undefined {
    const { servers, members } = this.#options.parts();
    const server = servers.find(({ chat }) => connection === `mqtt/${chat.state.ownId}`);
    if (server) return this.#connected.get(server);
    return members.find(({ id }) => connection === `adapter/${id}`)?.adapter.connection?.made;
  }

  /** Null when the database does not answer. */
  async #deadLetters(): Promise<number | null> {
    const { parts, clock } = this.#options;
    const { store } = parts();
    if (!store) return null;
    let cancel = () => {};
    const late = new Promise<null>((resolve) => {
      cancel = clock.after(PATIENCE, () => resolve(null));
    });
    const counted = newestDeadLetters(store.database, 0).then(
      ({ total }) => total,
      () => null,
    );
    const count = await Promise.race([counted, late]);
    cancel();
    return count;
  }
}
