/** Speakers-only presence: a platform user becomes visible to the network by speaking, and is gone after a while of silence. */
import type { Clock } from './clock.ts';
import type { CrossChatState } from './crosschat/index.ts';
import type { AdapterId, Author, RoomRef } from './event.ts';
import { sanitizeName } from './text/names.ts';

/** A platform user whom the network has seen. */
export interface Speaker {
  readonly adapter: AdapterId;
  /** The platform's own id of the user. */
  readonly userId: Author['id'];
  /** Their user id on the virtual server, for ever. */
  readonly id: number;
  readonly name: string;
  readonly extra: Readonly<Record<string, unknown>>;
  /** Unix seconds. */
  readonly firstSeen: number;
  /** Milliseconds since the epoch. */
  readonly spokeAt: number;
  /** Whether the network can see them. */
  readonly present: boolean;
  /** Where they spoke last; undefined for who only whispered. */
  readonly room: RoomRef | undefined;
}

/** Where speakers are kept over a restart. */
export interface SpeakerStore {
  /** Those that the network could see last, the one who has been silent longest first. */
  present(): Promise<Speaker[]>;
  find(adapter: AdapterId, userId: Author['id']): Promise<Speaker | undefined>;
  /** The one who has, or had, an id on the virtual server. */
  withId(id: number): Promise<Speaker | undefined>;
  /** Keeps a speaker as they are now, along with whatever else is written without waiting in between. */
  put(speaker: Speaker): void;
}

export interface SpeakersOptions {
  /** The virtual server whose users they are. */
  readonly state: CrossChatState;
  readonly clock: Clock;
  /** After so many milliseconds of silence a speaker leaves. */
  readonly idle: number;
  /** Without it, they are known until the end of this process. */
  readonly store?: SpeakerStore;
  /** The SteamID of a user who has shown it in a game. */
  readonly steamid64Of?: (adapter: AdapterId, userId: Author['id']) => string | undefined;
  /** Whom nobody is to see, though an earlier process let them be seen. */
  readonly isBarred?: (adapter: AdapterId, userId: Author['id']) => boolean;
}

/** Absent ones that are known without asking the store. */
const MAX_ABSENT = 10_000;

/** The speakers of one virtual server. A user of an adapter is one speaker, in however many rooms they are. */
export class Speakers {
  readonly #options: SpeakersOptions;
  /** In the order of `spokeAt`, so that the first is the next to leave. */
  readonly #present = new Map<string, Speaker>();
  /** In the order of their leaving. */
  readonly #absent = new Map<string, Speaker>();
  #cancelSweep: (() => void) | undefined;

  constructor(options: SpeakersOptions) {
    this.#options = options;
  }

  /** Lets those be seen again who were seen when an earlier process ended, unless their time is over, or they are barred since. */
  async restore(): Promise<void> {
    const { state, clock, idle, store, isBarred = () => false } = this.#options;
    for (const speaker of (await store?.present()) ?? []) {
      if (speaker.spokeAt + idle <= clock.now() || isBarred(speaker.adapter, speaker.userId)) {
        this.#leave(speaker);
        continue;
      }
      this.#present.set(keyOf(speaker), speaker);
      void state.addUser(speaker.name, speaker.extra, speaker);
    }
    this.#sweepLater();
  }

