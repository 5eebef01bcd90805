/** Who stands above whom in Matrix rooms: what it takes there to throw somebody out. */
import type { Homeserver } from '../homeserver.ts';
import { readPowers } from '../powers.ts';
import type { Trusted } from './power.ts';

/** So many rooms are looked through for somebody of whom it is not known where they are. */
const maxRooms = 20;

/**
 * Whether a moderator has more power than a user, in every room that counts. Rejects when the homeserver does not tell.
 * @param moderator undefined for somebody from elsewhere, who stands above those who moderate nobody
 * @see https://spec.matrix.org/v1.16/client-server-api/#permissions
 */
export async function outranks(
  homeserver: Homeserver,
  { admins, moderators, moderatorLevel }: Trusted,
  target: string,
  moderator: string | undefined,
  roomIds: readonly string[],
): Promise<boolean> {
  if (admins.includes(target) || (moderator === undefined && moderators.includes(target))) return false;
  for (const roomId of roomIds.slice(0, maxRooms)) {
    const powers = await readPowers(homeserver, roomId);
    const isAbove = moderator === undefined ? powers.of(target) < moderatorLevel : powers.of(moderator) > powers.of(target);
    if (!isAbove) return false;
  }
  return true;
}
