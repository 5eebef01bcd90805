/** What people send from the page: who may, how much, for how long it is kept, and what becomes of it. */
import { randomBytes } from 'node:crypto';
import type { AdapterHost, Medium } from '../../../src/adapter.ts';
import type { Attachment, Author } from '../../../src/event.ts';
import { FloodLimiter } from '../../../src/flood.ts';
import { BodyError } from '../../../src/http/body.ts';
import { excerpt } from '../../../src/text/excerpt.ts';
import type { Requests } from '../../../web/chat/wire.ts';
import type { WebChatConfig } from '../config.ts';
import type { Session } from '../sessions.ts';
import { fittingName, HEAD_BYTES, kindCalled, kindOf } from './kinds.ts';
import { Shelf, type Shelved } from './shelf.ts';

/** So many files a minute one user may send. */
const PER_MINUTE = 20;
/** So many may be on their way at once: of one user, and altogether. */
const MAX_RUNNING = 64;
/** Who was told that a file may come begins to send it within so many milliseconds; one that came and was not sent goes after as many. */
const TICKET_TIME = 60_000;
const UNSENT_TIME = 3_600_000;
/** A file that may still wait for a room that is away is not put out to make room for others, in milliseconds. */
const YOUNG = 86_400_000;
/** So often is looked for what is too old, in milliseconds. */
const SWEEP_TIME = 3_600_000;
const DAY = 86_400_000;
const MB = 1_000_000;
const MAX_DESCRIPTION = 500;
const MAX_SIDE = 20_000;

/** What somebody is told who may not send a file: a sentence. */
type Refused = { readonly fault: string };

/** A file that may come. */
interface Ticket {
  readonly owner: string;
  /** In bytes, as its sender says: it may not be larger. */
  readonly size: number;
  readonly until: number;
  isRunning: boolean;
}

/** The files of a web chat. */
export class Uploads {
  readonly #config: WebChatConfig['uploads'];
  readonly #host: AdapterHost;
  readonly #shelf: Shelf;
  readonly #limit: FloodLimiter;
  readonly #ownerOf: (author: Author) => string;
  /** By the secret that stands in the address to which it is sent. */
  readonly #tickets = new Map<string, Ticket>();
  #cancelSweep = () => {};

  /** @param ownerOf what stands for a user in names of files: always the same for the same one */
  constructor(config: WebChatConfig, host: AdapterHost, ownerOf: (author: Author) => string) {
    this.#config = config.uploads;
    this.#host = host;
    this.#shelf = new Shelf(host.folder);
    this.#limit = new FloodLimiter({ perMinute: PER_MINUTE, clock: host.clock });
    this.#ownerOf = ownerOf;
  }

  /** @throws when the folder can't be read or made */
  async start(): Promise<void> {
    await this.#shelf.open();
    await this.#sweep();
  }

  /** Never rejects. */
  async stop(): Promise<void> {
    this.#cancelSweep();
    await this.#shelf.close();
  }

