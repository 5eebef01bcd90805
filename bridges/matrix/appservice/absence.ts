/** Ghosts that have been silent for long leave a room; they come back when they speak. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Memory } from '../../../src/adapter.ts';
import type { Clock } from '../../../src/clock.ts';
import { describe } from '../homeserver.ts';
import { Kept } from '../kept.ts';
import type { Ghosts } from './ghosts.ts';

export interface AbsenceOptions {
  readonly ghosts: Ghosts;
  /** After so many milliseconds of silence a ghost leaves; 0 for never. */
  readonly patience: number;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when the adapter stops. */
  readonly ended: AbortSignal;
}

/** How often it is looked who has been silent for long, in milliseconds. */
const lookTime = 600_000;
/** When somebody spoke need not be known more exactly: it is written down at most so often for each. */
const precision = 300_000;
/** What has changed is written after so many milliseconds: in a crowd, many speak at once. */
const writeTime = 10_000;

const spokenSchema = z.record(z.string(), z.record(z.string(), z.number()));

export class Absence {
  readonly #options: AbsenceOptions;
  readonly #kept: Kept;
  /** By room and user, when they spoke last, in milliseconds since the epoch. */
  readonly #spoken = new Map<string, Map<string, number>>();
  #hasBegun = false;
  /** Ends the wait for {@link writeTime}. */
  #cancelWrite: (() => void) | undefined;

  constructor(options: AbsenceOptions) {
    this.#options = options;
    this.#kept = new Kept(options.memory, 'appservice/spoken', options.log);
  }

  /** A ghost says something in a room. */
  spoke(roomId: string, userId: string): void {
    if (this.#options.patience === 0) return;
    const now = this.#options.clock.now();
    const room = this.#spoken.get(roomId) ?? new Map<string, number>();
    this.#spoken.set(roomId, room);
    const before = room.get(userId) ?? 0;
    if (now - before < Math.min(precision, this.#options.patience / 2)) return;
    room.set(userId, now);
    this.#cancelWrite ??= this.#options.clock.after(writeTime, () => this.#write());
  }

  /** Looks from now on, until the end. @param rooms the ids of the rooms that are followed */
  async begin(rooms: () => Iterable<string>): Promise<void> {
    const { clock, ended, patience } = this.#options;
    if (patience === 0 || this.#hasBegun) return;
    this.#hasBegun = true;
    await this.#restore();
    const look = async () => {
      await this.#look(rooms());
      if (!ended.aborted) clock.after(Math.min(lookTime, patience), () => void look());
    };
    void look();
  }

  /** All ghosts leave a room that is followed no more. Never rejects. */
  async leaveAll(roomId: string): Promise<void> {
    await this.#leave(roomId, () => true);
    this.#options.ghosts.members.forget(roomId);
    this.#spoken.delete(roomId);
    this.#write();
  }

  /** Resolves when all is written. */
  settled(): Promise<void> {
    if (this.#cancelWrite) this.#write();
    return this.#kept.settled();
  }

  async #look(rooms: Iterable<string>): Promise<void> {
    const { patience, clock } = this.#options;
    for (const roomId of rooms) {
      const room = this.#spoken.get(roomId) ?? new Map<string, number>();
      this.#spoken.set(roomId, room);
      await this.#leave(roomId, (userId) => {
        // Of whom it isn't known, the time begins now.
        const at = room.get(userId) ?? clock.now();
        room.set(userId, at);
        return clock.now() - at >= patience;
      });
    }
    this.#write();
  }

  async #leave(roomId: string, isGone: (userId: string) => boolean): Promise<void> {
    const { ghosts, log, ended } = this.#options;
    try {
      for (const userId of [...(await ghosts.members.in(roomId))].filter(isGone)) {
        if (ended.aborted) return;
        await ghosts.leave(roomId, userId, ended);
        this.#spoken.get(roomId)?.delete(userId);
      }
    } catch (fault) {
      if (!ended.aborted) log.debug({ room: roomId }, `Matrix: ghosts could not leave (${describe(fault)})`);
    }
  }

  async #restore(): Promise<void> {
    const { data = {} } = spokenSchema.safeParse(await this.#kept.recall());
    for (const [roomId, users] of Object.entries(data)) {
      const room = this.#spoken.get(roomId) ?? new Map<string, number>();
      for (const [userId, at] of Object.entries(users)) if (!room.has(userId)) room.set(userId, at);
      this.#spoken.set(roomId, room);
    }
  }

  #write(): void {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    this.#kept.keep(Object.fromEntries([...this.#spoken].map(([roomId, room]) => [roomId, Object.fromEntries(room)])));
  }
}
