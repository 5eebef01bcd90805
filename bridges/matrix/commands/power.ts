/** What somebody on Matrix may ask of the bridge. */
import type { Rank } from '../../../src/adapter.ts';
import type { Homeserver } from '../homeserver.ts';
import { readPowers } from '../powers.ts';

/** Whom the operator trusts, and what takes which power level. */
export interface Trusted {
  /** User ids: with the whole bridge. */
  readonly admins: readonly string[];
  readonly moderators: readonly string[];
  readonly adminLevel: number;
  readonly moderatorLevel: number;
}

/**
 * The rank that a user has in a room. Who has power in one room is no operator: they have a say in what is heard there. Rejects when
 * the homeserver doesn't tell.
 */
export async function rankIn(
  homeserver: Homeserver,
  roomId: string,
  userId: string,
  { admins, moderators, adminLevel, moderatorLevel }: Trusted,
): Promise<{ rank: Rank; isOperator: boolean; level: number | undefined }> {
  if (admins.includes(userId)) return { rank: 'admin', isOperator: true, level: undefined };
  const level = (await readPowers(homeserver, roomId)).of(userId);
  if (level >= adminLevel) return { rank: 'admin', isOperator: false, level };
  const isModerator = level >= moderatorLevel || moderators.includes(userId);
  return { rank: isModerator ? 'moderator' : 'everybody', isOperator: false, level };
}

/** The rank that somebody has anywhere, by the operator's word. */
export function trustedRank(
  userId: string,
  { admins, moderators }: Trusted,
): { rank: Rank; isOperator: boolean; level: undefined } {
  if (admins.includes(userId)) return { rank: 'admin', isOperator: true, level: undefined };
  return { rank: moderators.includes(userId) ? 'moderator' : 'everybody', isOperator: false, level: undefined };
}
