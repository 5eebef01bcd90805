import { SnowflakeUtil } from 'discord.js';
import type { Clock } from '../../src/clock.ts';
import { nativeIdOf, type Whereabouts } from './native-id.ts';
import type { Positions } from './positions.ts';

/**
 * Discord numbers messages by time, but not strictly over several threads: what was said so many milliseconds before the last message
 * is heard again to be sure, unless that is long ago.
 */
const overlap = 60_000;
const longAgo = 3_600_000;

/** Up to where the threads of each room were heard, kept over a restart: for all threads of a room together, since they may be many. */
export class ThreadPositions {
  readonly #positions: Positions;
  readonly #clock: Clock;
  /** By room, the id of the latest message. */
  readonly #latest = new Map<string, bigint>();
  /** By room, what counts as heard: while some threads are caught up on and others are not, it stays where it was. */
  readonly #heard = new Map<string, bigint>();
  /** By room, the id before which nothing is heard again: the room was not mapped then. */
  readonly #since = new Map<string, string>();
  #catchingUp = 0;

  constructor(positions: Positions, clock: Clock) {
    this.#positions = positions;
    this.#clock = clock;
  }

  /** Where to begin in the threads of a room. @param end the id of the latest message, for threads that were never heard */
  async load(room: string, end: string): Promise<string> {
    const last = await this.#positions.load(keyOf(room));
    const since = await this.#positions.load(sinceKeyOf(room));
    if (since !== undefined) this.#since.set(room, since);
    this.#latest.set(room, BigInt(last ?? end));
    this.#heard.set(room, BigInt(last ?? end));
    if (last === undefined) this.#positions.note(keyOf(room), end);
    return this.start(room);
  }

  /** The threads of a room are heard from now on, whatever was heard of them before. @param end the id of the latest message */
  begin(room: string, end: string): void {
    this.#latest.set(room, BigInt(end));
    this.#heard.set(room, BigInt(end));
    this.#positions.begin(keyOf(room), end);
    this.#since.set(room, end);
    this.#positions.begin(sinceKeyOf(room), end);
  }

  /** A room is heard no more. */
  forget(room: string): void {
    this.#latest.delete(room);
    this.#heard.delete(room);
    this.#since.delete(room);
  }

  /** The id after which a thread of a room may hold something that was not heard. */
  start(room: string): string {
    const heard = `${this.#heard.get(room) ?? 0n}`;
    const at = SnowflakeUtil.timestampFrom(heard);
    if (at < this.#clock.now() - longAgo) return heard;
    const start = SnowflakeUtil.generate({ timestamp: at - overlap }).toString();
    const since = this.#since.get(room) ?? '0';
    return BigInt(since) > BigInt(start) ? since : start;
  }

  /** A message was heard in a thread of a room. @param taken the core's answer; undefined when it was nothing for the core */
  note(room: string, message: Whereabouts, taken?: Promise<void>): void {
    const [id, latest] = [BigInt(message.id), this.#latest.get(room) ?? 0n];
    this.#latest.set(room, id > latest ? id : latest);
    if (this.#catchingUp === 0) this.#settle();
    this.#positions.note(keyOf(room), nativeIdOf(room, message), taken, `${this.#heard.get(room) ?? 0n}`);
  }

  /** Lets positions stay where they are until all threads were caught up on. */
  async during(catchUp: Promise<void>): Promise<void> {
    this.#catchingUp += 1;
    await catchUp;
    this.#catchingUp -= 1;
    if (this.#catchingUp === 0) this.#settle();
  }

  /** The ids of the latest messages that people wrote in a thread of a room, oldest first. */
  said(room: string, thread: string): readonly string[] {
    const start = `${thread}/`;
    const all = this.#positions.said(keyOf(room));
    return all.flatMap((id) => (id.startsWith(start) ? id.slice(start.length) : []));
  }

  #settle(): void {
    for (const [room, latest] of this.#latest) this.#heard.set(room, latest);
  }
}

function keyOf(room: string): string {
  return `${room}/threads`;
}

function sinceKeyOf(room: string): string {
  return `${room}/threads/since`;
}
