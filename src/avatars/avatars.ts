/** The pictures of those who bring none. */
import type { Author } from '../event.ts';
import { letterPath } from './letter-route.ts';
import type { SteamAvatars } from './steam.ts';

/** What pictures can be made of. */
export interface AvatarOptions {
  /** Where the bridge is reached by everybody; undefined where it is not, and can't show pictures of its own. */
  readonly publicUrl: string | undefined;
  /** Undefined without a key for Steam. */
  readonly steam: SteamAvatars | undefined;
}

/** Who a player is elsewhere. */
interface PlayerElsewhere {
  readonly steamid64: string | undefined;
  /** Their picture on a platform where they have shown who they are. */
  readonly picture?: string | undefined;
}

/** Gives people a picture: their own, or that of their Steam account or of one on a platform, or one that is generated. */
export class Avatars {
  readonly #options: AvatarOptions;

  constructor(options: AvatarOptions) {
    this.#options = options;
  }

  /** Somebody may speak soon: their picture is looked for. */
  expect(steamId: string): void {
    this.#options.steam?.of(steamId);
  }

  /**
   * Somebody with a picture, where there is one. Nobody waits for it: what a player says first may go with a generated one.
   * @param home where they are: a server's or an adapter's id
   */
  dress(author: Author, home: string, player?: PlayerElsewhere): Author {
    if (author.avatar !== undefined) return author;
    const { publicUrl, steam } = this.#options;
    const steamId = player?.steamid64;
    const found = (steamId === undefined ? undefined : steam?.of(steamId)) ?? player?.picture;
    if (found !== undefined) return { ...author, avatar: found };
    if (publicUrl === undefined) return author;
    // Players without a Steam account get another number each time they join.
    const key = steamId ?? `${home}/${player ? author.name : author.id}`;
    return { ...author, avatar: `${publicUrl}${letterPath(key, author.name)}` };
  }
}
