/** Nobody moderates those who stand above them where they are. */
import { STEAM } from '../event.ts';
import type { Identity } from '../moderation/identities.ts';
import type { Given } from './command.ts';
import { Refusal } from './refusal.ts';
import type { Target } from './target.ts';

/**
 * Looks whether the caller stands above somebody on each platform where they are the same person, since a ban of one is one of all. An
 * operator stands above everybody.
 * @throws {Refusal} when they don't, or when it can't be told
 */
export async function assertAbove(given: Given, { users, steamid64, name }: Target): Promise<void> {
  const { invocation, services } = given;
  if (invocation.caller.isOperator) return;
  const people = [...users, ...(steamid64 === undefined ? [] : [{ adapter: STEAM, userId: steamid64 }])];
  const guises = people.flatMap((one) => services.identities.guisesOf(one));
  for (const guise of new Map(guises.map((one) => [`${one.adapter}/${one.userId}`, one])).values()) {
    const known = users.find(({ adapter, userId }) => adapter === guise.adapter && userId === guise.userId);
    await assertAboveGuise(given, guise, known?.name ?? name);
  }
}

async function assertAboveGuise(given: Given, guise: Identity, name: string): Promise<void> {
  const { invocation, origin, services } = given;
  const adapter = services.moderation.memberOf(guise)?.adapter;
  if (adapter?.outranks === undefined) return;
  const isSamePlatform = guise.adapter === origin.id;
  const callers = isSamePlatform ? [invocation.caller.author.id] : [undefined, ...sameElsewhere(given, guise)];
  const room = isSamePlatform ? invocation.room : services.moderation.placeOf(guise)?.room;
  try {
    for (const caller of callers) if (await adapter.outranks(guise.userId, caller, room)) return;
  } catch (error) {
    services.log.warn({ err: error, adapter: guise.adapter }, 'who stands above whom could not be looked up');
    throw new Refusal(`${adapter.platform} does not tell now whether you stand above ${name}, so nothing was done.`);
  }
  throw new Refusal(`You do not stand above ${name} on ${adapter.platform}.`);
}

/** Who the caller is on another platform, where they have shown it. */
function sameElsewhere({ invocation, origin, services }: Given, { adapter }: Identity): string[] {
  const guises = services.identities.guisesOf({ adapter: origin.id, userId: invocation.caller.author.id });
  return [...new Set(guises.filter((one) => one.adapter === adapter).map(({ userId }) => userId))];
}
