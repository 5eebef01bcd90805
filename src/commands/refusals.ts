/** Refused commands in the audit log: who tries the same again and again fills neither it nor the room of the moderators. */
import type { Given } from './command.ts';
import { type Deed, recordLater } from './record.ts';

/** In this time, in milliseconds, what is refused again for the same reason is counted. */
const TIME = 60_000;
/** So many refusals are watched; beyond it, each is noted. */
const MAX_WATCHED = 1_000;

/** What was refused lately. */
export class Refusals {
  /** How often again since it was noted, by who, what and why. */
  readonly #again = new Map<string, number>();

  /** Notes a refusal: the first at once, and those like it within a minute as one entry at its end. */
  note(given: Given, deed: Deed): void {
    const { origin, invocation, services } = given;
    const key = JSON.stringify([origin.id, invocation.caller.author.id, deed.action, deed.detail]);
    const again = this.#again.get(key);
    if (again !== undefined) {
      this.#again.set(key, again + 1);
      return;
    }
    recordLater(given, deed);
    if (this.#again.size >= MAX_WATCHED) return;
    this.#again.set(key, 0);
    services.clock.after(TIME, () => {
      const count = this.#again.get(key) ?? 0;
      this.#again.delete(key);
      const times = count === 1 ? 'once more' : `${count} more times`;
      if (count > 0) recordLater(given, { ...deed, target: `${times} within a minute` });
    });
  }
}
