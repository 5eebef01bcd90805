/** One ordered queue per destination: at most one attempt in flight, retried with back-off, so that a slow one delays nobody else. */
import type { Logger } from 'pino';
import { DeliveryError } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Place } from '../event.ts';
import { type DeliveryReader, deliveries as statements } from '../store/deliveries.ts';
import type { Writer } from '../store/writer.ts';
import { DeliveryAttempt } from './attempt.ts';
import { Backlog } from './backlog.ts';
import { alone, type Batch, joinAgain, joinFresh, MAX_JOINED } from './batch.ts';
import { Circuit } from './circuit.ts';
import { type Delivery, isBegun } from './delivery.ts';
import { describe } from './describe.ts';
import type { Destination } from './destination.ts';
import { EXPIRED, type Expired } from './expiry.ts';
import type { History } from './history.ts';
import { Pace } from './pace.ts';
import { Pause } from './pause.ts';

/** What a queue is made of. */
export interface QueueOptions {
  readonly destination: Destination;
  /** Milliseconds after which what was not delivered is given up. */
  readonly maxAge: number;
  readonly reader: DeliveryReader;
  readonly writer: Writer;
  readonly history: History;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** A delivery arrived, or was given up. */
  readonly onDone: (delivery: Pick<Delivery, 'seq'>) => void;
  /** Makes the message that stands for expired ones, at the place of the last of them. */
  readonly notice: (place: Place, expired: Expired, position: number) => Delivery;
  /** The destination was down and takes messages again. */
  readonly onRecovery: () => void;
}

/** How long one attempt may take, in milliseconds. */
const ATTEMPT_TIMEOUT = 30_000;
/** After so many faults that the adapter could not explain, a delivery is given up, so that it blocks those behind it no longer. */
const MAX_UNEXPLAINED = 5;
/** How many deliveries may be made without a pause. */
const STRETCH = 100;
/** How many may be made before what came of the first of them is written. */
const MAX_UNWRITTEN = 2_000;
/** How long the end of a queue waits for an attempt that was told to stop, in milliseconds. */
const ABORT_TIME = 500;

