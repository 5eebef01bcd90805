/** Who has a page open, who is gone, and since when. */
import type { Clock } from '../../src/clock.ts';
import type { Author } from '../../src/event.ts';
import { Recent } from '../../src/recent.ts';
import type { Incoming, Person } from '../../web/chat/wire.ts';

/** Whoever closed their last page is gone after so many milliseconds, unless they are back. */
const ABSENCE = 60_000;
/** So many of those who have a page open are listed. */
const MAX_PEOPLE = 200;
/** Changes are gathered for so long, in milliseconds: many come and go at once when the bridge restarts. */
const GATHERING = 1_000;
/** Of so many it is known since when they are away. */
const MAX_AWAY = 1_000;

/** What presence stands on. */
export interface PresenceOptions {
  readonly clock: Clock;
  /** Those who have a page open, each once. */
  readonly here: () => readonly Author[];
  /** Somebody as everybody may see them. */
  readonly personOf: (author: Author) => Person;
  /** Somebody is gone. */
  readonly left: (userId: Author['id']) => void;
  /** The list has changed. */
  readonly changed: (people: Incoming['people']) => void;
}

/** The comings and goings of one web chat. */
export class Presence {
  readonly #options: PresenceOptions;
  /** Who is about to be gone: what stops that. */
  readonly #leaving = new Map<Author['id'], () => void>();
  readonly #away = new Recent<Author['id'], number>(MAX_AWAY);
  readonly #begun: number;
  #cancelTelling: (() => void) | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#begun = options.clock.now();
  }

  stop(): void {
    for (const cancel of this.#leaving.values()) cancel();
    this.#cancelTelling?.();
  }

  /** Somebody opened their first page. */
  came({ id }: Author): void {
    this.#leaving.get(id)?.();
    this.#leaving.delete(id);
    this.#tell();
  }

  /** Somebody closed their last page. */
  went({ id }: Author): void {
    const { clock, left } = this.#options;
    this.#away.set(id, clock.now());
    this.#leaving.get(id)?.();
    const cancel = clock.after(ABSENCE, () => {
      this.#leaving.delete(id);
      left(id);
    });
    this.#leaving.set(id, cancel);
    this.#tell();
  }

  /** Since when somebody has no page open, in milliseconds since the epoch, or since when that is known; undefined while they have one. */
  awaySince(userId: Author['id']): number | undefined {
    if (this.#options.here().some(({ id }) => id === userId)) return undefined;
    return this.#away.get(userId) ?? this.#begun;
  }

  /** Those who have a page open, as all are shown them. @param newcomer whose page is about to open */
  people(newcomer?: Author): Incoming['people'] {
    const { here, personOf } = this.#options;
    const others = here().filter(({ id }) => id !== newcomer?.id);
    const all = newcomer ? [...others, newcomer] : others;
    const people = all.slice(0, MAX_PEOPLE).map(personOf);
    return { people, more: all.length - people.length };
  }

  #tell(): void {
    this.#cancelTelling ??= this.#options.clock.after(GATHERING, () => {
      this.#cancelTelling = undefined;
      this.#options.changed(this.people());
    });
  }
}
