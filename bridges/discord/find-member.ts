/** Looking up a member of a guild. */
import { type Guild, type GuildMember, RESTJSONErrorCodes } from 'discord.js';
import { codeOf } from './faults.ts';

const NOT_THERE: readonly unknown[] = [RESTJSONErrorCodes.UnknownMember, RESTJSONErrorCodes.UnknownUser];

/** Whether an id is that of a user, and not of somebody who speaks by a webhook, or of another platform. */
export function isUserId(id: string): boolean {
  return /^\d+$/.test(id);
}

/**
 * Undefined for somebody who is not in a guild. Rejects when Discord does not tell.
 * @param isFresh whether Discord is asked even where we believe to know: a bot without the intent for members is not told who leaves
 */
export async function findMember(
  guild: Guild,
  userId: string,
  { isFresh = false }: { readonly isFresh?: boolean } = {},
): Promise<GuildMember | undefined> {
  // People who signed in elsewhere with another account have ids of another form.
  if (!isUserId(userId)) return undefined;
  try {
    return await guild.members.fetch({ user: userId, force: isFresh });
  } catch (error) {
    if (NOT_THERE.includes(codeOf(error))) return undefined;
    throw error;
  }
}
