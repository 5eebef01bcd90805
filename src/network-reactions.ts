/** Reactions in games: a line for each one to what a player said. */
import { eventId, type Message, type Reaction } from './event.ts';
import type { History } from './outbox/history.ts';
import type { Reactions } from './outbox/reactions.ts';
import { meantBy } from './targets.ts';
import { isSameEmoji, reactionNote } from './text/reaction.ts';

/** What reactions are told with. */
export interface NetworkReactionOptions {
  readonly history: History;
  readonly reactions: Reactions;
}

/**
 * What is said in games because of a reaction; undefined when it was not a player who said that, and for one that was told before.
 * @param destination the game servers
 */
export async function reactionLine(
  { history, reactions }: NetworkReactionOptions,
  reaction: Reaction,
  destination: string,
): Promise<Message | undefined> {
  const { id, emoji, place, author } = reaction;
  const target = await meantBy(reaction.target, place, history);
  const said = await history.event(target);
  if (said?.kind !== 'message' || said.place.kind !== 'server') return undefined;
  const who = eventId(place, author.id);
  const before = await reactions.at(target, destination);
  if (before.some((other) => other.who === who && other.id !== id && isSameEmoji(other.emoji, emoji))) return undefined;
  await reactions.add(target, destination, { emoji, who, id, isNative: false });
  return reactionNote(reaction, said);
}
