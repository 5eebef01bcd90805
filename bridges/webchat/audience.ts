/** The pages that are open, and what they are told: server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { Readable } from 'node:stream';
import type { Clock } from '../../src/clock.ts';
import type { Author } from '../../src/event.ts';
import type { Incoming } from '../../web/chat/wire.ts';

/** What is sent together, waits so long for more, in milliseconds: one write to each page for all of it. */
const GATHERING = 40;
/** So often a page is told that all is well, in milliseconds: proxies end silent connections, and pages know by it that theirs works. */
const HEARTBEAT = 20_000;
const BEAT = 'event: beat\ndata: {}\n\n';
/** A page that is so many bytes behind is cut off: it comes back, and fetches what it missed. */
const MAX_BEHIND = 512_000;
/** So many pages one user may have open, and so many may be open at all. */
const MAX_EACH = 6;
const MAX_ALL = 500;

/** One page. */
interface Page {
  readonly author: Author;
  readonly stream: Readable;
}

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
  readonly #pages = new Set<Page>();
  /** What waits to be sent to everybody. */
  #waiting: string[] = [];
  #cancelBeat: (() => void) | undefined;

  constructor(clock: Clock, listener: Listener) {
    this.#clock = clock;
    this.#listener = listener;
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
    const stream = new Readable({ read() {} });
    stream.push(first());
    const page = { author, stream };
    this.#pages.add(page);
    stream.once('close', () => this.#closed(page));
    if (own.length === 0) this.#listener.came(author);
    this.#cancelBeat ??= this.#clock.after(HEARTBEAT, () => this.#beat());
    return stream;
  }

  /** Those who have a page open, each once. */
  get people(): readonly Author[] {
    return [...new Map([...this.#pages].map(({ author }) => [author.id, author])).values()];
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
    for (const page of pages) this.#send(page, Buffer.from(text));
    return pages.length > 0;
  }

  /** Closes a user's pages, with last words. */
  dismiss(userId: Author['id'], text: string): void {
    this.tellOne(userId, text);
    for (const page of this.#of(userId)) this.#end(page);
  }

  /** Closes all pages: they come back when the bridge does. */
  close(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
    this.#flush();
    for (const page of this.#pages) this.#end(page);
  }

  #of(userId: Author['id']): Page[] {
    return [...this.#pages].filter(({ author }) => author.id === userId);
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    // One buffer, which all pages share.
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    for (const page of this.#pages) this.#send(page, bytes);
  }

  #send({ stream }: Page, bytes: Buffer): void {
    if (stream.readableLength > MAX_BEHIND) stream.destroy();
    else stream.push(bytes);
  }

  #end(page: Page): void {
    page.stream.push(null);
    this.#closed(page);
  }

  #beat(): void {
    this.#cancelBeat = undefined;
    if (this.#pages.size === 0) return;
    this.#flush();
    const bytes = Buffer.from(BEAT);
    for (const page of this.#pages) this.#send(page, bytes);
    this.#cancelBeat = this.#clock.after(HEARTBEAT, () => this.#beat());
  }

  #closed(page: Page): void {
    if (this.#pages.delete(page) && this.#of(page.author.id).length === 0) this.#listener.went(page.author);
  }
}

/** An event as it is sent. @param id what the page names when it comes back, so that it is told what came after */
export function eventText<Name extends keyof Incoming>(name: Name, data: Incoming[Name], id?: string): string {
  // JSON has no line break outside of texts, and none in them.
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
