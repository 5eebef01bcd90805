import type { Memory } from '../../src/adapter.ts';
import { Notebook } from './notebook.ts';

/** Up to where a room was heard. */
interface Heard {
  /** The id of the last message. */
  readonly last: string;
  /** The ids of the latest messages that people wrote, oldest first. */
  readonly said: readonly string[];
}

/** So many of the latest messages of a room are remembered: what was deleted among them while the bridge was away is noticed. */
const remembered = 50;

/** Up to where each room was heard, kept over a restart. */
export class Positions {
  readonly #notebook: Notebook;
  readonly #heard = new Map<string, Heard>();
  /** By room, what is to be taken before the next message counts as heard. */
  readonly #taken = new Map<string, Promise<unknown>>();
  /** By room, the ids of messages that people wrote and that are still to be taken, oldest first. */
  readonly #pending = new Map<string, readonly string[]>();

  constructor(memory: Memory) {
    this.#notebook = new Notebook(memory);
  }

  /** The id of the last message that was heard in a room before this start; undefined when it never was. */
  async load(room: string): Promise<string | undefined> {
    const [last, ...said] = ((await this.#notebook.read(keyOf(room))) ?? '')
      .split(' ')
      .filter((id) => /^\d{1,20}(\/\d{1,20})?$/.test(id));
    if (last === undefined || !/^\d+$/.test(last)) return undefined;
    this.#heard.set(room, { last, said });
    return last;
  }

  /** A room is heard from now on, after this message; whatever was heard of it before counts no more. */
  begin(room: string, last: string): void {
    const before = this.#taken.get(room) ?? Promise.resolve();
    const begun = before
      .catch(() => {})
      .then(() => {
        this.#heard.set(room, { last, said: [] });
        void this.#write(room);
      });
    this.#taken.set(room, begun);
  }

  /** The ids of the latest messages that people wrote in a room, oldest first, whether they are taken already or not. */
  said(room: string): readonly string[] {
    return [...this.#saidAndTaken(room), ...(this.#pending.get(room) ?? [])];
  }

  #saidAndTaken(room: string): readonly string[] {
    return this.#heard.get(room)?.said ?? [];
  }

  /**
   * A message was heard, in order. It counts once the core has taken it and all before it: what was not is heard again after a
   * restart. Never waits for the memory: an older position does no harm, since the core takes everything only once.
   * @param taken the core's answer; undefined when it was nothing for the core
   * @param last up to where the room was heard with it; up to the message itself by default
   */
  note(room: string, id: string, taken?: Promise<void>, last: string | undefined = id): void {
    if (taken !== undefined) this.#pending.set(room, [...(this.#pending.get(room) ?? []), id].slice(-remembered));
    const all = Promise.all([this.#taken.get(room), taken]).then(() => {
      const before = this.#saidAndTaken(room);
      const said = taken === undefined ? before : [...before, id].slice(-remembered);
      this.#settled(room, id);
      this.#heard.set(room, { last, said });
      void this.#write(room);
    });
    all.catch(() => {});
    this.#taken.set(room, all);
  }

  #settled(room: string, id: string): void {
    const left = (this.#pending.get(room) ?? []).filter((other) => other !== id);
    if (left.length > 0) this.#pending.set(room, left);
    else this.#pending.delete(room);
  }

  #write(room: string): Promise<void> {
    return this.#notebook.write(keyOf(room), () => {
      const { last = '0', said = [] } = this.#heard.get(room) ?? {};
      return [last, ...said].join(' ');
    });
  }
}

function keyOf(room: string): string {
  return `heard/${room}`;
}