/** The queue of one destination. */
export class DeliveryQueue {
  readonly backlog: Backlog;
  readonly #circuit: Circuit;
  readonly #options: QueueOptions;
  readonly #pace = new Pace();
  readonly #pause: Pause;
  #closed = false;
  /** Deliveries wait until their adapter has started. */
  #held = true;
  /** How many of the next are shown alone, since together they were refused. */
  #alone = 0;
  /** Aborts the attempt that is under way. */
  #inFlight: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(options: QueueOptions) {
    const { destination, reader, writer, clock, random, log, onDone, onRecovery } = options;
    const { id, name } = destination;
    this.#options = options;
    this.#pause = new Pause(clock, random);
    this.#circuit = new Circuit({
      id,
      name,
      clock,
      log,
      onRecovery,
      keep: (faring) => void writer.add(statements.fares(faring)),
    });
    this.backlog = new Backlog({
      read: (after, limit) => reader.page(id, after, limit),
      unreadable: (kept) => {
        log.error({ destination: name, event: kept.seq }, `${name}: a delivery in the database can't be read; it is given up`);
        void writer.add(statements.bury(id, kept, 'it could not be read', clock.now()));
        onDone(kept);
      },
      lose: (delivery) => this.#bury(delivery, 'too many messages waited in memory, since the database could not be written'),
    });
  }

  /** Goes on with what waits, if there is any: the adapter has started, or there is something new. */
  run(): void {
    this.#circuit.waits(this.backlog.length);
    if (!this.#closed && !this.#held) this.#running ??= this.#run();
  }

  /** The adapter has started. */
  release(): void {
    this.#held = false;
    this.run();
  }

  /** Ends the wait for the next attempt, unless the platform asked for it: the destination is known to be back. */
  retry(): void {
    this.#pause.cutShort();
  }

  /** What is wrong with the destination now, in a sentence for the operator; undefined when it is well. */
  health(): string | undefined {
    const waiting = this.backlog.length;
    if (this.#held && waiting > 0) return `${this.#options.destination.name} was not started; ${waiting} wait.`;
    return this.#circuit.health(waiting);
  }

  /**
   * Gives the deliveries in the queue up to `ms` milliseconds to go out, then ends. What is left stays in the store, so a destination
   * that is not there is not waited for, unless the store can't be written.
   */
  async close(ms: number): Promise<void> {
    const { clock, writer } = this.#options;
    if (this.#pause.isOn && writer.fault === undefined) this.#end();
    const cancelEnd = clock.after(ms, () => this.#end());
    let cancelWait = () => {};
    const patience = new Promise<void>((resolve) => {
      cancelWait = clock.after(ms + ABORT_TIME, resolve);
    });
    await Promise.race([this.#running, patience]);
    cancelEnd();
    cancelWait();
    this.#end();
  }

  #end(): void {
    this.#closed = true;
    this.#inFlight?.abort();
    this.#pause.end();
  }

  async #run(): Promise<void> {
    // A burst of deliveries is one run.
    await undefined;
    for (let turn = 1; this.backlog.length > 0 && !this.#closed; turn++) {
      try {
        // A destination that takes everything at once must not keep everybody else from their turn, nor outrun the writer.
        if (turn % STRETCH === 0) await new Promise(setImmediate);
        if (turn % MAX_UNWRITTEN === 0) await this.#options.writer.addUnlessFaulty();
        const [head] = await this.backlog.peek(1);
        if (head === undefined) continue;
        if (this.#isExpired(head)) await this.#expire();
        else await this.#deliver(await this.#batch(head));
      } catch (error) {
        if (this.#closed) break;
        this.#options.log.error({ destination: this.#options.destination.name, err: error }, 'the queue met a fault; it goes on');
        await this.#pause.wait(this.#pause.lengthOf(MAX_UNEXPLAINED), true);
      }
    }
    this.#running = undefined;
  }

  #isExpired(delivery: Delivery): boolean {
    const { clock, maxAge } = this.#options;
    return !isBegun(delivery) && clock.now() - delivery.queuedAt > maxAge;
  }

  /** Gives up all that waited for too long, and puts one message in its place. */
  async #expire(): Promise<void> {
    const { destination, clock, writer, log, notice, onDone } = this.#options;
    let last: Delivery | undefined;
    let expired: Expired | undefined;
    for (;;) {
      const [head] = await this.backlog.peek(1);
      if (head === undefined || !this.#isExpired(head)) break;
      last = head;
      if (head.event.kind === 'message') {
        expired = { count: (expired?.count ?? 0) + 1, from: expired?.from ?? head.queuedAt, to: head.queuedAt };
      }
      this.backlog.drop(1);
      onDone(head);
    }
    if (last === undefined) return;
    // In one stretch, so that the message is kept when those it stands for are given up.
    void writer.add(statements.buryUpTo(destination.id, last.position, EXPIRED, clock.now()));
    if (expired === undefined) return;
    log.error(
      { destination: destination.name, messages: expired.count },
      `${destination.name}: ${expired.count} messages waited for too long and were not delivered; the command dead-letters lists them`,
    );
    if (destination.place) this.backlog.unshift(notice(destination.place, expired, last.position));
  }

  /** What goes out next. */
  async #batch(head: Delivery): Promise<Batch> {
    const { destination, writer } = this.#options;
    const { roomPerMessage } = destination;
    if (roomPerMessage === undefined) return alone(head);
    if (head.plan) return joinAgain(await this.backlog.peek(head.plan.count), head.plan, roomPerMessage) ?? alone(head);
    const mode = this.#alone > 0 || isBegun(head) ? undefined : this.#pace.joinMode(this.backlog.length);
    if (mode === undefined) return alone(head);
    const line = await this.backlog.peek(MAX_JOINED);
    const fresh = joinFresh(line, mode, roomPerMessage);
    if (fresh === undefined || fresh.deliveries.length === 1) return alone(head);
    head.plan = { mode, count: fresh.deliveries.length };
    // Were it repeated after a crash as anything else, the platform or its readers would take it for something new.
    await writer.addUnlessFaulty(statements.plan(destination.id, head.seq, head.plan));
    return fresh;
  }

  /** Tries until it is done with, one way or the other, or the queue is closed. */
  async #deliver(batch: Batch): Promise<void> {
    const { clock, destination, log } = this.#options;
    const { name } = destination;
    let unexplained = 0;
    let askedWaits = 0;
    for (let attempt = 0; !this.#closed; attempt++) {
      const begun = clock.now();
      try {
        await this.#attempt(batch);
        this.#pace.took(clock.now() - begun + askedWaits);
        this.#arrived(batch);
        return;
      } catch (error) {
        if (this.#closed) return;
        const known = error instanceof DeliveryError ? error : undefined;
        if (!known) unexplained++;
        const reason = error instanceof Error ? error.message : String(error);
        if (known?.passing === false || unexplained >= MAX_UNEXPLAINED) {
          this.#refused(batch, reason);
          return;
        }
        const asked = known?.retryAfter;
        if (asked !== undefined) askedWaits += clock.now() - begun + asked;
        const wait = Math.max(asked ?? 0, this.#pause.lengthOf(attempt));
        const context = { retryInMs: Math.round(wait), waiting: this.backlog.length };
        if (unexplained > 0 && !known) log.debug({ destination: name, err: error }, `${name}: a fault that nobody explained`);
        this.#circuit.failed(reason, asked !== undefined, context);
        await this.#pause.wait(wait, asked === undefined);
      }
    }
  }

  async #attempt({ deliveries, event }: Batch): Promise<void> {
    const { destination, clock, writer, history, log } = this.#options;
    const controller = new AbortController();
    this.#inFlight = controller;
    const cancel = clock.after(ATTEMPT_TIMEOUT, () =>
      controller.abort(new DeliveryError('no answer in time', { passing: true })),
    );
    const attempt = new DeliveryAttempt({
      destination: destination.id,
      deliveries,
      signal: controller.signal,
      writer,
      history,
      clock,
    });
    try {
      await destination.deliver(event, attempt);
      attempt.complete();
    } catch (error) {
      const refused = error instanceof DeliveryError && !error.passing;
      if (!attempt.completed || refused) throw error;
      // It was handed over, and those who took it see to the rest.
      log.debug({ destination: destination.name, err: error }, 'a fault after a delivery was handed over');
    } finally {
      attempt.end();
      cancel();
      this.#inFlight = undefined;
    }
  }

  #arrived({ deliveries }: Batch): void {
    this.#leave(deliveries.length);
    this.#circuit.answered(this.backlog.length);
    for (const delivery of deliveries) this.#options.onDone(delivery);
  }

  #refused({ deliveries }: Batch, reason: string): void {
    const { destination, writer } = this.#options;
    const [first] = deliveries;
    if (deliveries.length > 1 && first.shown.length === 0) {
      // One of them may be what is refused: it alone is given up.
      first.plan = undefined;
      first.begunAt = undefined;
      this.#alone = deliveries.length;
      void writer.add(
        statements.plan(destination.id, first.seq, undefined),
        statements.begun(destination.id, first.seq, undefined),
      );
      return;
    }
    this.#leave(deliveries.length);
    for (const delivery of deliveries) this.#bury(delivery, reason);
    this.#circuit.answered(this.backlog.length);
  }

  #leave(count: number): void {
    this.#alone = Math.max(0, this.#alone - count);
    this.backlog.drop(count);
  }

  #bury(delivery: Delivery, reason: string): void {
    const { destination, writer, clock, log, onDone } = this.#options;
    const { id, name } = destination;
    log.error({ destination: name, lost: describe(delivery.event) }, `${name}: not delivered: ${reason}`);
    void writer.add(statements.bury(id, delivery, reason, clock.now()));
    onDone(delivery);
  }
}
