/** Events that are not in the store yet: which ids they have, and when their sources may be told that they were taken. */
import type { EventId } from '../event.ts';

/** One event. */
interface Taking {
  readonly id: EventId;
  /** Resolves when it is in the store or, without that, delivered. */
  readonly safe: Promise<void>;
  readonly settle: () => void;
  /** How many of its deliveries are not done. */
  open: number;
}

/** The events whose writing is under way. */
export class Takings {
  /** Those that are not safe. */
  readonly #unsafe = new Map<number, Taking>();
  /** Those that are not written. */
  readonly #unwritten = new Map<EventId, Taking>();

  /** The promise for an event that is not written yet. */
  find(id: EventId): Promise<void> | undefined {
    return this.#unwritten.get(id)?.safe;
  }

  /** An event with so many deliveries. */
  add(seq: number, id: EventId, open: number): Promise<void> {
    let settle = () => {};
    const safe = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const taking = { id, safe, settle, open };
    this.#unsafe.set(seq, taking);
    this.#unwritten.set(id, taking);
    return safe;
  }

  /** It is in the store. */
  kept(seq: number, id: EventId): void {
    this.givenUp(id);
    this.#settle(seq);
  }

  /** It will never be in the store. */
  givenUp(id: EventId): void {
    this.#unwritten.delete(id);
  }

  /** One of its deliveries is done. When all are, nothing is left to keep. */
  delivered(seq: number): void {
    const taking = this.#unsafe.get(seq);
    if (taking && --taking.open === 0) this.#settle(seq);
  }

  /** Resolves when all that there is now is safe. */
  async allSafe(): Promise<void> {
    await Promise.all([...this.#unsafe.values()].map(({ safe }) => safe));
  }

  #settle(seq: number): void {
    this.#unsafe.get(seq)?.settle();
    this.#unsafe.delete(seq);
  }
}
