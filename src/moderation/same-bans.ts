/** Which bans are of one person. */
import type { AdapterId } from '../event.ts';
import { type Ban, STEAM } from '../store/bans.ts';
import type { Identities } from './identities.ts';

/** Who is the same person in several places. */
export type Guises = Pick<Identities, 'of' | 'ofPlayer' | 'playersOf'>;

/** A ban, and those of all bans that are of the same person: who is banned in one guise and in another would stay banned otherwise. */
export function sameBans(ban: Ban, identities: Guises, all: readonly Ban[]): readonly Ban[] {
  const isPlayer = ban.adapter === STEAM;
  const adapter = ban.adapter as AdapterId;
  const players = isPlayer ? [ban.userId] : identities.playersOf(adapter, ban.userId);
  const guises = [
    ...(isPlayer ? [] : identities.of(adapter, ban.userId)),
    ...players.flatMap((userId) => [{ adapter: STEAM, userId }, ...identities.ofPlayer(userId)]),
  ];
  return all.filter((held) => guises.some((guise) => guise.adapter === held.adapter && guise.userId === held.userId));
}
