/** What a game server tells of itself, fit to be shown. All of it is other people's text. */
import { excerpt } from './excerpt.ts';
import { sanitizeName } from './names.ts';
import { unlinked } from './unlinked.ts';

/** A game server as the network knows it. */
interface Server {
  readonly states: ReadonlyMap<string, string>;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** The longest map and gamemode, in UTF-16 units, and the longest link. */
const MAX_GAME = 40;
const MAX_LINK = 160;

/** What is played there; empty where that is not known. */
export interface Game {
  readonly map: string;
  readonly gamemode: string;
}

/** What is played on a server. */
export function gameOf({ states }: Pick<Server, 'states'>): Game {
  const told = (key: string) => {
    const value = states.get(key) ?? '';
    return sanitizeName(value) === '' ? '' : unlinked(excerpt(value, MAX_GAME));
  };
  return { map: told('map'), gamemode: told('gamemode') };
}

/** The address by which players get to a server: a web page, or what opens the game. Undefined where it tells none that is plain. */
export function connectLink({ meta }: Pick<Server, 'meta'>): string | undefined {
  const { link } = meta;
  if (typeof link !== 'string' || link.length > MAX_LINK) return undefined;
  return /^(?:steam|https?):\/\/[\w.:/?=&%+~-]+$/.test(link) ? link : undefined;
}
