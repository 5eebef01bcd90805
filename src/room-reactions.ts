/** Reactions in a room: its adapter puts the bridge's own to the message, once however many people react, or they are told in words. */
import type { Logger } from 'pino';
import type { Adapter, Attempt } from './adapter.ts';
import { type RoomAddress, roomId } from './channels.ts';
import { type EventId, eventId, nativeIdIn, type Reaction, type ReactionRemoval } from './event.ts';
import type { History } from './outbox/history.ts';
import type { Reactions } from './outbox/reactions.ts';
import type { KeptReaction } from './store/reactions.ts';
import { meantBy, standingOf } from './targets.ts';
import { isSameEmoji, reactionNote } from './text/reaction.ts';

/** What reactions are shown with. */
export interface RoomReactionOptions {
  readonly address: RoomAddress;
  readonly adapter: Adapter;
  readonly history: History;
  readonly reactions: Reactions;
  readonly log: Logger;
}

/**
 * How many different ones the bridge puts to one message at most.
 * https://support.discord.com/hc/en-us/articles/12102061808663
 */
const MAX_DISTINCT = 20;
/** Of those to one message, so many are counted: more change nothing. */
const MAX_COUNTED = 1_000;

/** Somebody elsewhere reacted to a message. One that isn't shown here needs no reaction. */
export async function react(options: RoomReactionOptions, event: Reaction, attempt: Attempt): Promise<void> {
  const { address, adapter, history, reactions, log } = options;
  if (adapter.reactions === undefined || adapter.reactions === 'none') return;
  const { id, place, emoji } = event;
  const target = await meantBy(event.target, place, history);
  const here = await standingOf(target, address, history);
  const isJoined = here === undefined && (await history.parts(target, roomId(address))).shared.length > 0;
  if (here === undefined && !isJoined) {
    log.debug({ room: address.room, event: id }, `${target} is not shown here, so there is nothing to react to`);
    return;
  }
  const who = eventId(place, event.author.id);
  const before = await reactions.at(target, roomId(address));
  const isTold = before.some((other) => other.who === who && other.id !== id && isSameEmoji(other.emoji, emoji));
  if (isTold || before.length >= MAX_COUNTED) return;
  const isNative = here !== undefined && (await show(options, event, here.nativeId, before, attempt));
  if (!isNative) {
    const said = await history.event(target);
    await adapter.send(address.room, reactionNote(event, said?.kind === 'message' ? said : undefined), attempt);
  }
  await reactions.add(target, roomId(address), { emoji, who, id, isNative });
}

/** @returns whether it stands there */
async function show(
  options: RoomReactionOptions,
  event: Reaction,
  message: string,
  before: readonly KeptReaction[],
  attempt: Attempt,
): Promise<boolean> {
  const { adapter, address } = options;
  if (adapter.reactions === 'native') return addOwn(options, event, message, before, attempt);
  if (adapter.reactions !== 'personal') return false;
  const { id: cause, emoji } = event;
  return (await adapter.react?.(address.room, { message, emoji, isOn: true, cause, by: event }, attempt.signal)) ?? false;
}

/** @returns whether it stands there, or need not, since there are so many */
async function addOwn(
  { address, adapter }: RoomReactionOptions,
  { id: cause, emoji }: Reaction,
  message: string,
  before: readonly KeptReaction[],
  { signal }: Attempt,
): Promise<boolean> {
  const own = before.filter(({ isNative }) => isNative).map((reaction) => reaction.emoji);
  if (own.some((other) => isSameEmoji(other, emoji))) return true;
  const distinct = own.filter((one, index) => own.findIndex((other) => isSameEmoji(one, other)) === index);
  if (distinct.length >= MAX_DISTINCT) return true;
  return (await adapter.react?.(address.room, { message, emoji, isOn: true, cause }, signal)) ?? false;
}

/** Reactions to a message were taken back elsewhere. */
export async function takeBackReactions(options: RoomReactionOptions, event: ReactionRemoval, attempt: Attempt): Promise<void> {
  const { place, emoji, userId } = event;
  const target = await meantBy(event.target, place, options.history);
  const who = userId === undefined ? undefined : eventId(place, userId);
  await takeBack(options, target, event, attempt, (reaction) => {
    const isTheirs = who === undefined ? nativeIdIn(place, reaction.who) !== undefined : reaction.who === who;
    return isTheirs && (emoji === undefined || isSameEmoji(reaction.emoji, emoji));
  });
}

/** One reaction was taken back elsewhere. */
export async function takeBackReaction(
  options: RoomReactionOptions,
  { id, place, target }: Reaction,
  cause: EventId,
  attempt: Attempt,
): Promise<void> {
  const meant = await meantBy(target, place, options.history);
  await takeBack(options, meant, { id: cause, place }, attempt, (reaction) => reaction.id === id);
}

async function takeBack(
  { address, adapter, history, reactions }: RoomReactionOptions,
  target: EventId,
  { id: cause, place }: Pick<ReactionRemoval, 'id' | 'place'>,
  { signal }: Attempt,
  isGone: (reaction: KeptReaction) => boolean,
): Promise<void> {
  const destination = roomId(address);
  const before = await reactions.at(target, destination);
  const gone = before.filter(isGone);
  const left = before.filter((reaction) => !gone.includes(reaction) && reaction.isNative);
  const here = await standingOf(target, address, history);
  for (const { id, emoji, who, isNative } of gone) {
    const { own } = isNative ? { own: [] } : await history.parts(id, destination);
    const message = here?.nativeId;
    if (own.length > 0) await adapter.remove?.(address.room, own, signal);
    else if (isNative && message !== undefined && adapter.reactions === 'personal') {
      const by = { place, author: { id: nativeIdIn(place, who) ?? '', name: '' }, tag: '' };
      await adapter.react?.(address.room, { message, emoji, isOn: false, cause, by }, signal);
    } else if (isNative && here && !left.some((other) => isSameEmoji(other.emoji, emoji))) {
      await adapter.react?.(address.room, { message: here.nativeId, emoji, isOn: false, cause }, signal);
    }
  }
  if (gone.length > 0) await reactions.remove(target, destination, gone);
}
