/** Whom a ghost stands for, as one side of a whisper. */
import type { AdapterHost } from '../../../src/adapter.ts';
import type { AdapterId, PlayerParty, ServerId, UserParty } from '../../../src/event.ts';
import { sanitizeName } from '../../../src/text/names.ts';

/** Whom a ghost stands for, by its id. */
interface Ghost {
  readonly kind: 'player' | 'user';
  readonly home: string;
  readonly who: string;
}

/**
 * The one whom a ghost stands for. Undefined when nobody knows any more: a number means somebody only as long as they play.
 * @param state what is known of the network
 */
export function partnerIn(state: AdapterHost['chat']['state'], ghost: Ghost | undefined): PlayerParty | UserParty | undefined {
  if (ghost === undefined) return undefined;
  const { kind, home, who } = ghost;
  if (kind === 'user') return { kind, adapter: home as AdapterId, author: { id: who, name: who } };
  const users = state.servers.get(home)?.users ?? new Map();
  const user = [...users.values()].find(({ id, steamid64 }) => (steamid64 ?? String(id)) === who);
  if (user === undefined) return undefined;
  const { id: number, name, firstSeen, placeholder, steamid64 } = user;
  const author = { id: String(number), name: sanitizeName(name) || `Player ${number}`, ...(steamid64 && { steamid64 }) };
  return { kind, server: home as ServerId, number, ...(!placeholder && { since: firstSeen }), author };
}
