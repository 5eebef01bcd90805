/** The files of messages: where they can be read, and by whom. */
import type { Logger } from 'pino';
import type { Adapter, MediaReader, Medium } from '../adapter.ts';
import type { Pictures } from '../avatars/pictures.ts';
import type { Clock } from '../clock.ts';
import type { AdapterId, Attachment, Author, MediaSource, Message, Place } from '../event.ts';
import type { Route } from '../http/route.ts';
import type { Uploads } from '../store/uploads.ts';
import { Links } from './links.ts';
import { Loader } from './loader.ts';
import { type FileServer, fileServer, MEDIA_PREFIX, mediaRoute } from './media-route.ts';

/** What it takes to carry files. */
export interface MediaOptions {
  /** So large may a file be, in bytes. */
  readonly maxBytes: number;
  /** Where what the bridge serves can be reached from everywhere; undefined where it can't. */
  readonly publicUrl: string | undefined;
  /** What addresses are signed with. */
  readonly key: Buffer;
  /** Pictures of people that no adapter has: see {@link Pictures}. */
  readonly pictures: Pictures;
  readonly uploads: Uploads;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Stands for an adapter, where a picture is none of any adapter: no adapter can be called so. */
const PICTURES = '*pictures' as AdapterId;

/** The files of one bridge. */
export class Media {
  /** Serves the files whose addresses {@link linked} gives away; undefined where nobody could reach them. */
  readonly route: Route | undefined;
  readonly #options: MediaOptions;
  readonly #links: Links | undefined;
  readonly #loader: Loader;
  readonly #serve: FileServer;
  readonly #adapters = new Map<AdapterId, Pick<Adapter, 'openMedia'>>();

  constructor(options: MediaOptions) {
    const { publicUrl, key } = options;
    const open = (source: MediaSource, signal: AbortSignal) => this.#open(source, signal);
    this.#options = options;
    this.#adapters.set(PICTURES, { openMedia: (uri, signal) => options.pictures.open(uri, signal) });
    this.#links = publicUrl === undefined ? undefined : new Links(`${publicUrl}${MEDIA_PREFIX}`, key);
    this.#loader = new Loader({ ...options, open });
    this.#serve = fileServer({ ...options, open });
    this.route = this.#links && mediaRoute(this.#links, options.clock, this.#serve);
  }

  /** An adapter whose files can be read. */
  join(id: AdapterId, adapter: Pick<Adapter, 'openMedia'>): void {
    this.#adapters.set(id, adapter);
  }

  /** The files of an adapter can be read no more. */
  leave(id: AdapterId): void {
    this.#adapters.delete(id);
  }

  /** A message whose files can be opened by whoever hears of them, as far as that can be. */
  linked<Said extends Pick<Message, 'attachments'>>(message: Said): Said {
    if (!this.#links || message.attachments.every(({ media }) => media === undefined)) return message;
    return { ...message, attachments: message.attachments.map((file) => this.#withLink(file)) };
  }

  /** What an adapter is given to read files with. */
  readerFor(adapter: AdapterId): MediaReader {
    const { maxBytes, uploads, clock } = this.#options;
    return {
      maxBytes,
      load: (...args) => this.#loader.load(...args),
      serve: (uri, name, request) => this.#serve({ adapter, uri }, name, request),
      pictureOf: (author, place) => this.#pictureOf(author, place),
      pictureUrl: (uri) => this.#links?.writePicture({ adapter, uri }),
      // What can't be looked up is uploaded again.
      uploaded: (source) => uploads.find(adapter, source).catch(() => undefined),
      noteUpload: (source, file) => uploads.note(adapter, source, file, clock.now()),
    };
  }

  #pictureOf({ avatar: uri }: Author, place: Place): MediaSource | undefined {
    if (uri === undefined) return undefined;
    const linked = this.#links?.pictureAt(uri);
    if (linked) return linked;
    if (this.#options.pictures.has(uri)) return { adapter: PICTURES, uri };
    return place.kind === 'room' ? { adapter: place.adapter, uri } : undefined;
  }

  #withLink(file: Attachment): Attachment {
    const { media, size = 0 } = file;
    const { clock, maxBytes } = this.#options;
    if (!this.#links || media === undefined || size > maxBytes) return file;
    return { ...file, url: this.#links.write(media, file, clock.now()) };
  }

  async #open({ adapter, uri }: MediaSource, signal: AbortSignal): Promise<Medium | undefined> {
    const medium = await this.#adapters.get(adapter)?.openMedia?.(uri, signal);
    // Whoever reads it hears of a fault; when nobody does, it is nobody's.
    medium?.stream.on('error', () => {});
    if (signal.aborted) medium?.stream.destroy();
    return medium;
  }
}
