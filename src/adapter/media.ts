/** How an adapter gets at files, and lets others have its own. */
import type { Readable } from 'node:stream';
import type { Attachment, Author, MediaSource, Place } from '../event.ts';
import type { HttpAnswer, HttpRequest } from '../http/route.ts';

/** A file that is being read. */
export interface Medium {
  /** Whoever has it reads it to its end, or destroys it. */
  readonly stream: Readable;
  /** In bytes, where the platform tells it beforehand. */
  readonly size: number | undefined;
  /** Its media type: whoever uploaded it has chosen it. */
  readonly type: string | undefined;
}

/** What a file turned out to be, whatever its author's program said of it. */
export interface FileFacts {
  /** Its media type: what its platform says, and where that is nothing, what it begins with. */
  readonly type: string;
  /** In bytes. */
  readonly size: number;
  /** Of a picture or video, in pixels, as it is shown; absent where it does not tell. */
  readonly width?: number;
  readonly height?: number;
}

/** A file that was read whole. */
export interface LoadedFile extends FileFacts {
  readonly bytes: Buffer;
}

/** A file that a platform was given. */
export interface UploadedFile extends FileFacts {
  /** What it is known by there. */
  readonly uri: string;
}

/** How an adapter gets at files. */
export interface MediaReader {
  /** So large may a file be that is carried, in bytes. */
  readonly maxBytes: number;
  /**
   * Reads files whole, lets `use` have them, and forgets them. Only so much is in memory at once over all adapters: it waits for its
   * turn. In place of a file that can't be had, now or ever, there is undefined: it was tried more than once.
   * @param maxBytes so large may they be together
   * @throws what `use` throws, or the signal's reason
   */
  load<T>(
    files: readonly Attachment[],
    maxBytes: number,
    signal: AbortSignal,
    use: (loaded: readonly (LoadedFile | undefined)[]) => Promise<T>,
  ): Promise<T>;
  /** Answers somebody who may read one of this adapter's own files, in such a way that a browser runs nothing of it. */
  serve(uri: string, name: string, request: HttpRequest): Promise<HttpAnswer>;
  /** Where the picture of somebody who speaks there can be read; undefined where they have none, or nobody can. */
  pictureOf(author: Author, place: Place): MediaSource | undefined;
  /**
   * The address under which everybody can see a picture of somebody that only this adapter can read: always the same one for the same
   * picture, as an {@link Author}'s has to be. Undefined where nobody could reach it.
   */
  pictureUrl(uri: string): string | undefined;
  /** What this adapter's platform knows a file by that this adapter has uploaded there before. */
  uploaded(source: MediaSource): Promise<UploadedFile | undefined>;
  /** This adapter has uploaded a file, and its platform knows it by this from now on. */
  noteUpload(source: MediaSource, file: UploadedFile): void;
}
