/** Server-sent events to pages that are open. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { HttpAnswer } from './route.ts';

/** So often a page is told that all is well, in milliseconds: proxies end silent connections, and pages know by it that theirs works. */
const HEARTBEAT = 20_000;
const BEAT = Buffer.from('event: beat\ndata: {}\n\n');
/** The streams of all pages. */
export class EventStreams {
  readonly #clock: Clock;
  readonly #maxBehind: number;
  readonly #streams = new Set<Readable>();
  #cancelBeat: (() => void) | undefined;

  /** @param maxBehind a page that is so many bytes behind is cut off: it comes back */
  constructor(clock: Clock, maxBehind: number) {
    this.#clock = clock;
    this.#maxBehind = maxBehind;
  }

  /** Opens one. @param first what it is told first */
  open(first: string): Readable {
    const stream = new Readable({ read() {} });
    stream.push(first);
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    this.#cancelBeat ??= this.#clock.after(HEARTBEAT, () => this.#beat());
    return stream;
  }

  /** Tells everybody. */
  tell(text: string): void {
    if (this.#streams.size > 0) this.#tell(Buffer.from(text));
  }

  /** Tells one. */
  tellOne(stream: Readable, text: string): void {
    this.#send(stream, Buffer.from(text));
  }

  /** Ends one, with last words. */
  end(stream: Readable, text: string): void {
    if (!this.#streams.delete(stream)) return;
    stream.push(text);
    stream.push(null);
  }

  /** Ends all: they come back when the bridge does. */
  close(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
    for (const stream of this.#streams) stream.push(null);
    this.#streams.clear();
  }

  /** One buffer, which all share. */
  #tell(bytes: Buffer): void {
    for (const stream of this.#streams) this.#send(stream, bytes);
  }

  #send(stream: Readable, bytes: Buffer): void {
    if (stream.readableLength > this.#maxBehind) stream.destroy();
    else stream.push(bytes);
  }

  #beat(): void {
    this.#cancelBeat = undefined;
    if (this.#streams.size === 0) return;
    this.#tell(BEAT);
    this.#cancelBeat = this.#clock.after(HEARTBEAT, () => this.#beat());
  }
}

/** An event as it is sent. @param id what the page names when it comes back, so that it is told what came after */
export function eventText(name: string, data: unknown, id?: string): string {
  // JSON has no line break outside of texts, and none in them.
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The answer that such a stream is. */
export function streamAnswer(stream: Readable): HttpAnswer {
  // nginx would hold back what comes in little pieces.
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
  return { status: 200, headers, body: stream };
}
