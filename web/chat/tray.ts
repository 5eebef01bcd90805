/** The files that are to be sent with the next message. */
import { h } from '../parts/dom.ts';
import { post } from '../parts/post.ts';
import { TrayItem } from './tray-item.ts';
import type { Answer, Requests, Sent, Welcome } from './wire.ts';

type Limits = NonNullable<Welcome['uploads']>;

/** What is told of them. */
export interface TrayListener {
  /** Why a file can't be sent: a sentence. */
  readonly fault: (text: string) => void;
  /** Files came or went. */
  readonly changed: () => void;
}

/** A row of files, each with its description. */
export class Tray {
  readonly element = h('ul', { class: 'tray', 'aria-label': 'Files to send', hidden: true });
  readonly #limits: Limits;
  readonly #listener: TrayListener;
  #items: readonly TrayItem[] = [];

  constructor(limits: Limits, listener: TrayListener) {
    this.#limits = limits;
    this.#listener = listener;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Adds files, which are on their way from now on. */
  add(files: Iterable<File>): void {
    const { maxBytes, maxFiles } = this.#limits;
    for (const file of files) {
      const fault = this.#items.length >= maxFiles ? `A message has at most ${maxFiles} files.` : faultOf(file, maxBytes);
      if (fault === undefined) this.#put([...this.#items, new TrayItem(file, (item) => this.#takeOut(item))]);
      else this.#listener.fault(fault);
    }
  }

  /** Resolves with the files when all have come; undefined when one of them can't be sent, which its place says. */
  async ready(): Promise<readonly Sent[] | undefined> {
    const sent = await Promise.all(this.#items.map((item) => item.ready()));
    return sent.every((one) => one !== undefined) ? sent : undefined;
  }

  /** They are sent; whatever was added meanwhile stays. */
  forget(sent: readonly Sent[]): void {
    this.#put(this.#items.filter((item) => !sent.some(({ id }) => id === item.id)));
  }

  #takeOut(item: TrayItem): void {
    const index = this.#items.indexOf(item);
    this.#put(this.#items.filter((other) => other !== item));
    const { id } = item;
    if (id !== undefined) void post<Answer>('discard', { id } satisfies Requests['discard']);
    this.#items[Math.min(index, this.#items.length - 1)]?.focus();
  }

  #put(items: readonly TrayItem[]): void {
    this.#items = items;
    this.element.replaceChildren(...items.map(({ element }) => element));
    this.element.hidden = items.length === 0;
    this.#listener.changed();
  }
}

/** Why a file can't be sent: a sentence. */
function faultOf({ name, size }: File, maxBytes: number): string | undefined {
  if (size > maxBytes) return `${name} is too large: a file may have at most ${Number((maxBytes / 1e6).toFixed(1))} MB.`;
  return size === 0 ? `${name} is empty.` : undefined;
}
