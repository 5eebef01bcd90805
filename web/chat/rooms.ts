/** The rooms: the log of each, which of them is open, and what is unread. */
import { h, icon } from '../parts/dom.ts';
import type { Item, ItemDeeds } from './items.ts';
import { Log } from './log.ts';
import { earlier } from './requests.ts';
import { Tabs } from './tabs.ts';
import { Typing } from './typing.ts';
import type { Entry, Person, WhisperEntry } from './wire.ts';

/** What can be done in a room. */
export interface RoomsDeeds extends Omit<ItemDeeds, 'jump'> {
  /** An item got the focus, or the mouse is over it. */
  readonly pointed: (item: Item, element: HTMLElement) => void;
}

/** All rooms of the page. */
export class Rooms {
  /** The open room. */
  readonly element: HTMLElement;
  readonly tabs = new Tabs((room) => this.enter(room));
  readonly #deeds: RoomsDeeds;
  readonly #logs = new Map<string, Log>();
  readonly #unread = new Map<string, number>();
  readonly #typing = new Map<string, Typing>();
  readonly #stage = h('div', { class: 'stage' });
  readonly #endWords = h('span', {});
  readonly #toEnd = h(
    'button',
    { type: 'button', class: 'to-end', hidden: true, on: { click: () => this.open?.toEnd() } },
    icon('down'),
    this.#endWords,
  );
  #room = '';

  constructor(deeds: RoomsDeeds) {
    this.#deeds = deeds;
    this.element = h('div', { class: 'reading' }, this.#stage, this.#toEnd);
    addEventListener('focus', () => this.#looked());
    document.addEventListener('visibilitychange', () => this.#looked());
  }

  /** The name of the open room; empty when there is none. */
  get room(): string {
    return this.#room;
  }

  /** The log of the open room. */
  get open(): Log | undefined {
    return this.#logs.get(this.#room);
  }

  /** Adds those that are not there yet. */
  add(rooms: readonly string[]): void {
    for (const room of rooms) if (!this.#logs.has(room)) this.#add(room);
    if (!this.#logs.has(this.#room)) this.enter(rooms[0] ?? '');
  }

  /** Opens a room. */
  enter(room: string): void {
    this.#room = room;
    this.tabs.select(room);
    const log = this.open;
    const typing = this.#typing.get(room);
    this.#stage.replaceChildren(
      ...(log && typing ? [log.element, typing.element] : [h('p', { class: 'empty' }, 'There is no room here.')]),
    );
    log?.toEnd();
    this.#drawEnd();
  }

  /** What was missed comes now. @param fresh whether what stands there is of another history, and goes */
  fill(fresh: boolean): void {
    for (const log of this.#logs.values()) {
      log.fill();
      if (fresh) log.clear();
    }
  }

  /** All that was missed has come. */
  filled(): void {
    for (const log of this.#logs.values()) log.filled();
  }

  /** Shows an entry in its room. */
  put(entry: Entry): void {
    this.#logs.get(entry.room)?.put({ type: 'entry', entry });
    if (entry.author) this.#typing.get(entry.room)?.done(entry.author.key);
    this.#drawEnd();
  }

  /** Shows a whisper in all rooms: it belongs to none. */
  putWhisper(entry: WhisperEntry): void {
    for (const log of this.#logs.values()) log.put({ type: 'whisper', entry });
  }

  /** Who said something in the open room, the last one first. */
  *authors(): IterableIterator<Person> {
    for (const { entry } of this.open?.entries() ?? []) if (entry.author) yield entry.author;
  }

  /** Who types in a room. */
  typing(room: string): Typing | undefined {
    return this.#typing.get(room);
  }

  #add(room: string): void {
    const log: Log = new Log({
      ...this.#deeds,
      room,
      isRead: () => document.hasFocus() && !document.hidden && this.#room === room,
      unread: (count) => this.#setUnread(room, count),
      earlier: async (place) => {
        const { entries, more } = await earlier(room, place);
        for (const entry of entries) log.put({ type: 'entry', entry });
        return more;
      },
      jump: (id) => log.jump(id),
    });
    log.element.id = `log-${this.#logs.size}`;
    log.element.addEventListener('scroll', () => this.#drawEnd());
    this.#logs.set(room, log);
    this.#typing.set(room, new Typing());
    this.tabs.add(room, log.element.id);
  }

  #looked(): void {
    if (this.open?.isAtEnd) this.open.toEnd();
  }

  #setUnread(room: string, count: number): void {
    this.#unread.set(room, count);
    this.tabs.setUnread(room, count);
    const all = [...this.#unread.values()].reduce((sum, one) => sum + one, 0);
    document.title = all === 0 ? 'Chat' : `(${all}) Chat`;
    this.#drawEnd();
  }

  #drawEnd(): void {
    const count = this.#unread.get(this.#room) ?? 0;
    this.#toEnd.hidden = this.open === undefined || this.open.isAtEnd;
    this.#endWords.textContent = count === 0 ? 'To the latest' : `${count} new`;
  }
}
