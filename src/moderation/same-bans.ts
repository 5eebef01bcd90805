/** Which bans are of one person. */
import type { AdapterId } from '../event.ts';
import type { Accounts } from '../store/accounts.ts';
import { type Ban, STEAM } from '../store/bans.ts';

/** A ban, and those of all bans that are of the same person: who is banned on a platform and as a player would stay banned otherwise. */
export function sameBans(ban: Ban, accounts: Pick<Accounts, 'find' | 'of'>, all: readonly Ban[]): readonly Ban[] {
  const steamid64 = ban.adapter === STEAM ? ban.userId : accounts.find(ban.adapter as AdapterId, ban.userId)?.steamid64;
  if (steamid64 === undefined) return [ban];
  const names = [{ adapter: STEAM, userId: steamid64 }, ...accounts.of(steamid64)];
  return all.filter((held) => names.some(({ adapter, userId }) => adapter === held.adapter && userId === held.userId));
}
