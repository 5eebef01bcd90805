/** One ordered queue per destination: at most one attempt in flight, retried with back-off, so that a slow one delays nobody else. */
import type { Logger } from 'pino';
import { DeliveryError } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { EventId, Notice, Place } from '../event.ts';
import { Recent } from '../recent.ts';
import { deliveries as statements } from '../store/deliveries.ts';
import type { DeliveryReader, Waiting } from '../store/delivery-reader.ts';
import type { Writer } from '../store/writer.ts';
import { DeliveryAttempt } from './attempt.ts';
import { Backlog } from './backlog.ts';
import { type Batch, revisionsOf } from './batch.ts';
import { Batches } from './batches.ts';
import { Circuit } from './circuit.ts';
import { type Delivery, isBegun } from './delivery.ts';
import type { Destination } from './destination.ts';
import { Endings } from './endings.ts';
import { type Expired, takeExpired } from './expiry.ts';
import type { History } from './history.ts';
import type { Done } from './meter.ts';
import { Noise } from './noise.ts';
import { Pause } from './pause.ts';
import type { QueueReport } from './queue-report.ts';
import { CROWDED, EXPIRED } from './reasons.ts';
import { inTime, NoAnswer } from './time-limit.ts';

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
  readonly onDone: Done;
  /** An attempt failed, and another one will be made. @param askedWait the wait that the platform asked for, in milliseconds */
  readonly onFailed: (askedWait: number | undefined) => void;
  /** Makes the message that stands for expired ones, at the place of the last of them. */
  readonly notice: (place: Place, expired: Expired, position: number) => Delivery;
  /** The destination was down and takes messages again. */
  readonly onRecovery: () => void;
}

/** After so many faults that the adapter could not explain, a delivery is given up, so that it blocks those behind it no longer. */
const MAX_UNEXPLAINED = 5;
/** How many deliveries may be made without a pause. */
const STRETCH = 100;
/** How many may be made before what came of the first of them is written. */
const MAX_UNWRITTEN = 2_000;
/** How long the end of a queue waits for an attempt that was told to stop, in milliseconds. */
const ABORT_TIME = 500;

/** So many messages are remembered: more than have edits in memory that wait. */
const MAX_SHOWN_AS = 20_000;

/** The queue of one destination. */
export class DeliveryQueue {
  readonly #backlog: Backlog;
  readonly #batches: Batches;
  readonly #circuit: Circuit;
  readonly #endings: Endings;
  readonly #noise: Noise;
  readonly #options: QueueOptions;
  readonly #pause: Pause;
  /** The newest edits that messages were shown with while those waited: they need not be made any more. */
  readonly #shownAs = new Recent<EventId, number>(MAX_SHOWN_AS);
  #closed = false;
  /** Deliveries wait until their adapter has started. */
  #held = true;
  /** Whether the operator wants them to wait. */
  #paused = false;
  /** Aborts the attempt that is under way. */
  #inFlight: AbortController | undefined;
  #running: Promise<void> | undefined;

