/** Reads files whole, within bounds of size, memory and time. */
import type { Logger } from 'pino';
import type { FileFacts, LoadedFile, Medium } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import type { Attachment, MediaSource } from '../event.ts';
import { Budget } from './budget.ts';
import { dimensionsOf } from './dimensions.ts';

/** What the loader is made of. */
export interface LoaderOptions {
  /** So large may a file be, in bytes. */
  readonly maxBytes: number;
  /** Opens a file at its platform: {@link Adapter.openMedia}. */
  readonly open: (source: MediaSource, signal: AbortSignal) => Promise<Medium | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Bytes of files that may be read or sent at once, unless a single file may have more. Those who send them copy them once or twice. */
const IN_MEMORY = 32_000_000;
/** How long the files of one message may take, in milliseconds: half of the time that a delivery has. */
const TIME = 15_000;
const TRIES = 2;
const ANY_TYPE = 'application/octet-stream';

/** Loads files for those who upload them elsewhere. */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #budget: Budget;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#budget = new Budget(Math.max(IN_MEMORY, options.maxBytes));
  }

  /** See {@link MediaReader.load}. */
  async load<T>(
    files: readonly Attachment[],
    maxBytes: number,
    signal: AbortSignal,
    use: (loaded: readonly (LoadedFile | undefined)[]) => Promise<T>,
  ): Promise<T> {
    const most = Math.min(maxBytes, this.#options.maxBytes);
    const share = Math.min(
      most,
      files.reduce((sum, file) => sum + sizeOf(file, most), 0),
    );
    if (share === 0) return use(files.map(() => undefined));
    const giveBack = await this.#budget.take(share, signal);
    try {
      return await use(await this.#readAll(files, share, signal));
    } finally {
      giveBack();
    }
  }

  async #readAll(files: readonly Attachment[], share: number, signal: AbortSignal): Promise<(LoadedFile | undefined)[]> {
    const ending = new AbortController();
    const end = () => ending.abort(new Error('given up'));
    const cancel = this.#options.clock.after(TIME, () => ending.abort(new Error('it took too long')));
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      const loaded: (LoadedFile | undefined)[] = [];
      let left = share;
      for (const file of files) {
        const read =
          file.media && sizeOf(file, left) > 0 ? await this.#tryToRead(file, file.media, left, ending.signal) : undefined;
        left -= read?.bytes.length ?? 0;
        loaded.push(read);
      }
      signal.throwIfAborted();
      return loaded;
    } finally {
      cancel();
      signal.removeEventListener('abort', end);
    }
  }

  async #tryToRead(
    { name, mimeType }: Attachment,
    source: MediaSource,
    most: number,
    signal: AbortSignal,
  ): Promise<LoadedFile | undefined> {
    let fault: unknown = 'it is not there';
    for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
      try {
        const medium = await unlessAborted(signal, this.#options.open(source, signal));
        if (medium === undefined) break;
        const bytes = await unlessAborted(signal, readUpTo(medium, most));
        if (bytes !== undefined) return { bytes, ...factsOf(bytes, typeOf(medium.type ?? mimeType)) };
        fault = 'it is larger than it was said to be';
        break;
      } catch (error) {
        fault = error;
      }
    }
    const reason = fault instanceof Error ? fault.message : fault;
    this.#options.log.warn({ adapter: source.adapter, file: name.slice(0, 100) }, `A file could not be fetched: ${reason}`);
    return undefined;
  }
}

/** How much has to be free for a file; 0 for one that isn't read. Some programs say 0 where they don't know. */
function sizeOf({ media, size }: Attachment, most: number): number {
  if (media === undefined || (size ?? 0) > most) return 0;
  return size || most;
}

/** Undefined when there is more than that. */
async function readUpTo({ stream, size }: Medium, most: number): Promise<Buffer | undefined> {
  try {
    if (size !== undefined && size > most) return undefined;
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > most) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    stream.destroy();
  }
}

/** @param said its media type, as its platform says */
function factsOf(bytes: Buffer, said: string): FileFacts {
  const size = bytes.length;
  const found = dimensionsOf(bytes);
  if (found === undefined) return { type: said, size };
  const { type, width, height } = found;
  return { type: said === ANY_TYPE ? type : said, size, width, height };
}

/** A media type alone, in small letters: whatever else somebody wrote there is no business of anybody. */
export function typeOf(given: string | undefined): string {
  return /^\s*([\w.+-]{1,64}\/[\w.+-]{1,64})\s*(?:;|$)/.exec(given ?? '')?.[1]?.toLowerCase() ?? ANY_TYPE;
}

/** Nobody has to keep to a signal for us to go on. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
