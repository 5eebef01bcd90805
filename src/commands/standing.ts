/** Nobody moderates those who stand above them where they are. */
import type { Given } from './command.ts';
import { Refusal } from './refusal.ts';
import type { PlatformUser } from './target.ts';

/**
 * Looks whether the caller stands above a user, as that user's platform sees it. An operator stands above everybody.
 * @throws {Refusal} when they don't, or when it can't be told
 */
export async function assertAbove(given: Given, user: PlatformUser): Promise<void> {
  const { invocation, origin, services } = given;
  const { author, isOperator } = invocation.caller;
  const adapter = services.moderation.memberOf(user)?.adapter;
  if (isOperator || adapter?.outranks === undefined) return;
  const isSamePlatform = user.adapter === origin.id;
  const moderator = isSamePlatform ? author.id : sameElsewhere(given, user);
  const room = isSamePlatform ? invocation.room : services.moderation.placeOf(user)?.room;
  let isAbove: boolean;
  try {
    isAbove = await adapter.outranks(user.userId, moderator, room);
  } catch (error) {
    services.log.warn({ err: error, adapter: user.adapter }, 'who stands above whom could not be looked up');
    throw new Refusal(`${adapter.platform} does not tell now whether you stand above ${user.name}, so nothing was done.`);
  }
  if (!isAbove) throw new Refusal(`You do not stand above ${user.name} on ${adapter.platform}.`);
}

/** Who the caller is on a user's platform, where they have shown it. */
function sameElsewhere({ invocation, origin, services }: Given, { adapter }: PlatformUser): string | undefined {
  const { accounts } = services.store;
  const steamid64 = accounts.find(origin.id, invocation.caller.author.id)?.steamid64;
  return steamid64 === undefined ? undefined : accounts.on(adapter, steamid64)?.userId;
}
