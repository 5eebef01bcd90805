/** What is paused: set and ended by people, kept over a restart. */
import type { ChannelMap } from '../channel-map.ts';
import type { RoomAddress } from '../channels.ts';
import type { Clock } from '../clock.ts';
import { type Actor, ControlError, type Target } from '../control.ts';
import type { RoomStore, StoredPause } from '../store/rooms.ts';
import { moment } from '../text/time.ts';
import type { Finder } from './finding.ts';
import type { Restored } from './restore.ts';
import * as sentences from './sentences.ts';

/** What pauses are made of. */
export interface PausesOptions {
  readonly map: ChannelMap;
  readonly finder: Finder;
  readonly rooms: RoomStore;
  /** Lets the queues follow the map. */
  readonly followPauses: () => void;
  /** Notes who did what. */
  readonly note: (action: string, target: string, by: Actor) => void;
  readonly clock: Clock;
}

/** Something that can be paused. */
interface Pausable {
  /** A channel's name, or a room. */
  readonly what: string | RoomAddress;
  readonly words: string;
}

/** The pauses that there are. */
export class Pauses {
  readonly #options: PausesOptions;
  #all = new Map<string, StoredPause>();
  /** Those of what is not there as long as the configuration is as it is. */
  #resting: readonly StoredPause[] = [];

  constructor(options: PausesOptions, restored: Restored) {
    this.#options = options;
    this.adopt(restored);
  }

  /** These are the pauses from now on, and in the map already. */
  adopt({ pauses, resting }: Pick<Restored, 'pauses' | 'resting'>): void {
    this.#all = new Map(pauses.map((pause) => [keyOf(pause), pause]));
    this.#resting = resting.pauses;
  }

  /** All that are kept. */
  get kept(): readonly StoredPause[] {
    return [...this.#all.values(), ...this.#resting];
  }

  /** @returns what is so now @throws {ControlError} */
  async pause(target: Target, by: Actor): Promise<string> {
    const { what, words } = this.#find(target);
    const pause = { ...columnsOf(what), by: by.name, at: this.#options.clock.now() };
    const before = this.#all.get(keyOf(pause));
    if (before) throw new ControlError(`${sentences.capital(words)} is paused already (by ${before.by}, ${moment(before.at)}).`);
    this.#all.set(keyOf(pause), pause);
    this.#options.map.setPaused(what, true);
    this.#options.followPauses();
    this.#options.note('pause', words, by);
    await this.#options.rooms.pause(pause);
    return `${sentences.capital(words)} is paused: what is said from now on is not carried to or from it. What waits for it already goes on waiting.`;
  }

  /** @returns what is so now @throws {ControlError} */
  async resume(target: Target, by: Actor): Promise<string> {
    const { what, words } = this.#find(target);
    const channel = this.#pausedChannelOf(what);
    if (!this.#all.delete(keyOf(columnsOf(what)))) {
      throw new ControlError(
        `${sentences.capital(words)} is not paused${channel === undefined ? '' : ` by itself: ${channel} is`}.`,
      );
    }
    this.#options.map.setPaused(what, false);
    this.#options.followPauses();
    this.#options.note('resume', words, by);
    await this.#options.rooms.resume(columnsOf(what));
    if (channel !== undefined) return `${sentences.capital(words)} is no longer paused by itself, but ${channel} is.`;
    return `${sentences.capital(words)} is no longer paused: what is said from now on is carried again.`;
  }

  /** A channel or room is gone, and that it was paused. */
  async forget(what: string | RoomAddress): Promise<void> {
    if (!this.#all.delete(keyOf(columnsOf(what)))) return;
    this.#options.map.setPaused(what, false);
    await this.#options.rooms.resume(columnsOf(what));
  }

  #find(target: Target): Pausable {
    const { finder } = this.#options;
    if ('channel' in target) {
      const name = finder.channel(target.channel);
      return { what: name, words: sentences.channelWords(name) };
    }
    const { member, address } = finder.room(target);
    return { what: address, words: sentences.roomName(member.adapter.platform, address.room) };
  }

  /** Why a room is not carried although it is not paused by itself. */
  #pausedChannelOf(what: string | RoomAddress): string | undefined {
    if (typeof what === 'string') return undefined;
    const channels = this.#options.map.channelsOf(what);
    const [first] = channels;
    const areAll = channels.every((channel) => this.#options.map.isPaused(channel));
    return first !== undefined && areAll ? sentences.channelWords(first) : undefined;
  }
}

function columnsOf(what: string | RoomAddress): Pick<StoredPause, 'channel' | 'adapter' | 'room'> {
  return typeof what === 'string'
    ? { channel: what, adapter: '', room: '' }
    : { channel: '', adapter: what.adapter, room: what.room };
}

function keyOf({ channel, adapter, room }: Pick<StoredPause, 'channel' | 'adapter' | 'room'>): string {
  return JSON.stringify([channel, adapter, room]);
}
