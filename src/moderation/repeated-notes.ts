/** What comes again and again, in the audit log: who does the same without end fills neither it nor the room of the moderators. */

import type { Deed } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Audit } from '../store/audit.ts';

/** What they are written with. */
export interface RepeatedNotesOptions {
  readonly audit: Pick<Audit, 'note'>;
  readonly clock: Clock;
  /** So many different things are told apart at a time; what is beyond them is counted together. */
  readonly most: number;
}

/** In this time, in milliseconds, what comes again is counted. */
const TIME = 60_000;

/** Notes the first at once, and those like it within a minute as one entry at its end. What can't be written the store tells in the log. */
export class RepeatedNotes {
  readonly #options: RepeatedNotesOptions;
  /** How often again since it was noted, by what makes it the same. */
  readonly #again = new Map<string, number>();
  /** How many were too different to be told apart; undefined for none lately. */
  #others: number | undefined;

  constructor(options: RepeatedNotesOptions) {
    this.#options = options;
  }

  /** @param key what makes it the same as another one */
  note(key: string, deed: Deed): void {
    const again = this.#again.get(key);
    if (again !== undefined) this.#again.set(key, again + 1);
    else if (this.#again.size < this.#options.most) this.#first(key, deed);
    else this.#other();
  }

  #first(key: string, deed: Deed): void {
    this.#again.set(key, 0);
    this.#write(deed);
    this.#options.clock.after(TIME, () => {
      const count = this.#again.get(key) ?? 0;
      this.#again.delete(key);
      if (count > 0) this.#write({ ...deed, target: `${times(count)} within a minute` });
    });
  }

  #other(): void {
    this.#others = (this.#others ?? 0) + 1;
    if (this.#others > 1) return;
    this.#options.clock.after(TIME, () => {
      const count = this.#others ?? 0;
      this.#others = undefined;
      this.#write({ who: 'many others', action: 'refused', target: `${count} within a minute`, detail: '' });
    });
  }

  #write(deed: Deed): void {
    this.#options.audit.note(deed).catch(() => {});
  }
}

function times(count: number): string {
  return count === 1 ? 'once more' : `${count} more times`;
}
