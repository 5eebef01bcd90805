/** How things stand, as metrics: what is gone by the next look is gone from them. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { StatusReport } from './status-report.ts';

/** The gauges of one bridge. */
export class Gauges {
  readonly #registry: Registry;
  readonly #ready;
  readonly #up;
  readonly #made;
  readonly #waiting;
  readonly #oldest;
  readonly #state;
  readonly #servers;
  readonly #players;
  readonly #speakers;
  readonly #deadLetters;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#ready = this.#gauge('crosschat_ready', 'Whether the bridge is active and every connection stands');
    this.#up = this.#gauge('crosschat_connection_up', 'Whether a connection stands', ['connection']);
    this.#made = new Counter({
      name: 'crosschat_connections_made_total',
      help: 'How often a connection was made; all but the first are reconnects',
      labelNames: ['connection'],
      registers: [registry],
    });
    this.#waiting = this.#gauge('crosschat_queue_deliveries', 'Deliveries that wait', ['destination']);
    this.#oldest = this.#gauge('crosschat_queue_oldest_seconds', 'How long the oldest delivery has waited', ['destination']);
    this.#state = this.#gauge('crosschat_destination_up', 'Whether a room, or the network, takes messages', ['destination']);
    this.#servers = this.#gauge('crosschat_servers', 'Other servers on the network that are online');
    this.#players = this.#gauge('crosschat_players', 'Users on the other servers');
    this.#speakers = this.#gauge('crosschat_speakers', 'Platform users whom the network can see');
    this.#deadLetters = this.#gauge('crosschat_dead_letters', 'Deliveries that were given up and wait for the operator');
  }

  /** Lets them show what a report says. @param now in milliseconds since the epoch */
  show({ ready, connections, queues, network, deadLetters }: StatusReport, now: number): void {
    for (const metric of [this.#up, this.#made, this.#waiting, this.#oldest, this.#state]) metric.reset();
    this.#ready.set(Number(ready));
    for (const { name: connection, fault, made } of connections) {
      this.#up.set({ connection }, Number(fault === undefined));
      if (made !== undefined) this.#made.inc({ connection }, made);
    }
    for (const [destination, { state, waiting, oldest }] of Object.entries(queues)) {
      this.#waiting.set({ destination }, waiting);
      this.#oldest.set({ destination }, waiting > 0 && oldest !== undefined ? Math.max(0, now - oldest) / 1_000 : 0);
      this.#state.set({ destination }, Number(state !== 'down'));
    }
    this.#servers.set(Object.keys(network.servers).length);
    this.#players.set(network.players);
    this.#speakers.set(network.speakers);
    if (deadLetters !== null) this.#deadLetters.set(deadLetters);
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}
