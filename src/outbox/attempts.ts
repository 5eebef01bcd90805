/** Tries to deliver what is at the head of a line, with growing pauses, until it is done with. */
import type { Logger } from 'pino';
import { DeliveryError } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { EventId } from '../event.ts';
import { Recent } from '../recent.ts';
import { deliveries as statements } from '../store/deliveries.ts';
import type { Writer } from '../store/writer.ts';
import { DeliveryAttempt } from './attempt.ts';
import type { Backlog } from './backlog.ts';
import { type Batch, revisionsOf } from './batch.ts';
import { Batches } from './batches.ts';
import type { Circuit } from './circuit.ts';
import type { Delivery } from './delivery.ts';
import type { Destination } from './destination.ts';
import type { Endings } from './endings.ts';
import type { History } from './history.ts';
import type { Done } from './meter.ts';
import { Pause } from './pause.ts';
import { inTime, NoAnswer } from './time-limit.ts';

/** What trying takes. */
export interface AttemptsOptions {
  readonly destination: Destination;
  readonly backlog: Backlog;
  readonly circuit: Circuit;
  readonly endings: Endings;
  readonly writer: Writer;
  readonly history: History;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Whether what failed is not to be tried again now. */
  readonly isOff: (head: Delivery) => boolean;
  /** A delivery arrived. */
  readonly onDone: Done;
  /** An attempt failed, and another one will be made. @param askedWait the wait that the platform asked for, in milliseconds */
  readonly onFailed: (askedWait: number | undefined) => void;
}

/** After so many faults that the adapter could not explain, a delivery is given up, so that it blocks those behind it no longer. */
const MAX_UNEXPLAINED = 5;
/** So many messages are remembered: more than have edits in memory that wait. */
const MAX_SHOWN_AS = 20_000;

