/** Which thread of one room is which of another: kept in the store, and the latest of it in memory, since writing takes a while. */
import type { Logger } from 'pino';
import type { RoomThread } from '../adapter.ts';
import type { Clock } from '../clock.ts';
import { type EventId, type Message, nativeIdIn, type Place, type Thread } from '../event.ts';
import { Recent } from '../recent.ts';
import type { KeptThread, ThreadStore } from '../store/threads.ts';
import { excerpt } from '../text/excerpt.ts';
import type { History } from './history.ts';

/** What threads are known with. */
export interface ThreadsOptions {
  readonly store: ThreadStore;
  readonly history: History;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How many are remembered. */
const MAX_RECENT = 5_000;
/** That a thread was used is written once in so many milliseconds. */
const USE_STEP = 3_600_000;
/** The longest name, in UTF-16 units. */
const MAX_NAME = 100;

/** The threads of all rooms. */
export class Threads {
  readonly #options: ThreadsOptions;
  /** By thread and destination. */
  readonly #at = new Recent<string, KeptThread>(MAX_RECENT);
  /** By destination and native id. */
  readonly #natives = new Recent<string, KeptThread>(MAX_RECENT);
  /** What people call them, where they are theirs. */
  readonly #names = new Recent<EventId, string>(MAX_RECENT);

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  /**
   * The thread that a message belongs to, by the id that it has everywhere: platforms know a thread that was carried to them by the
   * message that shows its beginning there.
   * @param home the destination that its room is
   */
  async of({ thread, place }: Pick<Message, 'thread' | 'place'>, home: string): Promise<Thread | undefined> {
    const nativeId = thread && nativeIdIn(place, thread.id);
    if (thread === undefined || nativeId === undefined) return thread;
    const { store, history } = this.#options;
    const known = await this.#byNative(home, nativeId);
    const id = known?.id ?? (await this.#read(history.eventAt(home, nativeId))) ?? thread.id;
    const isOwn = id === thread.id;
    const name = excerpt(thread.name ?? '', MAX_NAME);
    if (known !== undefined || (await this.#atDestination(id, home)) === undefined) {
      this.#note(home, { id, nativeId, name: isOwn ? name : '', usedAt: this.#options.clock.now() });
    }
    const called = (isOwn ? undefined : (this.#names.get(id) ?? (await this.#read(store.nameOf(id))))) ?? name;
    return { id, ...(called !== '' && { name: called }) };
  }

  /** How a destination knows a thread. @param place the room that it is */
  async at({ id, name = '' }: Thread, destination: string, place: Place): Promise<RoomThread> {
    const kept = await this.#atDestination(id, destination);
    const nativeId = kept?.nativeId ?? nativeIdIn(place, id) ?? (await this.#shownAs(id, destination));
    return {
      nativeId,
      name,
      opened: (opened) =>
        this.#note(destination, { id, nativeId: opened, name: kept?.name ?? '', usedAt: this.#options.clock.now() }),
    };
  }

  /** The first part of the message that a thread hangs on, where a destination shows it by itself: other threads may hang on others. */
  async #shownAs(id: EventId, destination: string): Promise<string | undefined> {
    return (await this.#read(this.#options.history.parts(id, destination)))?.own[0];
  }

  async #byNative(destination: string, nativeId: string): Promise<KeptThread | undefined> {
    return (
      this.#natives.get(keyOf(destination, nativeId)) ?? (await this.#read(this.#options.store.byNative(destination, nativeId)))
    );
  }

  async #atDestination(id: EventId, destination: string): Promise<KeptThread | undefined> {
    return this.#at.get(keyOf(destination, id)) ?? (await this.#read(this.#options.store.at(id, destination)));
  }

  /** What can't be read counts as unknown: a message that begins a thread anew is better than one that nobody sees. */
  async #read<T>(found: Promise<T>): Promise<T | undefined> {
    try {
      return await found;
    } catch (error) {
      this.#options.log.debug({ err: error }, 'what is known of a thread could not be read');
      return undefined;
    }
  }

  #note(destination: string, thread: KeptThread): void {
    const key = keyOf(destination, thread.id);
    const before = this.#at.get(key);
    const isSame = before?.nativeId === thread.nativeId && before.name === thread.name;
    if (isSame && thread.usedAt - before.usedAt < USE_STEP) return;
    this.#at.set(key, thread);
    if (thread.name !== '') this.#names.set(thread.id, thread.name);
    this.#natives.set(keyOf(destination, thread.nativeId), thread);
    this.#options.store.put(destination, thread);
  }
}

/** Neither a destination nor an id holds a line break. */
function keyOf(destination: string, id: string): string {
  return `${destination}\n${id}`;
}
