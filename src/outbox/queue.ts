/** One ordered queue per destination: at most one attempt in flight, so that a slow one delays nobody else. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Notice, Place } from '../event.ts';
import { deliveries as statements } from '../store/deliveries.ts';
import type { DeliveryReader, Waiting } from '../store/delivery-reader.ts';
import type { Writer } from '../store/writer.ts';
import { Attempts } from './attempts.ts';
import { Backlog } from './backlog.ts';
import { Circuit } from './circuit.ts';
import { type Delivery, isBegun } from './delivery.ts';
import type { Destination } from './destination.ts';
import { Endings } from './endings.ts';
import { type Expired, takeExpired } from './expiry.ts';
import type { History } from './history.ts';
import type { Done } from './meter.ts';
import { Noise } from './noise.ts';
import type { QueueReport } from './queue-report.ts';
import { CROWDED, EXPIRED } from './reasons.ts';

/** What a queue is made of. */
export interface QueueOptions {
  readonly destination: Destination;
  /** Milliseconds after which what was not delivered is given up, as it is now. */
  readonly maxAge: () => number;
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

/** How many deliveries may be made without a pause. */
const STRETCH = 100;
/** How many may be made before what came of the first of them is written. */
const MAX_UNWRITTEN = 2_000;
/** How long the end of a queue waits for an attempt that was told to stop, in milliseconds. */
const ABORT_TIME = 500;

/** The queue of one destination. */
export class DeliveryQueue {
  readonly #attempts: Attempts;
  readonly #backlog: Backlog;
  readonly #circuit: Circuit;
  readonly #endings: Endings;
  readonly #noise: Noise;
  readonly #options: QueueOptions;
  #closed = false;
  /** Deliveries wait until their adapter has started. */
  #held = true;
  /** Whether the operator wants them to wait. */
  #paused = false;
  #running: Promise<void> | undefined;

  constructor(options: QueueOptions) {
    const { destination, reader, writer, clock, log, onRecovery } = options;
    const { id, name } = destination;
    this.#options = options;
    this.#endings = new Endings(options);
    this.#noise = new Noise({ destination, clock, log, onDue: () => this.#goOn() });
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
    this.#attempts = new Attempts({
      ...options,
      backlog: this.#backlog,
      circuit: this.#circuit,
      endings: this.#endings,
      isOff: (head) => this.#held || this.#paused || this.#isExpired(head) || this.#isNeedless(head),
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

  /** The adapter ends: what is under way has `ms` milliseconds, or comes again after {@link release}. Resolves when nothing is any more. */
  async hold(ms: number): Promise<void> {
    this.#held = true;
    this.#attempts.cutWait();
    await this.#settled(ms, () => this.#attempts.breakOff());
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
    this.#attempts.retry();
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
    if (this.#attempts.isWaiting && this.#options.writer.fault === undefined) this.#end();
    await this.#settled(ms, () => this.#end());
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

  /** Resolves when nothing is under way: for that it has `ms` milliseconds, until `cut` is called, and then {@link ABORT_TIME}. */
  async #settled(ms: number, cut: () => void): Promise<void> {
    const { clock } = this.#options;
    const cancelCut = clock.after(ms, cut);
    let cancelWait = () => {};
    const patience = new Promise<void>((resolve) => {
      cancelWait = clock.after(ms + ABORT_TIME, resolve);
    });
    await Promise.race([this.#running, patience]);
    cancelCut();
    cancelWait();
  }

  #end(): void {
    this.#closed = true;
    this.#attempts.end();
    this.#noise.end();
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
        else if (head) await this.#attempts.deliver(head);
        else await this.#noise.show();
      } catch (error) {
        if (this.#closed) break;
        this.#options.log.error({ destination: this.#options.destination.name, err: error }, 'the queue met a fault; it goes on');
        await this.#attempts.pause();
      }
    }
    this.#running = undefined;
  }

  /** Whether nobody needs to see it: it was taken back, or what it edits was shown with it. */
  #isNeedless(delivery: Delivery): boolean {
    return (delivery.withdrawn || this.#attempts.isShown(delivery)) && !isBegun(delivery);
  }

  #isExpired(delivery: Delivery): boolean {
    const { clock, maxAge } = this.#options;
    return !isBegun(delivery) && clock.now() - delivery.queuedAt > maxAge();
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

  #forget(head: Delivery): void {
    this.#backlog.drop(1);
    this.#endings.forget(head);
  }
}