  constructor(options: QueueOptions) {
    const { destination, reader, writer, clock, random, log, onRecovery } = options;
    const { id, name } = destination;
    this.#options = options;
    this.#endings = new Endings(options);
    this.#noise = new Noise({ destination, clock, log, onDue: () => this.#goOn() });
    this.#pause = new Pause(clock, random);
    this.#circuit = new Circuit({
      id,
      name,
      clock,
      log,
      onRecovery,
      keep: (faring) => void writer.add(statements.fares(faring)),
    });
    this.#backlog = new Backlog({
      read: (after, limit) => reader.page(id, after, limit),
      unreadable: (kept) => this.#endings.buryUnreadable(kept),
      lose: (delivery) => this.#endings.bury(delivery, CROWDED),
      entered: ({ event }) => destination.expect?.(event),
    });
    this.#batches = new Batches({
      backlog: this.#backlog,
      roomPerMessage: destination.roomPerMessage,
      keep: (deliveries, plan) => {
        const [{ seq, begunAt }] = deliveries;
        const before = plan ? [] : [statements.begun(id, { seq, begunAt, sentAs: undefined })];
        const as = deliveries.map((one) => statements.sentAs(id, one.seq, plan && (one.revision?.seq ?? 0)));
        return writer.addUnlessFaulty(statements.plan(id, seq, plan), ...before, ...as);
      },
    });
  }

  /** So many wait in the store. Comes before everything else. */
  restore(waiting: Omit<Waiting, 'destination'>): void {
    this.#backlog.restore(waiting);
  }

  /** The next one. @param kept whether it is in the store */
  arrive(delivery: Delivery, kept: boolean): void {
    if (delivery.event.kind === 'removal' || delivery.event.kind === 'edit') this.#backlog.change(delivery);
    if (kept) this.#backlog.push(delivery);
    else this.#backlog.pushUnkept(delivery);
    this.#circuit.waits(this.#backlog.length);
    this.#goOn();
  }

  /** Something to show where nobody's message waits. */
  tell(notice: Notice): void {
    if (!this.#closed) this.#noise.add(notice);
  }

  /** The adapter has started. */
  release(): void {
    this.#held = false;
    this.#circuit.waits(this.#backlog.length);
    this.#goOn();
  }

  /** Lets deliveries wait, but for the one that is under way, or go on. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.#goOn();
  }

  /** How it stands. */
  get report(): QueueReport {
    const { state, fault } = this.#circuit;
    const { name } = this.#options.destination;
    return { name, state, waiting: this.#backlog.length, oldest: this.#backlog.oldest, fault };
  }

  /** Ends the wait for the next attempt, unless the platform asked for it: the destination is known to be back. */
  retry(): void {
    this.#pause.cutShort();
  }

  /** What is wrong with the destination now, in a sentence for the operator; undefined when it is well. */
  health(): string | undefined {
    const waiting = this.#backlog.length;
    // That is as the operator wants it.
    if (this.#paused) return undefined;
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

  /** Ends, since the destination is not there any more: after `ms` milliseconds, what is left is given up. @returns how many messages */
  async abandon(ms: number): Promise<number> {
    await this.close(ms);
    const { expired } = await takeExpired(
      this.#backlog,
      () => true,
      (delivery) => this.#options.onDone(delivery, 'dead'),
    );
    return expired?.count ?? 0;
  }

  #end(): void {
    this.#closed = true;
    this.#inFlight?.abort();
    this.#noise.end();
    this.#pause.end();
  }

  #goOn(): void {
    if (!this.#closed) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // A burst of deliveries is one run.
    await undefined;
    for (let turn = 1; (this.#backlog.length > 0 || this.#noise.due) && !this.#closed; turn++) {
      try {
        // A destination that takes everything at once must not keep everybody else from their turn, nor outrun the writer.
        if (turn % STRETCH === 0) await new Promise(setImmediate);
        if (turn % MAX_UNWRITTEN === 0) await this.#options.writer.addUnlessFaulty();
        const [head] = await this.#backlog.peek(1);
        if (head === undefined && this.#backlog.length > 0) continue;
        if (head && this.#isExpired(head)) await this.#expire();
        else if (head && this.#isNeedless(head)) this.#forget(head);
        else if (this.#held || this.#paused) break;
        else if (head) await this.#deliver(head);
        else await this.#noise.show();
      } catch (error) {
        if (this.#closed) break;
        this.#options.log.error({ destination: this.#options.destination.name, err: error }, 'the queue met a fault; it goes on');
        await this.#pause.wait(this.#pause.lengthOf(MAX_UNEXPLAINED), true);
      }
    }
    this.#running = undefined;
  }

  /** Whether nobody needs to see it: it was taken back, or what it edits was shown with it. */
  #isNeedless(delivery: Delivery): boolean {
    const { seq, event } = delivery;
    const isShown = event.kind === 'edit' && seq <= (this.#shownAs.get(event.message.id) ?? 0);
    return (delivery.withdrawn || isShown) && !isBegun(delivery);
  }

  #isExpired(delivery: Delivery): boolean {
    const { clock, maxAge } = this.#options;
    return !isBegun(delivery) && clock.now() - delivery.queuedAt > maxAge;
  }

  /** Gives up all that waited for too long, and puts one message in its place. */
  async #expire(): Promise<void> {
    const { destination, notice, onDone } = this.#options;
    const { last, expired } = await takeExpired(
      this.#backlog,
      (delivery) => this.#isExpired(delivery),
      (delivery) => {
        destination.lost?.(delivery.event, EXPIRED);
        onDone(delivery, 'expired');
      },
    );
    if (last === undefined) return;
    // In one stretch, so that the message is kept when those it stands for are given up.
    this.#endings.buryExpired(last, expired);
    if (expired && destination.place) this.#backlog.unshift(notice(destination.place, expired, last.position));
  }

  /** Tries until it is done with, one way or the other, or the queue is closed. */
  async #deliver(head: Delivery): Promise<void> {
    const { clock, destination, log } = this.#options;
    const { name } = destination;
    let unexplained = 0;
    let askedWaits = 0;
    for (let attempt = 0; !this.#closed; attempt++) {
      if (attempt > 0 && (this.#paused || this.#isExpired(head) || this.#isNeedless(head))) return;
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
        if (known?.passing === false || unexplained >= MAX_UNEXPLAINED) {
          this.#refused(batch, reason);
          return;
        }
        const asked = known?.retryAfter;
        this.#options.onFailed(asked);
        if (asked !== undefined) askedWaits += clock.now() - begun + asked;
        const wait = Math.max(asked ?? 0, this.#pause.lengthOf(attempt));
        const { seq, event } = batch.deliveries[0];
        const context = { event: event.id, seq, retryInMs: Math.round(wait), waiting: this.#backlog.length };
        if (unexplained > 0 && !known)
          log.debug({ destination: name, event: event.id, seq, err: error }, `${name}: a fault that nobody explained`);
        this.#circuit.failed(reason, asked !== undefined, context);
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
    this.#circuit.answered(this.#backlog.length);
    const { destination, log } = this.#options;
    for (const delivery of batch.deliveries) {
      const { seq, event, shown } = delivery;
      log.debug({ destination: destination.name, event: event.id, seq, shown }, 'delivered');
      this.#options.onDone(delivery, 'shown');
    }
  }

  #refused(batch: Batch, reason: string): void {
    this.#circuit.refused(reason);
    if (this.#batches.separate(batch)) return;
    this.#giveUp(batch, reason);
    this.#circuit.answered(this.#backlog.length);
  }

  #giveUp(batch: Batch, reason: string): void {
    this.#batches.done(batch);
    this.#endings.buryTogether(batch.deliveries, reason);
  }

  #forget(head: Delivery): void {
    this.#backlog.drop(1);
    this.#endings.forget(head);
  }
}
