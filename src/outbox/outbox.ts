/** The outbox: events are kept with their deliveries, and then handed to one queue per destination. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Event, EventId, Message, Place } from '../event.ts';
import type { Database } from '../store/database.ts';
import { DeliveryReader, deliveries as statements } from '../store/deliveries.ts';
import type { Writer } from '../store/writer.ts';
import type { Delivery } from './delivery.ts';
import type { Destination } from './destination.ts';
import { type Expired, expiryNotice } from './expiry.ts';
import { History } from './history.ts';
import { DeliveryQueue } from './queue.ts';
import { NOT_CONFIGURED, Retries } from './retries.ts';
import { Takings } from './takings.ts';

/** What an outbox is made of. */
export interface OutboxOptions {
  readonly database: Database;
  readonly writer: Writer;
  /** Milliseconds after which what was not delivered is only summed up. */
  readonly maxAge: number;
  /** Makes the message by which the bridge tells those in a room something. */
  readonly notice: (place: Place, text: string, seq: number) => Message;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** Numbers for events that fit into a millisecond. */
const PER_MILLISECOND = 1_000;

/** The outbox of a bridge. */
export class Outbox {
  /** What was shown where. */
  readonly history: History;
  readonly #options: OutboxOptions;
  readonly #reader: DeliveryReader;
  readonly #queues = new Map<string, DeliveryQueue>();
  /** By id: for queues that go down and come back together. */
  readonly #groups = new Map<string, DeliveryQueue[]>();
  readonly #takings = new Takings();
  /** Ids that are being looked up. */
  readonly #lookups = new Map<EventId, Promise<void>>();
  /** From a source to the end of its last look-up: what it says is taken in order. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Those that go into their queues when they are written, or can't be. */
  readonly #arriving = new Map<number, Arriving>();
  #seq = 0;
  readonly #retries: Retries;
  #stopListening = () => {};

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#reader = new DeliveryReader(options.database);
    this.history = new History(this.#reader);
    this.#retries = new Retries({ ...options, reader: this.#reader, queues: this.#queues, nextPosition: () => ++this.#seq });
  }

  /** Goes on where the last run ended. Comes before everything else. */
  async open(): Promise<void> {
    const { clock, writer } = this.#options;
    // By the clock as well: platforms remember numbers that a new or older database does not.
    this.#seq = Math.max(await this.#reader.last(), clock.now() * PER_MILLISECOND);
    void writer.add(statements.nobodyFares());
    this.#stopListening = writer.onFault(() => {
      for (const seq of [...this.#arriving.keys()]) this.#queue(seq, false);
    });
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
      onDone: ({ seq }) => this.#takings.delivered(seq),
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
    for (const { destination, waiting, last } of await this.#reader.waiting()) {
      const queue = this.#queues.get(destination);
      if (queue) queue.backlog.restore(waiting, last);
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
    const turn = Promise.all([this.#isKnown(event.id), this.#turns.get(source)]).then(([known]) => {
      this.#lookups.delete(event.id);
      // Wrapped, since the next turn need not wait for it.
      return { safe: known ? undefined : this.#take(++this.#seq, event, destinations) };
    });
    const safe = turn.then((taken) => taken.safe);
    this.#turns.set(source, turn);
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
    this.#stopListening();
  }

  async #isKnown(id: EventId): Promise<boolean> {
    try {
      return await this.#reader.isKnown(id);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'whether an event is known could not be read; it is taken for new');
      return false;
    }
  }

  #take(seq: number, event: Event, destinations: readonly string[]): Promise<void> {
    const { clock, writer } = this.#options;
    const at = clock.now();
    const written = writer.add(...statements.take(seq, event, at, destinations));
    const safe = this.#takings.add(seq, event.id, destinations.length);
    this.#arriving.set(seq, { event, at, destinations });
    if (writer.fault !== undefined) this.#queue(seq, false);
    written.then(
      () => {
        this.#takings.kept(seq, event.id);
        this.#queue(seq, true);
      },
      () => {
        this.#takings.givenUp(event.id);
        this.#queue(seq, false);
      },
    );
    return safe;
  }

  /** Puts an event into its queues, unless it is there. */
  #queue(seq: number, kept: boolean): void {
    const arriving = this.#arriving.get(seq);
    if (!arriving) return;
    this.#arriving.delete(seq);
    const { event, at, destinations } = arriving;
    for (const id of destinations) {
      const queue = this.#queues.get(id);
      if (!queue) throw new Error(`there is no destination ${id}`);
      const delivery = fresh(seq, seq, at, event);
      if (kept) queue.backlog.push(delivery);
      else queue.backlog.pushUnkept(delivery);
      queue.run();
    }
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

/** An event that is on its way into the store. */
interface Arriving {
  readonly event: Event;
  /** When it was taken, in milliseconds since the epoch. */
  readonly at: number;
  readonly destinations: readonly string[];
}

function fresh(seq: number, position: number, queuedAt: number, event: Event): Delivery {
  return { seq, position, queuedAt, event, shown: [], begunAt: undefined, plan: undefined };
}
