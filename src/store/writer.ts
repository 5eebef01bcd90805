/** Group commit: what is to be written at about the same time becomes one transaction. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { type Database, type Statement, StatementError } from './database.ts';
import { type Group, newGroup, sizeOf, unheard } from './group.ts';
import { Retry } from './retry.ts';

/** What a writer is made of. */
export interface WriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** A number from 0 up to but without 1, like Math.random. */
  readonly random: () => number;
  readonly log: Logger;
  /** How many characters may wait in memory; 64 Mi by default. */
  readonly limit?: number;
}

/** Enough to be fast, and few enough not to hold up everything else for long. */
const BATCH = 2_000;
const LIMIT = 64 * 2 ** 20;

/**
 * The one who writes to a database. Everything is written in the order of the calls. What can't be written stays in memory and is
 * tried again; while that is so, {@link fault} says why.
 */
export class Writer {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #limit: number;
  readonly #retry: Retry;
  readonly #clock: Clock;
  #waiting: Group[] = [];
  /** What is written just now, or is tried again. */
  #batch: Group[] = [];
  /** The newest group, while the stretch of code that makes it still runs. */
  #open: Group | undefined;
  /** How many groups are written alone, since one of them is wrong. */
  #alone = 0;
  #size = 0;
  #givenUp = 0;
  #running: Promise<void> | undefined;
  #closed = false;
  #busySince: number | undefined;

  constructor({ database, clock, random, log, limit = LIMIT }: WriterOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
    this.#limit = limit;
    this.#retry = new Retry(clock, random);
  }

  /** Why nothing can be written at present: a sentence for the operator. */
  get fault(): string | undefined {
    return this.#retry.fault;
  }

  /** Since when the database has been writing, in milliseconds since the epoch; undefined when it is not. */
  get busySince(): number | undefined {
    return this.#busySince;
  }

  /** Calls `listener` whenever the database begins to be unwritable, until the returned function is called. */
  onFault(listener: () => void): () => void {
    return this.#retry.onFault(listener);
  }

