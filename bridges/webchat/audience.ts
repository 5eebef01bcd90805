/** The pages that are open, and what they are told: server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { Readable } from 'node:stream';
import type { Clock } from '../../src/clock.ts';
import type { Author } from '../../src/event.ts';
import { EventStreams, eventText as textOf } from '../../src/http/event-streams.ts';
import type { Incoming } from '../../web/chat/wire.ts';

/** What is sent together, waits so long for more, in milliseconds: one write to each page for all of it. */
const GATHERING = 40;
/** A page that is so many bytes behind is cut off: it comes back, and fetches what it missed. */
const MAX_BEHIND = 512_000;
/** So many pages one user may have open, and so many may be open at all. */
const MAX_EACH = 6;
const MAX_ALL = 500;

/** What is made of a change in who has a page open. */
interface Listener {
  /** Somebody opened their first page. */
  came(author: Author): void;
  /** Somebody closed their last page. */
  went(author: Author): void;
}

/** All open pages. */
export class Audience {
  readonly #clock: Clock;
  readonly #listener: Listener;
  readonly #streams: EventStreams;
  /** Whose they are. */
  readonly #pages = new Map<Readable, Author>();
  /** What waits to be sent to everybody. */
  #waiting: string[] = [];

  constructor(clock: Clock, listener: Listener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#streams = new EventStreams(clock, MAX_BEHIND);
  }

  /**
   * Opens a page's stream.
   * @param first makes what it is told first
   * @returns undefined when there are too many
   */
  open(author: Author, first: () => string): Readable | undefined {
    const own = this.#of(author.id);
    if (own.length >= MAX_EACH || this.#pages.size >= MAX_ALL) return undefined;
    // Those who are here have not heard what waits; this page is about to be told all of it.
    this.#flush();
    const stream = this.#streams.open(first());
    this.#pages.set(stream, author);
    stream.once('close', () => this.#closed(stream));
    if (own.length === 0) this.#listener.came(author);
    return stream;
  }

  /** Those who have a page open, each once. */
  get people(): readonly Author[] {
    return [...new Map([...this.#pages.values()].map((author) => [author.id, author])).values()];
  }

  /** Tells everybody. */
  tell(text: string): void {
    if (this.#pages.size === 0) return;
    if (this.#waiting.length === 0) this.#clock.after(GATHERING, () => this.#flush());
    this.#waiting.push(text);
  }

  /** Tells one user, on all their pages. Whether they have one open. */
  tellOne(userId: Author['id'], text: string): boolean {
    this.#flush();
    const pages = this.#of(userId);
    for (const stream of pages) this.#streams.tellOne(stream, text);
    return pages.length > 0;
  }

  /** Closes a user's pages, with last words. */
  dismiss(userId: Author['id'], text: string): void {
    this.#flush();
    for (const stream of this.#of(userId)) {
      this.#streams.end(stream, text);
      this.#closed(stream);
    }
  }

  /** Closes all pages: they come back when the bridge does. */
  close(): void {
    this.#flush();
    this.#streams.close();
    for (const stream of [...this.#pages.keys()]) this.#closed(stream);
  }

  #of(userId: Author['id']): Readable[] {
    return [...this.#pages].flatMap(([stream, { id }]) => (id === userId ? [stream] : []));
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#streams.tell(this.#waiting.join(''));
    this.#waiting = [];
  }

  #closed(stream: Readable): void {
    const author = this.#pages.get(stream);
    this.#pages.delete(stream);
    if (author && this.#of(author.id).length === 0) this.#listener.went(author);
  }
}

/** An event as it is sent. @param id what the page names when it comes back, so that it is told what came after */
export function eventText<Name extends keyof Incoming>(name: Name, data: Incoming[Name], id?: string): string {
  return textOf(name, data, id);
}
