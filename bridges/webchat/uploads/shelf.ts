/** The files that people sent, in a folder. Their names say all that is known of them, so nothing else is kept. */
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that lies there. */
export interface Shelved {
  /** Names it: `<owner>.<random>.<ending>`. */
  readonly id: string;
  readonly owner: string;
  readonly ending: string;
  /** In bytes. */
  readonly size: number;
  /** When it came, or was sent with a message, in milliseconds since the epoch. */
  readonly at: number;
  /** Whether it belongs to a message. */
  readonly isSent: boolean;
}

const ID = /^([\w-]{8,32})\.([\w-]{16,32})\.([a-z0-9]{2,5})$/;
/** What stands behind the names of files that belong to no message yet, and of those that are still coming. */
const NEW = '.new';
const PART = '.part';

/** A folder of files. */
export class Shelf {
  readonly #given: string | undefined;
  #folder = '';
  readonly #files = new Map<string, Shelved>();

  /** @param folder undefined where nothing is to be left behind */
  constructor(folder: string | undefined) {
    this.#given = folder;
  }

  /** Looks at what is there. What was still coming when an earlier process ended goes. */
  async open(): Promise<void> {
    this.#folder = this.#given ?? (await mkdtemp(join(tmpdir(), 'crosschat-files-')));
    // What people send is no business of other users of this machine.
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith(PART)) {
        await this.#delete(name);
        continue;
      }
      const isSent = !name.endsWith(NEW);
      const [id = '', owner = '', , ending = ''] = ID.exec(isSent ? name : name.slice(0, -NEW.length)) ?? [];
      if (id === '') continue;
      const { size, mtimeMs } = await stat(join(this.#folder, name));
      this.#files.set(id, { id, owner, ending, size, at: Math.floor(mtimeMs), isSent });
    }
  }

  /** Ends it, with all files where nothing is to be left behind. Never rejects. */
  async close(): Promise<void> {
    if (this.#given === undefined && this.#folder !== '')
      await rm(this.#folder, { recursive: true, force: true }).catch(() => {});
  }

  /** All files, the oldest first. */
  get all(): readonly Shelved[] {
    return [...this.#files.values()].sort((one, other) => one.at - other.at);
  }

  get(id: string): Shelved | undefined {
    return this.#files.get(id);
  }

  /**
   * Writes a file that nobody may read yet, as it comes.
   * @param name `<owner>.<random>`
   * @param ended tells its ending, from its first bytes, and when it came
   * @throws what the source throws, or the disk: then nothing is left of it
   */
  async take(
    name: string,
    owner: string,
    source: AsyncIterable<Buffer>,
    ended: () => { readonly ending: string; readonly at: number },
  ): Promise<Shelved> {
    const part = `${name}${PART}`;
    let size = 0;
    try {
      const file = await open(join(this.#folder, part), 'wx', 0o600);
      try {
        for await (const piece of source) {
          await file.writeFile(piece);
          size += piece.length;
        }
        // The message that it is sent with is on disk at once, and has to find it there.
        await file.sync();
      } finally {
        await file.close();
      }
      const { ending, at } = ended();
      const id = `${name}.${ending}`;
      await rename(join(this.#folder, part), join(this.#folder, `${id}${NEW}`));
      const shelved = { id, owner, ending, size, at, isSent: false };
      this.#files.set(id, shelved);
      return shelved;
    } catch (error) {
      await this.#delete(part);
      throw error;
    }
  }

  /** A file belongs to a message from now on, at once: another message can't have it. @param at milliseconds since the epoch */
  async send(id: string, at: number): Promise<void> {
    const file = this.#files.get(id);
    if (!file || file.isSent) return;
    this.#files.set(id, { ...file, at, isSent: true });
    const path = join(this.#folder, id);
    try {
      await rename(`${path}${NEW}`, path);
      await utimes(path, at / 1_000, at / 1_000);
    } catch (error) {
      this.#files.set(id, file);
      throw error;
    }
  }

  /** What stands in a file that belongs to a message; undefined when there is none. */
  read(id: string, signal: AbortSignal): { readonly file: Shelved; readonly stream: ReadStream } | undefined {
    const file = this.#files.get(id);
    if (!file?.isSent) return undefined;
    return { file, stream: createReadStream(join(this.#folder, id), { signal }) };
  }

  /** Deletes a file. That it is gone already is no fault. */
  async drop(id: string): Promise<void> {
    const file = this.#files.get(id);
    if (!file) return;
    this.#files.delete(id);
    await this.#delete(file.isSent ? id : `${id}${NEW}`);
  }

  #delete(name: string): Promise<void> {
    return rm(join(this.#folder, name), { force: true });
  }
}
