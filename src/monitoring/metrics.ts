/** What is counted, for Prometheus. docs/monitoring.md says what each figure means. */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Event } from '../event.ts';
import type { Meter, Outcome } from '../outbox/meter.ts';
import { Gauges } from './gauges.ts';
import type { StatusReport } from './status-report.ts';

/** From a game on the same machine to a room that was down for a day, in seconds. */
const LATENCIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

/** What was counted since the start, over all sources and destinations. */
export interface Totals {
  /** Messages that were taken. */
  readonly messages: number;
  /** Deliveries that were given up. */
  readonly lost: number;
  /** How many deliveries were shown within so many seconds, for each bound of the histogram; the last bound is infinite. */
  readonly latencies: readonly (readonly [seconds: number, count: number])[];
}

/**
 * The metrics of one bridge. Labels are ids of adapters, of configured or added rooms, and of virtual servers: what peers choose is
 * never one, so that nobody can fill the memory with them. Those of a room that is removed go with it.
 */
export class Metrics implements Meter {
  readonly #registry = new Registry();
  readonly #gauges = new Gauges(this.#registry);
  readonly #events = this.#counter('crosschat_events_total', 'What was taken to be carried', ['source', 'kind']);
  readonly #deliveries = this.#counter('crosschat_deliveries_total', 'Deliveries that ended, and how', [
    'source',
    'destination',
    'outcome',
  ]);
  readonly #failures = this.#counter('crosschat_delivery_failures_total', 'Attempts that failed and are made again', [
    'destination',
  ]);
  readonly #waits = this.#counter('crosschat_rate_limit_waits_total', 'How often a platform asked to wait', ['destination']);
  readonly #waited = this.#counter('crosschat_rate_limit_wait_seconds_total', 'For how long platforms asked to wait', [
    'destination',
  ]);
  readonly #rejected = this.#counter('crosschat_packets_rejected_total', 'Packets of game servers that were thrown away', [
    'server',
    'kind',
  ]);
  readonly #latency = new Histogram({
    name: 'crosschat_delivery_seconds',
    help: 'From taken to shown, by the kind of destination: an adapter, or the network',
    labelNames: ['to'],
    buckets: LATENCIES,
    registers: [this.#registry],
  });

  taken(event: Event): void {
    this.#events.inc({ source: sourceOf(event), kind: event.kind });
  }

  ended(destination: string, event: Event, outcome: Outcome, ms: number): void {
    this.#deliveries.inc({ source: sourceOf(event), destination, outcome });
    if (outcome === 'shown') this.#latency.observe({ to: kindOf(destination) }, ms / 1_000);
  }

  failed(destination: string, askedWait: number | undefined): void {
    this.#failures.inc({ destination });
    if (askedWait === undefined) return;
    this.#waits.inc({ destination });
    this.#waited.inc({ destination }, askedWait / 1_000);
  }

  removed(destination: string): void {
    for (const metric of [this.#deliveries, this.#failures, this.#waits, this.#waited]) void forget(metric, destination);
  }

  /** A virtual server threw away a packet. */
  rejected(server: string, kind: string): void {
    this.#rejected.inc({ server, kind });
  }

  /** All of it in Prometheus' text format, with how things stand now. */
  async text(report: StatusReport, now: number): Promise<string> {
    this.#gauges.show(report, now);
    return `${await this.#registry.metrics()}${await processMetrics().metrics()}`;
  }

  /** What was counted so far, in sums. */
  async totals(): Promise<Totals> {
    const [events, deliveries, latency] = await Promise.all([this.#events.get(), this.#deliveries.get(), this.#latency.get()]);
    const counts = new Map([...LATENCIES, Number.POSITIVE_INFINITY].map((bound) => [bound, 0]));
    for (const { labels, value } of latency.values) {
      const bound = Number(String((labels as { readonly le?: unknown }).le).replace('+Inf', 'Infinity'));
      if (counts.has(bound)) counts.set(bound, (counts.get(bound) ?? 0) + value);
    }
    return {
      messages: sum(events.values.filter(({ labels }) => labels.kind === 'message')),
      lost: sum(deliveries.values.filter(({ labels }) => labels.outcome === 'dead' || labels.outcome === 'expired')),
      latencies: [...counts],
    };
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }
}

let ofProcess: Registry | undefined;

/** The figures of the process: once, since what they are measured with lasts as long as it does, and bridges come and go. */
function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** The adapter that an event came through; `network` for what was said in a game. */
function sourceOf(event: Event): string {
  if ('adapter' in event) return event.adapter;
  if (event.kind === 'whisper') return event.from.kind === 'user' ? event.from.adapter : 'network';
  return event.place.kind === 'room' ? event.place.adapter : 'network';
}

/** The adapter that serves a destination, or `network`. */
function kindOf(destination: string): string {
  const [kind = '', adapter = ''] = destination.split('/', 2);
  return kind === 'room' ? adapter : kind;
}

function sum(values: readonly { readonly value: number }[]): number {
  return values.reduce((total, { value }) => total + value, 0);
}

async function forget(metric: Counter, destination: string): Promise<void> {
  for (const { labels } of (await metric.get()).values) if (labels['destination'] === destination) metric.remove(labels);
}
