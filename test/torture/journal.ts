/** What a run leaves behind to be read: what was done and said, and when. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export class Journal {
  readonly folder: string;
  readonly #echo: ((line: string) => void) | undefined;

  /** @param echo is told what happens, but not each line that is said */
  constructor(folder: string, echo?: (line: string) => void) {
    this.folder = folder;
    this.#echo = echo;
  }

  /** Something happens. */
  note(text: string): void {
    this.#write('journal.log', text);
    this.#echo?.(text);
  }

  /** A line is said, or taken. */
  said(text: string): void {
    this.#write('journal.log', text);
  }

  /** A packet between the bridge and the broker. */
  packet(text: string): void {
    this.#write('packets.log', text);
  }

  #write(file: string, text: string): void {
    appendFileSync(join(this.folder, file), `${new Date().toISOString()} ${text}\n`);
  }
}
