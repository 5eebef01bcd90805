/** One try to deliver, kept step by step, so that the next one knows what came of it, even after a crash. */

import { DeliveryError } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Statement } from '../store/database.ts';
import { deliveries as statements } from '../store/deliveries.ts';
import type { Writer } from '../store/writer.ts';
import { type Batch, revisionsOf } from './batch.ts';
import { type Delivery, isBegun, sentAs } from './delivery.ts';
import type { KeptAttempt } from './destination.ts';
import type { History } from './history.ts';

/** What an attempt is made of. */
export interface AttemptOptions {
  readonly destination: string;
  readonly batch: Batch;
  readonly signal: AbortSignal;
  readonly writer: Writer;
  readonly history: History;
  readonly clock: Clock;
}

/** An attempt to show deliveries as one. What it is told after its end is ignored: another attempt may be under way. */
export class DeliveryAttempt implements KeptAttempt {
  readonly signal: AbortSignal;
  readonly #options: AttemptOptions;
  readonly #first: Delivery;
  #ended = false;
  #completed = false;
  #overtaken = false;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.signal = options.signal;
    this.#first = options.batch.deliveries[0];
  }

  get shown(): readonly string[] {
    return this.#first.shown;
  }

  get doubtful(): boolean {
    return this.#first.begunAt !== undefined;
  }

  get begunAt(): number | undefined {
    return this.#first.begunAt;
  }

  /** Whether it ended since what it was to show reads otherwise by now, or was taken back. */
  get overtaken(): boolean {
    return this.#overtaken;
  }

  /** Whether {@link complete} was called. */
  get completed(): boolean {
    return this.#completed;
  }

  isKnown(nativeId: string): Promise<boolean> {
    const { history, destination } = this.#options;
    return history.isNative(destination, nativeId);
  }

  assertCurrent(): void {
    const { batch } = this.#options;
    const { withdrawn, revision } = this.#first;
    if (isBegun(this.#first) || (!withdrawn && revision === batch.revision)) return;
    this.#overtaken = true;
    throw new DeliveryError('it was edited or taken back meanwhile', { passing: true });
  }

  async begin(): Promise<void> {
    this.#throwIfOver();
    if (this.doubtful) return;
    this.assertCurrent();
    const { clock, writer } = this.#options;
    this.#first.begunAt = clock.now();
    await writer.addUnlessFaulty(this.#begun());
    this.#throwIfOver();
  }

  failed(): void {
    if (!this.doubtful || this.#ended) return;
    this.#first.begunAt = undefined;
    void this.#options.writer.add(this.#begun());
  }

  done(nativeId: string): void {
    if (this.#ended) return;
    const { destination, batch, writer, history, clock } = this.#options;
    const { deliveries, revision } = batch;
    const part = this.#first.shown.length;
    const at = clock.now();
    const wasDoubtful = this.doubtful;
    this.#first.shown.push(nativeId);
    this.#first.begunAt = undefined;
    this.#first.revision = revision;
    history.note(
      destination,
      deliveries.map(({ event }) => event),
      this.#first.shown,
    );
    void writer.add(
      ...deliveries.map(({ seq }) => statements.shown(destination, seq, part, { nativeId, events: deliveries.length, at })),
      ...(wasDoubtful || revision !== undefined ? [this.#begun()] : []),
    );
  }

  complete(): void {
    if (this.#completed || this.#ended) return;
    this.#completed = true;
    const { destination, batch, writer } = this.#options;
    void writer.add(
      ...batch.deliveries.map(({ seq }) => statements.arrived(destination, seq)),
      ...revisionsOf(batch).map((revision) => statements.arrivedWith(destination, revision)),
    );
  }

  /** From now on, nothing that it is told counts. */
  end(): void {
    this.#ended = true;
  }

  /** Another attempt may be under way: nothing more may be shown for this one. */
  #throwIfOver(): void {
    this.signal.throwIfAborted();
    if (this.#ended) throw new Error('the attempt is over');
  }

  #begun(): Statement {
    return statements.begun(this.#options.destination, { ...this.#first, sentAs: sentAs(this.#first) });
  }
}
