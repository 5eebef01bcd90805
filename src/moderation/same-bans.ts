/** Which bans are of one person. */
import type { AdapterId } from '../event.ts';
import type { Ban } from '../store/bans.ts';
import type { Identities } from './identities.ts';

/** Who is the same person in several places. */
export type Guises = Pick<Identities, 'guisesOf'>;

/** A ban, and those of all bans that are of the same person: who is banned in one guise and in another would stay banned otherwise. */
export function sameBans(ban: Ban, identities: Guises, all: readonly Ban[]): readonly Ban[] {
  const guises = identities.guisesOf({ adapter: ban.adapter as AdapterId, userId: ban.userId });
  return all.filter((held) => guises.some((guise) => guise.adapter === held.adapter && guise.userId === held.userId));
}