/** The attempts to deliver to one destination. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #batches: Batches;
  readonly #pause: Pause;
  /** The newest edits that messages were shown with while those waited: they need not be made any more. */
  readonly #shownAs = new Recent<EventId, number>(MAX_SHOWN_AS);
  #closed = false;
  /** Aborts the attempt that is under way. */
  #inFlight: AbortController | undefined;
  /** Whether it is broken off, and to be made again: that is no fault of the destination. */
  #isBrokenOff = false;

  constructor(options: AttemptsOptions) {
    const { destination, backlog, writer, clock, random } = options;
    const { id } = destination;
    this.#options = options;
    this.#pause = new Pause(clock, random);
    this.#batches = new Batches({
      backlog,
      destination,
      keep: (deliveries, plan) => {
        const [first] = deliveries;
        const begun = plan ? [] : [statements.begun(id, { ...first, sentAs: undefined })];
        const as = deliveries.map(({ seq, revision }) => statements.sentAs(id, seq, plan && (revision?.seq ?? 0)));
        return writer.addUnlessFaulty(statements.plan(id, first.seq, plan), ...begun, ...as);
      },
    });
  }

  /** Whether there is a wait for the next one. */
  get isWaiting(): boolean {
    return this.#pause.isOn;
  }

  /** Whether it is an edit that what it edits was shown with. */
  isShown({ seq, event }: Delivery): boolean {
    return event.kind === 'edit' && seq <= (this.#shownAs.get(event.message.id) ?? 0);
  }

  /** Ends the wait for the next one, unless the platform asked for it. */
  retry(): void {
    this.#pause.cutShort();
  }

  /** Waits as after many faults. */
  async pause(): Promise<void> {
    await this.#pause.wait(this.#pause.lengthOf(MAX_UNEXPLAINED), true);
  }

  /** Ends the wait for the next one, whoever asked for it. */
  cutWait(): void {
    this.#pause.end();
  }

  /** Stops the one that is under way: whoever holds the queue lets it be made again. */
  breakOff(): void {
    this.#isBrokenOff = true;
    this.#inFlight?.abort();
  }

  /** Stops the one that is under way, and makes no more. */
  end(): void {
    this.#closed = true;
    this.#inFlight?.abort();
    this.#pause.end();
  }

  /** Tries until it is done with, one way or the other, or is to be looked at anew, or all ends. */
  async deliver(head: Delivery): Promise<void> {
    const { clock, destination, backlog, circuit, log, isOff, onFailed } = this.#options;
    const { name } = destination;
    let unexplained = 0;
    let askedWaits = 0;
    for (let attempt = 0; !this.#closed; attempt++) {
      if (attempt > 0 && isOff(head)) return;
      // It may read otherwise by now.
      const batch = await this.#batches.next(head);
      const begun = clock.now();
      try {
        if (!(await this.#attempt(batch))) return;
        this.#batches.pace.took(clock.now() - begun + askedWaits);
        this.#arrived(batch);
        return;
      } catch (error) {
        if (this.#closed) return;
        const known = error instanceof DeliveryError ? error : undefined;
        if (!known) unexplained++;
        const reason = error instanceof Error ? error.message : String(error);
        if (error instanceof NoAnswer) {
          // Another attempt could show it twice.
          this.#giveUp(batch, reason);
          return;
        }
        if (this.#isBrokenOff) return;
        if (known?.passing === false || unexplained >= MAX_UNEXPLAINED) {
          this.#refused(batch, reason);
          return;
        }
        const asked = known?.retryAfter;
        onFailed(asked);
        if (asked !== undefined) askedWaits += clock.now() - begun + asked;
        const wait = Math.max(asked ?? 0, this.#pause.lengthOf(attempt));
        const { seq, event } = batch.deliveries[0];
        const context = { event: event.id, seq, retryInMs: Math.round(wait), waiting: backlog.length };
        if (unexplained > 0 && !known)
          log.debug({ destination: name, event: event.id, seq, err: error }, `${name}: a fault that nobody explained`);
        circuit.failed(reason, asked !== undefined, context);
        await this.#pause.wait(wait, asked === undefined);
      }
    }
  }

  /** @returns whether it was shown; else it is to be chosen anew, since it reads otherwise by now */
  async #attempt(batch: Batch): Promise<boolean> {
    const { destination, clock, log } = this.#options;
    const { deliveries, event } = batch;
    const controller = new AbortController();
    this.#inFlight = controller;
    this.#isBrokenOff = false;
    const { signal } = controller;
    const attempt = new DeliveryAttempt({ ...this.#options, destination: destination.id, batch, signal });
    try {
      await inTime(() => destination.deliver(event, attempt), controller, clock);
      attempt.complete();
    } catch (error) {
      if (attempt.overtaken) return false;
      if (!attempt.completed) throw error;
      if (error instanceof DeliveryError && !error.passing) throw new NoAnswer(error.message, { cause: error });
      // It was handed over, and those who took it see to the rest.
      const [{ seq }] = deliveries;
      log.debug({ destination: destination.name, event: event.id, seq, err: error }, 'a fault after a delivery was handed over');
    } finally {
      attempt.end();
      this.#inFlight = undefined;
    }
    return true;
  }

  #arrived(batch: Batch): void {
    for (const { seq, edit } of revisionsOf(batch)) this.#shownAs.set(edit.message.id, seq);
    this.#batches.done(batch);
    const { destination, backlog, circuit, log, onDone } = this.#options;
    circuit.answered(backlog.length);
    for (const delivery of batch.deliveries) {
      const { seq, event, shown } = delivery;
      log.debug({ destination: destination.name, event: event.id, seq, shown }, 'delivered');
      onDone(delivery, 'shown');
    }
  }

  #refused(batch: Batch, reason: string): void {
    const { backlog, circuit } = this.#options;
    circuit.refused(reason);
    if (this.#batches.separate(batch)) return;
    this.#giveUp(batch, reason);
    circuit.answered(backlog.length);
  }

  #giveUp(batch: Batch, reason: string): void {
    this.#batches.done(batch);
    this.#options.endings.buryTogether(batch.deliveries, reason);
  }
}