  /** The largest file that anybody may send, in bytes. */
  get maxBytes(): number {
    return Math.min(this.#config.max_mb * MB, this.#host.media.maxBytes);
  }

  /** How much somebody may send with a message; undefined where they may send no files. */
  allowed({ kind }: Pick<Session, 'kind'>): { readonly maxBytes: number; readonly maxFiles: number } | undefined {
    const { from, max_files: maxFiles } = this.#config;
    const may = from === 'everybody' || (from === 'accounts' && kind !== 'guest');
    return may && this.maxBytes > 0 ? { maxBytes: this.maxBytes, maxFiles } : undefined;
  }

  /** Somebody wants to send a file. Gives the secret to send it with, or why they can't. */
  async announce(session: Session, size: number): Promise<{ readonly ticket: string } | Refused> {
    const owner = this.#ownerOf(session.author);
    if (!this.allowed(session)) return { fault: 'You may not send files here.' };
    if (size === 0) return { fault: 'This file is empty.' };
    if (size > this.maxBytes) return { fault: `A file may have at most ${this.maxBytes / MB} MB.` };
    if (this.#limit.allow(session.author.id) !== 'yes') return { fault: 'Those were too many files at once. Wait a minute.' };
    this.#forgetTickets();
    const own = [...this.#tickets.values()].filter((ticket) => ticket.owner === owner);
    if (own.length >= this.#config.max_files || this.#tickets.size >= MAX_RUNNING)
      return { fault: 'Too many files are on their way already. Wait a moment.' };
    const going = this.#makeRoom(owner, size);
    if ('fault' in going) return going;
    const ticket = randomBytes(18).toString('base64url');
    this.#tickets.set(ticket, { owner, size, until: this.#host.clock.now() + TICKET_TIME, isRunning: false });
    // Only now, so that another one who asks meanwhile finds the room taken.
    await Promise.all(going);
    return { ticket };
  }

  /** Takes the file that was announced. @throws {BodyError} */
  async receive(session: Session, name: string, source: AsyncIterable<Buffer>): Promise<{ readonly id: string } | Refused> {
    const owner = this.#ownerOf(session.author);
    const ticket = this.#tickets.get(name);
    if (ticket === undefined || ticket.isRunning || ticket.owner !== owner)
      return { fault: 'This file was not expected. Try again.' };
    ticket.isRunning = true;
    let head = Buffer.alloc(0);
    const checked = async function* () {
      let size = 0;
      for await (const piece of source) {
        size += piece.length;
        if (size > ticket.size) throw new BodyError(413, 'The file is larger than it was said to be.');
        if (head.length < HEAD_BYTES) head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
        yield piece;
      }
      if (size < ticket.size) throw new BodyError(400, 'The file came only in part.');
    };
    try {
      const ended = () => ({ ending: kindOf(head).ending, at: this.#host.clock.now() });
      const random = randomBytes(16).toString('base64url');
      return { id: (await this.#shelf.take(`${owner}.${random}`, owner, checked(), ended)).id };
    } finally {
      this.#tickets.delete(name);
    }
  }

  /** Somebody sends no file after all that they have uploaded. */
  async discard({ author }: Session, id: string): Promise<void> {
    const file = this.#own(author, id);
    if (file && !file.isSent) await this.#shelf.drop(id);
  }

  /** The files of a message that is about to be sent, or why they can't be. */
  async attach(session: Session, files: Requests['say']['files'] = []): Promise<readonly Attachment[] | Refused> {
    const allowed = this.allowed(session);
    if (files.length > 0 && !allowed) return { fault: 'You may not send files here.' };
    if (files.length > (allowed?.maxFiles ?? 0)) return { fault: `A message has at most ${allowed?.maxFiles ?? 0} files.` };
    const attachments: Attachment[] = [];
    for (const { id, name, description = '', spoiler, width = 0, height = 0 } of files) {
      const file = this.#own(session.author, id);
      const kind = file && kindCalled(file.ending);
      if (!file || !kind) return { fault: 'A file is not there any more. Take it out, and add it again.' };
      // It goes with its message, and would go from the other one too.
      if (file.isSent) return { fault: 'A file was sent already. Take it out, and add it again.' };
      const isSized = Math.min(width, height) > 0 && Math.max(width, height) <= MAX_SIDE;
      attachments.push({
        name: fittingName(name, kind),
        media: { adapter: this.#host.id, uri: id },
        mimeType: kind.type,
        size: file.size,
        ...(isSized && { width, height }),
        ...(description.trim() && { description: excerpt(description.trim(), MAX_DESCRIPTION) }),
        ...(spoiler && { spoiler }),
      });
    }
    const now = this.#host.clock.now();
    await Promise.all(files.map(({ id }) => this.#shelf.send(id, now)));
    return attachments;
  }

  /** The message of these files is gone. Never rejects. */
  async remove(attachments: readonly Attachment[] = []): Promise<void> {
    const ids = attachments.flatMap(({ media }) => (media?.adapter === this.#host.id ? [media.uri] : []));
    await Promise.all(ids.map((id) => this.#drop(id)));
  }

  /** Opens a file for whoever may read it. */
  open(id: string, signal: AbortSignal): Medium | undefined {
    const found = this.#shelf.read(id, signal);
    return found && { stream: found.stream, size: found.file.size, type: kindCalled(found.file.ending)?.type };
  }

  #own(author: Author, id: string): Shelved | undefined {
    const file = this.#shelf.get(id);
    return file?.owner === this.#ownerOf(author) ? file : undefined;
  }

  /** Makes room for a file among those of its owner, and among all. @returns the deletions, which never reject, or why there is none */
  #makeRoom(owner: string, size: number): readonly Promise<void>[] | Refused {
    const { user_mb: own, total_mb: total } = this.#config;
    const ofOwner = this.#shrink((file) => file.owner === owner, own * MB - size);
    if (!ofOwner)
      return { fault: 'You have sent as much as you may for now. Delete messages with files, or try again tomorrow.' };
    const ofAll = this.#shrink(() => true, total * MB - size);
    return ofAll ? [...ofOwner, ...ofAll] : { fault: 'There is no room for more files now. Try again tomorrow.' };
  }

  /** Deletes the oldest of some files, as far as they are not young, until those that stay, and come, have no more bytes; undefined when that can't be. */
  #shrink(which: (file: Pick<Shelved, 'owner'>) => boolean, most: number): readonly Promise<void>[] | undefined {
    const files = this.#shelf.all.filter(which);
    const coming = [...this.#tickets.values()].filter(which);
    let bytes = [...files, ...coming].reduce((sum, { size }) => sum + size, 0);
    const limit = this.#host.clock.now() - YOUNG;
    const going: string[] = [];
    for (const { id, at, size } of files) {
      if (bytes <= most || at > limit) break;
      going.push(id);
      bytes -= size;
    }
    return bytes <= most ? going.map((id) => this.#drop(id)) : undefined;
  }

  async #sweep(): Promise<void> {
    this.#cancelSweep = this.#host.clock.after(SWEEP_TIME, () => void this.#sweep());
    const now = this.#host.clock.now();
    for (const { id, at, isSent } of this.#shelf.all)
      if (at + (isSent ? this.#config.keep_days * DAY : UNSENT_TIME) < now) await this.#drop(id);
  }

  #forgetTickets(): void {
    const now = this.#host.clock.now();
    for (const [secret, { until, isRunning }] of this.#tickets) if (!isRunning && until < now) this.#tickets.delete(secret);
  }

  async #drop(id: string): Promise<void> {
    await this.#shelf.drop(id).catch((error: unknown) => {
      this.#host.log.warn({ err: error }, 'A file of the web chat could not be deleted.');
    });
  }
}
