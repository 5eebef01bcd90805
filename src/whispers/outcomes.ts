/** Those who wait for a moment to learn what became of what they sent. */
import type { Clock } from '../clock.ts';
import type { EventId } from '../event.ts';

/** What became of a whisper. */
export type Outcome =
  | { readonly kind: 'arrived' }
  /** It is read when they come back: a sentence for the sender says so. */
  | { readonly kind: 'kept'; readonly note: string }
  /** A sentence for the sender says why. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nobody knows yet: the sender is told later if it does not arrive. */
  | { readonly kind: 'waiting' };

/** The whispers that somebody waits for. */
export class Outcomes {
  readonly #clock: Clock;
  readonly #waiting = new Map<EventId, (outcome: Outcome) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for what becomes of a whisper, but only for so many milliseconds. */
  of(id: EventId, patience: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const end = (outcome: Outcome) => {
        cancel();
        this.#waiting.delete(id);
        resolve(outcome);
      };
      const cancel = this.#clock.after(patience, () => end({ kind: 'waiting' }));
      this.#waiting.set(id, end);
    });
  }

  /** Something became of a whisper. @returns whether somebody waited for it */
  settle(id: EventId, outcome: Outcome): boolean {
    const end = this.#waiting.get(id);
    end?.(outcome);
    return end !== undefined;
  }
}