  /**
   * Adds statements to the next transaction: whatever is added without waiting in between is written together or not at all.
   * Resolves when they would outlive a crash; rejects when they never will, which is logged here. Nobody has to listen to that.
   */
  add(...statements: Statement[]): Promise<void> {
    if (this.#closed) return unheard(Promise.reject(new Error('the store is closed')));
    const group = this.#openGroup();
    group.statements.push(...statements);
    const size = statements.reduce((sum, statement) => sum + sizeOf(statement), 0);
    group.size += size;
    this.#size += size;
    if (this.#size > this.#limit) this.#giveUp();
    this.#running ??= this.#run();
    return group.promise;
  }

  /** Like {@link add}, but resolves at once while the database can't be written, and never rejects: for what need not be kept to go on. */
  addUnlessFaulty(...statements: Statement[]): Promise<void> {
    const kept = this.add(...statements);
    if (this.fault !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = () => {
        stop();
        resolve();
      };
      const stop = this.onFault(settle);
      kept.then(settle, settle);
    });
  }

  /**
   * Resolves when all that was added so far would outlive a crash; undefined when it already does. What was given up for good counts
   * as done: whoever added it has been told.
   */
  flushed(): Promise<void> | undefined {
    const last = this.#waiting.at(-1) ?? this.#batch.at(-1);
    return last?.promise.catch(() => {});
  }

  /** Writes what still waits, for at most so many milliseconds, and takes no more. */
  async close(timeout: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#retry.hurry();
    let cancel = () => {};
    const overtime = new Promise<void>((resolve) => {
      cancel = this.#clock.after(timeout, resolve);
    });
    await Promise.race([this.#running, overtime]);
    cancel();
    const left = [...this.#batch, ...this.#waiting];
    if (left.length === 0) return;
    this.#log.error(`${left.length} changes could not be kept before the end. ${this.fault ?? 'The database was too slow.'}`);
    this.#retry.end();
    for (const { failed } of left) failed(new Error('the store was closed before this could be kept'));
  }

  #openGroup(): Group {
    if (this.#open) return this.#open;
    const group = newGroup();
    this.#open = group;
    this.#waiting.push(group);
    queueMicrotask(() => {
      this.#open = undefined;
    });
    return group;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#retry.ended) {
      await new Promise(setImmediate);
      this.#takeBatch();
      await this.#writeBatch();
    }
    this.#running = undefined;
  }

  #takeBatch(): void {
    const most = this.#alone > 0 ? 1 : BATCH;
    let count = 0;
    for (let statements = 0; count < this.#waiting.length && statements < most; count++)
      statements += Math.max(1, this.#waiting[count]?.statements.length ?? 0);
    this.#batch = this.#waiting.splice(0, count);
    if (this.#alone > 0) this.#alone--;
  }

  /** Tries until the batch is written, or turns out to be wrong, or is given up. */
  async #writeBatch(): Promise<void> {
    // The same array for each try: see Database.write.
    const statements = this.#batch.flatMap((group) => group.statements);
    const groups = this.#batch;
    while (this.#batch === groups) {
      this.#busySince = this.#clock.now();
      try {
        if (statements.length > 0) await this.#database.write(statements);
        this.#recovered();
        this.#finish(groups, ({ written }) => written());
      } catch (error) {
        this.#busySince = undefined;
        if (error instanceof StatementError) this.#refused(groups, error);
        else await this.#rest(error as Error);
        if (this.#retry.ended) return;
      }
    }
    this.#busySince = undefined;
  }

  /** One of these groups is wrong. They are tried again one by one, so that only that one is lost. */
  #refused(groups: readonly Group[], error: StatementError): void {
    this.#recovered();
    const [only, ...others] = groups;
    if (others.length > 0) {
      this.#alone = groups.length;
      this.#waiting.unshift(...groups);
      this.#batch = [];
      return;
    }
    const sql = only?.statements.map((statement) => statement.sql);
    this.#log.error({ fault: error.message, sql }, 'a fault in the bridge: the database refused a change, which is lost');
    this.#finish(groups, ({ failed }) => failed(error));
  }

  #finish(groups: readonly Group[], settle: (group: Group) => void): void {
    this.#batch = [];
    for (const group of groups) {
      this.#size -= group.size;
      settle(group);
    }
  }

  async #rest(error: Error): Promise<void> {
    const first = this.fault === undefined;
    const rested = this.#retry.rest(`${error.message}.`, this.#closed);
    if (first) {
      this.#log.error(
        `${this.fault} The bridge goes on and keeps what happens in memory; it is lost if the bridge ends before that is mended.`,
      );
    }
    await rested;
  }

  #recovered(): void {
    if (this.fault === undefined) return;
    const lost = this.#givenUp > 0 ? `${this.#givenUp} changes had to be given up` : 'all that happened meanwhile is kept';
    this.#log.warn(`The database ${this.#database.location} can be written again; ${lost}.`);
    this.#givenUp = 0;
    this.#retry.recovered();
  }

  /** Too much waits: gives up the oldest, whole groups only. A batch that is being written is left to its fate. */
  #giveUp(): void {
    if (this.#givenUp === 0)
      this.#log.error(`Too much waits to be written to ${this.#database.location}: the oldest changes are given up.`);
    const error = new Error('given up: the database could not be written for too long');
    const drop = (groups: readonly Group[]) => {
      this.#givenUp += groups.length;
      for (const group of groups) {
        this.#size -= group.size;
        group.failed(error);
      }
    };
    if (this.#retry.resting && this.#batch.length > 0) {
      drop(this.#batch);
      this.#batch = [];
      this.#retry.hurry();
    }
    let count = 0;
    let size = 0;
    // The newest stays, since it may still grow.
    while (this.#size - size > this.#limit && count < this.#waiting.length - 1) {
      size += this.#waiting[count]?.size ?? 0;
      count++;
    }
    drop(this.#waiting.splice(0, count));
  }
}
