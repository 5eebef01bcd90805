/** The outbox: events are kept with their deliveries, and then handed to one queue per destination. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Event, EventId, Message, Notice, Place } from '../event.ts';
import type { Database } from '../store/database.ts';
import { deliveries as statements } from '../store/deliveries.ts';
import { DeliveryReader } from '../store/delivery-reader.ts';
import { ReactionStore } from '../store/reactions.ts';
import { ThreadStore } from '../store/threads.ts';
import type { Writer } from '../store/writer.ts';
import { Arrivals } from './arrivals.ts';
import type { Delivery } from './delivery.ts';
import type { Destination } from './destination.ts';
import { type Expired, expiryNotice } from './expiry.ts';
import { History } from './history.ts';
import { type Meter, noMeter } from './meter.ts';
import { DeliveryQueue } from './queue.ts';
import type { QueueReport } from './queue-report.ts';
import { Reactions } from './reactions.ts';
import { NOT_CONFIGURED } from './reasons.ts';
import { Retries } from './retries.ts';
import { Sources } from './sources.ts';
import { Takings } from './takings.ts';
import { Threads } from './threads.ts';

/** What an outbox is made of. */
export interface OutboxOptions {
  readonly database: Database;
  readonly writer: Writer;
  /** Milliseconds after which what was not delivered is only summed up, as it is now. */
  readonly maxAge: () => number;
  /** Makes the message by which the bridge tells those in a room something. */
  readonly notice: (place: Place, text: string, seq: number) => Message;
  /** Counts what happens; nothing is counted without it. */
  readonly meter?: Meter;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** Numbers for events that fit into a millisecond. */
const PER_MILLISECOND = 1_000;
/** How long what is under way to a destination that is removed may still arrive, in milliseconds. */
const REMOVAL_TIME = 1_000;

/** The outbox of a bridge. */
export class Outbox {
  /** What was shown where. */
  readonly history: History;
  /** Which thread of one room is which of another. */
  readonly threads: Threads;
  /** Who reacted to what. */
  readonly reactions: Reactions;
  readonly #options: OutboxOptions;
  readonly #reader: DeliveryReader;
  readonly #queues = new Map<string, DeliveryQueue>();
  /** By id: for queues that go down and come back together. */
  readonly #groups = new Map<string, DeliveryQueue[]>();
  readonly #takings = new Takings();
  /** Ids that are being looked up. */
  readonly #lookups = new Map<EventId, Promise<void>>();
  readonly #sources = new Sources();
  readonly #arrivals: Arrivals;
  readonly #retries: Retries;
  readonly #meter: Meter;
  #seq = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#meter = options.meter ?? noMeter;
    this.#reader = new DeliveryReader(options.database);
    this.history = new History(this.#reader);
    const store = new ThreadStore(options.database, options.writer);
    this.threads = new Threads({ ...options, store, history: this.history });
    this.reactions = new Reactions(new ReactionStore(options.database, options.writer));
    this.#arrivals = new Arrivals(options.writer, this.#queues, ({ seq }) => this.#takings.delivered(seq));
    const nextPosition = () => ++this.#seq;
    this.#retries = new Retries({
      ...options,
      reader: this.#reader,
      arrivals: this.#arrivals,
      has: (id) => this.#queues.has(id),
      nextPosition,
    });
  }

  /** Goes on where the last run ended. Comes before everything else. */
  async open(): Promise<void> {
    const { clock, writer } = this.#options;
    // By the clock as well: platforms remember numbers that a new or older database does not.
    this.#seq = Math.max(await this.#reader.last(), clock.now() * PER_MILLISECOND);
    void writer.add(statements.nobodyFares());
  }

  /** Makes the queue of a destination. Nothing goes out before {@link release}. */
  add(destination: Destination): void {
    const { maxAge, writer, clock, random, log } = this.#options;
    const { id, group } = destination;
    const siblings = this.#groups.get(group) ?? [];
    const queue = new DeliveryQueue({
      destination,
      maxAge,
      reader: this.#reader,
      writer,
      history: this.history,
      clock,
      random,
      log,
      onDone: ({ seq, event, queuedAt }, outcome) => {
        this.#takings.delivered(seq);
        if (event) this.#meter.ended(id, event, outcome, clock.now() - queuedAt);
      },
      onFailed: (askedWait) => this.#meter.failed(id, askedWait),
      notice: (place, expired, position) => this.#notice(id, place, expired, position),
      onRecovery: () => {
        for (const sibling of siblings) if (sibling !== queue) sibling.retry();
      },
    });
    siblings.push(queue);
    this.#groups.set(group, siblings);
    this.#queues.set(id, queue);
  }

  /** Puts what the last run left into the queues that there are. Comes before the first event. */
  async restore(): Promise<void> {
    const { clock, writer, log } = this.#options;
    for (const { destination, ...of } of await this.#reader.waiting()) {
      const { waiting, last } = of;
      const queue = this.#queues.get(destination);
      if (queue) queue.restore(of);
      else {
        log.error(
          { destination, messages: waiting },
          `${destination} is no longer configured: ${waiting} messages are dead letters`,
        );
        void writer.add(statements.buryUpTo(destination, last, NOT_CONFIGURED, clock.now()));
      }
    }
    this.#retries.begin();
  }

  /**
   * A destination is not there any more. What is under way to it may arrive; what is left after {@link REMOVAL_TIME} are dead letters.
   * Resolves when that is done.
   */
  async remove(id: string): Promise<void> {
    const { clock, writer, log } = this.#options;
    const queue = this.#queues.get(id);
    if (!queue) return;
    this.#queues.delete(id);
    for (const siblings of this.#groups.values()) if (siblings.includes(queue)) siblings.splice(siblings.indexOf(queue), 1);
    const left = await queue.abandon(REMOVAL_TIME).catch((error: unknown) => {
      log.debug({ err: error }, 'what waited for a destination that was removed could not be read');
      return 0;
    });
    void writer.add(statements.buryUpTo(id, ++this.#seq, NOT_CONFIGURED, clock.now()), statements.faresNoMore(id));
    this.#meter.removed(id);
    if (left > 0)
      log.warn({ destination: id, messages: left }, `${id} was removed: ${left} messages that waited for it are dead letters`);
  }

  /** Lets what waits for a destination go on waiting, or go out. */
  setPaused(id: string, paused: boolean): void {
    this.#queues.get(id)?.setPaused(paused);
  }

  /** How the queue of a destination stands; undefined when there is no such destination. */
  report(id: string): QueueReport | undefined {
    return this.#queues.get(id)?.report;
  }

  /** How all queues stand, by the id of their destination. */
  reports(): (readonly [id: string, report: QueueReport])[] {
    return Array.from(this.#queues, ([id, queue]) => [id, queue.report]);
  }

  /**
   * Nothing goes to the destinations of a group before {@link release}. What is under way to them has `ms` milliseconds to arrive; else it
   * comes again then. Resolves when nothing is under way any more.
   */
  async hold(group: string, ms: number): Promise<void> {
    await Promise.all((this.#groups.get(group) ?? []).map((queue) => queue.hold(ms)));
  }

  /** The destinations of a group can be served from now on. */
  release(group: string): void {
    for (const queue of this.#groups.get(group) ?? []) queue.release();
  }

  /** Ends the waits for the next attempt in a group: it is known to be back. */
  retry(group: string): void {
    for (const queue of this.#groups.get(group) ?? []) queue.retry();
  }

  /**
   * Takes an event that may have been taken before: then it is not taken again. What one source hands over is queued in that order.
   * Resolves when it is in the store, or when all its deliveries are done.
   */
  take(event: Event, source: string, destinations: readonly string[]): Promise<void> {
    if (destinations.length === 0) return Promise.resolve();
    const underWay = this.#lookups.get(event.id) ?? this.#takings.find(event.id);
    if (underWay) return underWay;
    const safe = this.#sources.inTurn(source, this.#isKnown(event.id), (known) => {
      this.#lookups.delete(event.id);
      return known ? undefined : this.#take(++this.#seq, event, destinations);
    });
    this.#lookups.set(event.id, safe);
    return safe;
  }

  /**
   * Takes an event that nobody knows yet, with its number in its id. Adds to the store's writer before it returns, so that what the
   * caller adds in the same stretch is kept together with it. Resolves like {@link take}.
   */
  takeNew(make: (seq: number) => Event, destinations: readonly string[]): Promise<void> {
    if (destinations.length === 0) return Promise.resolve();
    const seq = ++this.#seq;
    return this.#take(seq, make(seq), destinations);
  }

  /** Takes an event that nobody knows yet, with its number in its id, after all that the source handed over before. Resolves like {@link take}. */
  takeNext(make: (seq: number) => Event, source: string, destinations: readonly string[]): Promise<void> {
    return this.#sources.inTurn(source, Promise.resolve(), () => this.takeNew(make, destinations));
  }

  /** Shows a notice in rooms where nobody's message waits, soon or never. It is not kept. */
  tell(make: (seq: number) => Notice, destinations: readonly string[]): void {
    if (destinations.length === 0) return;
    const notice = make(++this.#seq);
    for (const id of destinations) this.#queues.get(id)?.tell(notice);
  }

  /**
   * Undefined when all that was taken is safe. Else a promise for when all that was added to the store so far is kept or, while the
   * store can't be written, all that was taken so far is delivered.
   */
  kept(): Promise<void> | undefined {
    const { writer } = this.#options;
    const flushed = writer.flushed();
    if (flushed === undefined) return undefined;
    return writer
      .addUnlessFaulty()
      .then(() => (writer.fault === undefined ? flushed : Promise.race([flushed, this.#takings.allSafe()])));
  }

  /** What is wrong with destinations now, in sentences for the operator. */
  health(): string[] {
    return [...this.#queues.values()].flatMap((queue) => queue.health() ?? []);
  }

  /** Gives what waits up to `ms` milliseconds to go out, then ends. What is left stays in the store. */
  async close(ms: number): Promise<void> {
    this.#retries.end();
    await Promise.all([...this.#queues.values()].map((queue) => queue.close(ms)));
    this.#arrivals.end();
  }

  async #isKnown(id: EventId): Promise<boolean> {
    try {
      return await this.#reader.isKnown(id);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'whether an event is known could not be read; it is taken for new');
      return false;
    }
  }

  #take(seq: number, event: Event, wanted: readonly string[]): Promise<void> {
    const { clock, writer, log } = this.#options;
    // One may have been removed since the caller looked.
    const destinations = wanted.filter((id) => this.#queues.has(id));
    if (destinations.length === 0) return Promise.resolve();
    const at = clock.now();
    log.debug({ event: event.id, seq, to: destinations }, 'taken');
    this.#meter.taken(event);
    const written = writer.add(...statements.take(seq, event, at, destinations));
    const safe = this.#takings.add(seq, event.id, destinations.length);
    written.then(
      () => this.#takings.kept(seq, event.id),
      () => this.#takings.givenUp(event.id),
    );
    this.#arrivals.add(
      written,
      destinations.map((destination) => ({ destination, delivery: fresh(seq, seq, at, event) })),
    );
    return safe;
  }

  /** The message that stands for expired ones. It is in the line in their place, and kept together with what the caller adds. */
  #notice(id: string, place: Place, expired: Expired, position: number): Delivery {
    const { clock, writer, notice } = this.#options;
    const seq = ++this.#seq;
    const at = clock.now();
    const event = notice(place, expiryNotice(expired, at), seq);
    void writer.add(...statements.takeAt(position, seq, event, at, id));
    return fresh(seq, position, at, event);
  }
}

function fresh(seq: number, position: number, queuedAt: number, event: Event): Delivery {
  return {
    seq,
    position,
    queuedAt,
    event,
    shown: [],
    begunAt: undefined,
    plan: undefined,
    revision: undefined,
    withdrawn: false,
  };
}