  /** Finds out whether a user spoke before: to be waited for before {@link speaking}. */
  async recall(adapter: AdapterId, userId: Author['id']): Promise<void> {
    const key = speakerKey(adapter, userId);
    if (this.#present.has(key) || this.#absent.has(key)) return;
    const speaker = await this.#options.store?.find(adapter, userId);
    if (speaker !== undefined && !this.#present.has(key)) this.#absent.set(key, speaker);
  }

  /** Whether a user ever spoke. Rejects when the store can't be read. */
  async knows(adapter: AdapterId, userId: Author['id']): Promise<boolean> {
    await this.recall(adapter, userId);
    const key = speakerKey(adapter, userId);
    return this.#present.has(key) || this.#absent.has(key);
  }

  /** The one of those whom the network can see who has an id there. */
  withId(id: number): Speaker | undefined {
    for (const speaker of this.#present.values()) if (speaker.id === id) return speaker;
    return undefined;
  }

  /** The one who has an id, whether or not the network can see them now. Rejects when the store can't be read. */
  async everWithId(id: number): Promise<Speaker | undefined> {
    for (const speaker of [...this.#present.values(), ...this.#absent.values()]) if (speaker.id === id) return speaker;
    return this.#options.store?.withId(id);
  }

  /** Where a user spoke last, if the network can see them, or did not long ago. */
  roomOf(adapter: AdapterId, userId: Author['id']): RoomRef | undefined {
    const key = speakerKey(adapter, userId);
    return (this.#present.get(key) ?? this.#absent.get(key))?.room;
  }

  /** Those of an adapter whom the network can see: all, or who spoke last in one room. */
  of(adapter: AdapterId, room?: RoomRef): Speaker[] {
    const all = [...this.#present.values()].filter((speaker) => speaker.adapter === adapter);
    return room === undefined ? all : all.filter((speaker) => speaker.room === room);
  }

  /** Whether the network can see a user. */
  has(adapter: AdapterId, userId: Author['id']): boolean {
    return this.#present.has(speakerKey(adapter, userId));
  }

  /**
   * Makes a user who is about to speak visible, with the name and looks that they have now.
   * @param room where they speak; undefined when it is in no room
   * @returns their user id on the virtual server: the one they had before, if they did
   */
  speaking(adapter: AdapterId, platform: string, author: Author, room?: RoomRef): number {
    const { state, clock } = this.#options;
    const key = speakerKey(adapter, author.id);
    const before = this.#present.get(key) ?? this.#absent.get(key);
    const now = clock.now();
    const speaker: Speaker = {
      adapter,
      userId: author.id,
      id: before?.id ?? state.reserveUserId(),
      ...this.#appearance(adapter, platform, author),
      firstSeen: before?.firstSeen ?? Math.floor(now / 1000),
      spokeAt: now,
      present: true,
      room: room ?? before?.room,
    };
    this.#present.delete(key);
    this.#absent.delete(key);
    this.#present.set(key, speaker);
    this.#options.store?.put(speaker);
    // The operator may have removed them by hand.
    if (!state.me().users.has(speaker.id)) void state.addUser(speaker.name, speaker.extra, speaker);
    else this.#show(before, speaker);
    this.#sweepLater();
    return speaker.id;
  }

  /** A user's name or looks changed: news only if the network can see them. */
  changed(adapter: AdapterId, platform: string, author: Author): void {
    const key = speakerKey(adapter, author.id);
    const before = this.#present.get(key);
    if (before === undefined) return;
    this.#change(before, this.#appearance(adapter, platform, author));
  }

  /** A user has shown what their SteamID is, or takes it back: news only if the network can see them. */
  identified(adapter: AdapterId, userId: Author['id']): void {
    const before = this.#present.get(speakerKey(adapter, userId));
    if (before === undefined) return;
    const { steamid64: _, ...others } = before.extra;
    this.#change(before, { extra: { ...others, ...this.#identity(adapter, userId) } });
  }

  /** A user says something now, whatever else waits: nobody hears it who does not see them. */
  async exclaim(adapter: AdapterId, userId: Author['id'], text: string): Promise<void> {
    const speaker = this.#present.get(speakerKey(adapter, userId));
    if (speaker) await this.#options.state.say(speaker.id, text);
  }

  /** A user left the platform's rooms, or shall be seen no more. */
  left(adapter: AdapterId, userId: Author['id'], reason?: string): void {
    const speaker = this.#present.get(speakerKey(adapter, userId));
    if (speaker === undefined) return;
    this.#leave(speaker);
    void this.#options.state.delUser(speaker.id, reason);
  }

  /** Ends the watch for silence. */
  close(): void {
    this.#cancelSweep?.();
  }

  #change(before: Speaker, looks: Partial<Pick<Speaker, 'name' | 'extra'>>): void {
    const speaker = { ...before, ...looks };
    this.#present.set(keyOf(speaker), speaker);
    this.#options.store?.put(speaker);
    this.#show(before, speaker);
  }

  /** What the network sees of a user. */
  #appearance(adapter: AdapterId, platform: string, author: Author): Pick<Speaker, 'name' | 'extra'> {
    const { name, extra } = appearance(platform, author);
    return { name, extra: { ...extra, ...this.#identity(adapter, author.id) } };
  }

  #identity(adapter: AdapterId, userId: Author['id']): { readonly steamid64?: string } {
    const steamid64 = this.#options.steamid64Of?.(adapter, userId);
    return steamid64 === undefined ? {} : { steamid64 };
  }

  /** Tells the network of another name or other looks. */
  #show(before: Speaker | undefined, { id, name, extra }: Speaker): void {
    if (name === before?.name && JSON.stringify(extra) === JSON.stringify(before.extra)) return;
    void this.#options.state.updateUser(id, { name, extra });
  }

  #leave(speaker: Speaker): void {
    const key = keyOf(speaker);
    const absent = { ...speaker, present: false };
    this.#present.delete(key);
    this.#absent.set(key, absent);
    this.#options.store?.put(absent);
    const [longest] = this.#absent.keys();
    if (this.#options.store !== undefined && this.#absent.size > MAX_ABSENT && longest !== undefined)
      this.#absent.delete(longest);
  }

  #sweepLater(): void {
    if (this.#cancelSweep) return;
    const [first] = this.#present.values();
    if (!first) return;
    const { clock, idle } = this.#options;
    this.#cancelSweep = clock.after(Math.max(0, first.spokeAt + idle - clock.now()), () => {
      this.#cancelSweep = undefined;
      for (const { adapter, userId, spokeAt } of this.#present.values()) {
        if (spokeAt + idle > clock.now()) break;
        this.left(adapter, userId, 'idle');
      }
      this.#sweepLater();
    });
  }
}

function keyOf({ adapter, userId }: Speaker): string {
  return speakerKey(adapter, userId);
}

/** A platform's user as a key, whichever adapter they are on. */
export function speakerKey(adapter: AdapterId, userId: string): string {
  return `${adapter}/${userId}`;
}

/** What is seen of a user by how they look on their platform. */
function appearance(platform: string, author: Author): { name: string; extra: Record<string, unknown> } {
  const { avatar, link, color } = author;
  return {
    name: sanitizeName(author.name) || 'Somebody',
    extra: { platform, ...(avatar && { avatar }), ...(link && { link }), ...(color && { color }) },
  };
}
