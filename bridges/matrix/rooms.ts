/** What is known of the mapped rooms. */
import type { Logger } from 'pino';
import type { Clock } from '../../src/clock.ts';
import type { RoomRef } from '../../src/event.ts';
import * as sentences from './sentences.ts';

/** How a room stands. */
export interface RoomReport {
  /** Its id, once it is known. */
  readonly id: string | undefined;
  /** `open`: messages flow; `waiting`: it may open if it is tried again; `closed`: somebody has to act first. */
  readonly state: 'open' | 'waiting' | 'closed';
  /** Whether nothing is to be complained of. */
  readonly ok: boolean;
  /** A sentence for the operator. */
  readonly text: string;
  /** The id of the room where an upgraded one goes on, as long as we are not there. */
  readonly successor?: string | undefined;
  readonly isEncrypted?: true;
  /** Whether it did not let us in: being in another room may change that. */
  readonly isRefused?: true;
}

/** Milliseconds until a room that could not be reached is tried again. */
const retryInterval = 30_000;

export class Rooms {
  readonly #reports: Map<RoomRef, RoomReport>;
  readonly #dueAt = new Map<RoomRef, number>();
  readonly #log: Logger;
  readonly #clock: Clock;

  constructor(refs: readonly RoomRef[], log: Logger, clock: Clock) {
    this.#reports = new Map(refs.map((ref) => [ref, unknown(ref)]));
    this.#log = log;
    this.#clock = clock;
  }

  /** Another room is to be followed. */
  add(ref: RoomRef): void {
    if (!this.#reports.has(ref)) this.#reports.set(ref, unknown(ref));
  }

  /** A room is followed no more. */
  forget(ref: RoomRef): void {
    this.#reports.delete(ref);
    this.#dueAt.delete(ref);
  }

  /** How a room stands. */
  get(ref: RoomRef): RoomReport | undefined {
    return this.#reports.get(ref);
  }

  /** What stands in the way in a room until somebody acts: a sentence for the operator. */
  fault(ref: RoomRef): string | undefined {
    const report = this.#reports.get(ref);
    return report === undefined || report.ok || report.state === 'waiting' ? undefined : report.text;
  }

  /** Whether a room is one that we want to be in: it is mapped, or may be, or takes the place of one that is. */
  isAwaited(id: string): boolean {
    const isIt = ({ state, id: known, successor }: RoomReport) =>
      known === id || successor === id || (known === undefined && state !== 'closed');
    return [...this.#reports.values()].some(isIt);
  }

  /** The ids of all rooms of which they are known. */
  ids(): ReadonlySet<string> {
    return new Set([...this.#reports.values()].flatMap(({ id }) => id ?? []));
  }

  /** By what names a room is configured. */
  refsOf(id: string): RoomRef[] {
    return [...this.#reports].flatMap(([ref, report]) => (report.id === id ? ref : []));
  }

  /** The rooms that are to be tried (again) now. */
  due(): RoomRef[] {
    const now = this.#clock.now();
    return [...this.#reports].flatMap(([ref, { state }]) =>
      state === 'waiting' && (this.#dueAt.get(ref) ?? 0) <= now ? ref : [],
    );
  }

  /** A try begins: the room isn't due again before it was noted how it stands. */
  begin(ref: RoomRef): void {
    this.#dueAt.set(ref, Number.POSITIVE_INFINITY);
  }

  /** Takes down which room an alias stands for. */
  identify(ref: RoomRef, id: string): void {
    const report = this.#reports.get(ref);
    if (report === undefined || report.id === id) return;
    const { isEncrypted: _, ...others } = report;
    this.#reports.set(ref, { ...others, id });
  }

  /** Takes down how a room stands; what is new is said in the log. Of several names of one room only the first counts. */
  note(ref: RoomRef, report: RoomReport): void {
    // It was forgotten while somebody looked.
    if (!this.#reports.has(ref)) return;
    const { id, isEncrypted } = this.#reports.get(ref) ?? {};
    // Whoever looked was overtaken: what is encrypted stays so.
    if (isEncrypted && id === report.id && !report.isEncrypted) return;
    if (report.id !== undefined) this.identify(ref, report.id);
    const [first = ref, ...others] = report.id === undefined ? [] : this.refsOf(report.id);
    if (first === ref) this.#set(ref, report);
    for (const other of others) this.#set(other, closedTwin(other, first));
  }

  /** Closes a room that was open. */
  close(id: string, textFor: (ref: RoomRef) => string): void {
    for (const ref of this.refsOf(id)) this.note(ref, { id, state: 'closed', ok: false, text: textFor(ref) });
  }

  /** A room is encrypted now: for ever. */
  closeEncrypted(id: string): void {
    for (const ref of this.refsOf(id))
      this.note(ref, { id, state: 'closed', ok: false, text: sentences.encrypted(ref), isEncrypted: true });
  }

  /** A room is looked at again before anything else goes there: it was upgraded. */
  revisit(id: string): void {
    for (const ref of this.refsOf(id)) this.#makeDue(ref);
  }

  #set(ref: RoomRef, report: RoomReport): void {
    const isNews = this.#reports.get(ref)?.text !== report.text;
    this.#reports.set(ref, report);
    this.#dueAt.set(ref, this.#clock.now() + retryInterval);
    if (isNews) this.#log[report.ok ? 'info' : 'warn']({ room: ref }, report.text);
  }

  /** We were let into a room, or invited: if it is one that was closed or takes the place of another, it is tried at once. */
  reconsider(id: string): void {
    for (const [ref, report] of this.#reports) {
      const isClosed = report.state !== 'open' && (report.id ?? id) === id;
      if (isClosed || report.successor === id) this.#makeDue(ref);
    }
  }

  /** We are in a room more than before: those that did not let us in may do so now. */
  reconsiderRefused(): void {
    for (const [ref, { isRefused }] of this.#reports) if (isRefused) this.#makeDue(ref);
  }

  #makeDue(ref: RoomRef): void {
    const report = this.#reports.get(ref);
    if (report !== undefined) this.#reports.set(ref, { ...report, state: 'waiting' });
    this.#dueAt.delete(ref);
  }
}

function unknown(ref: RoomRef): RoomReport {
  return { id: idIn(ref), state: 'waiting', ok: false, text: sentences.notConnected(ref) };
}

/** The id of a room that is configured by it. */
export function idIn(ref: RoomRef): string | undefined {
  return ref.startsWith('!') ? String(ref) : undefined;
}

/** The report on another name of a room. */
export function closedTwin(ref: RoomRef, first: RoomRef): RoomReport {
  return { id: undefined, state: 'closed', ok: false, text: sentences.sameRoom(ref, first) };
}
