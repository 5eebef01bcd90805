/** Who types where: a passing sign, which nobody keeps. It is told to the other rooms of the channel, and ends by itself. */
import type { ChannelMap } from './channel-map.ts';
import { roomKey } from './channels.ts';
import type { Clock } from './clock.ts';
import type { AdapterId, Author, Place, Typing } from './event.ts';
import type { Member } from './member.ts';
import type { Bars } from './moderation/bars.ts';
import { Recent } from './recent.ts';

type RoomPlace = Extract<Place, { kind: 'room' }>;

interface TypingOptions {
  readonly map: Pick<ChannelMap, 'hearersOf' | 'isCarried'>;
  readonly bars: Pick<Bars, 'of'>;
  readonly memberOf: (adapter: AdapterId) => Member | undefined;
  readonly clock: Clock;
}

/** A sign lasts so long unless it is given again, in milliseconds: as long as Discord's. */
const LASTING = 10_000;
/** One person's sign in one room is told at most so often. */
const PACE = 2_500;
/** So many signs are remembered. */
const MAX_SIGNS = 10_000;

/** The signs of late. */
export class TypingSigns {
  readonly #options: TypingOptions;
  /** By person and room: when it was told last, and what. */
  readonly #signs = new Recent<string, Typing & { readonly toldAt: number }>(MAX_SIGNS);

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  /** Somebody types in a room; to be called again about every eight seconds, as long as they do. */
  begun(place: RoomPlace, author: Author): void {
    const { map, bars, clock } = this.#options;
    const now = clock.now();
    const key = keyOf(place, author.id);
    const last = this.#signs.get(key);
    if (last && now < last.toldAt + PACE) return;
    if (!map.isCarried(place) || bars.of(place.adapter, author.id)) return;
    const sign = { place, author, until: now + LASTING };
    this.#signs.set(key, { ...sign, toldAt: now });
    this.#tell(sign);
  }

  /** Somebody has stopped, or has said it. */
  ended(place: RoomPlace, userId: Author['id']): void {
    const key = keyOf(place, userId);
    const now = this.#options.clock.now();
    const last = this.#signs.get(key);
    if (!last || last.until <= now) return;
    const sign = { ...last, until: now };
    this.#signs.set(key, sign);
    this.#tell(sign);
  }

  #tell(sign: Typing): void {
    const { map, memberOf } = this.#options;
    for (const { adapter, room } of map.hearersOf(sign.place).rooms) memberOf(adapter)?.adapter.typing?.(room, sign);
  }
}

function keyOf(place: RoomPlace, userId: Author['id']): string {
  return `${roomKey(place)} ${userId}`;
}
