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
  #catchingUp = 0;

  constructor(positions: Positions, clock: Clock) {
    this.#positions = positions;
    this.#clock = clock;
  }

  /** Where to begin in the threads of a room. @param end the id of the latest message, for threads that were never heard */
  async load(room: string, end: string): Promise<string> {
    const last = await this.#positions.load(keyOf(room));
    this.#latest.set(room, BigInt(last ?? end));
    this.#heard.set(room, BigInt(last ?? end));
    if (last === undefined) this.#positions.note(keyOf(room), end);
    return this.start(room);
  }

  /** The id after which a thread of a room may hold something that was not heard. */
  start(room: string): string {
    const heard = `${this.#heard.get(room) ?? 0n}`;
    const at = SnowflakeUtil.timestampFrom(heard);
    return at < this.#clock.now() - longAgo ? heard : SnowflakeUtil.generate({ timestamp: at - overlap }).toString();
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
