/** Reactions to messages. https://discord.com/developers/docs/resources/message#reaction-object */
import { type APIReaction, GatewayDispatchEvents, type GatewayMessageReactionAddDispatchData, ReactionType } from 'discord.js';
import { memberWithUser } from './shapes.ts';
import type { Guild, Message, ReactionEmoji, User } from './state.ts';
import type { World } from './world.ts';

/** https://support.discord.com/hc/en-us/articles/12102061808663 */
export const MAX_DISTINCT = 20;

/**
 * In the form that the Unicode Consortium recommends, as Discord's clients send it: one that is text by default is followed by what
 * makes it an emoji, and no other is. https://unicode.org/reports/tr51/#Emoji_Sequences
 */
const ONE = String.raw`(?!\p{RI})(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|\p{Emoji_Presentation}|(?!\p{Emoji_Presentation})\p{Extended_Pictographic}\uFE0F)`;
const TAGS = String.raw`(?:[\u{E0020}-\u{E007E}]+\u{E007F})?`;
const UNICODE = new RegExp(String.raw`^(?:\p{RI}{2}|[0-9#*]\uFE0F\u20E3|${ONE}${TAGS}(?:\u200D${ONE})*)$`, 'u');

/** What stands in the path of a request, or what a test writes; undefined for what is no emoji that Discord knows. */
export function emojiIn(world: World, text: string): (ReactionEmoji & { readonly guild?: Guild }) | undefined {
  if (UNICODE.test(text)) return { id: null, name: text };
  const id = /^\w{2,32}:(\d{1,20})$/.exec(text)?.[1] ?? '';
  for (const guild of world.guilds.values()) {
    const emoji = guild.emojis.get(id);
    if (emoji) return { ...emoji, guild };
  }
  return undefined;
}

/** How an emoji is told apart from others. */
export function keyOf({ id, name }: ReactionEmoji): string {
  return id ?? name;
}

/** Somebody reacts; a second time with the same changes nothing. */
export function addReaction(world: World, message: Message, user: User, { id, name }: ReactionEmoji): void {
  const emoji = { id, name };
  const reaction = message.reactions.get(keyOf(emoji)) ?? { emoji, users: new Set<User>() };
  if (reaction.users.has(user)) return;
  message.reactions.set(keyOf(emoji), reaction);
  reaction.users.add(user);
  const { guild } = message.channel;
  const member = guild.members.get(user.id);
  const data: GatewayMessageReactionAddDispatchData = {
    user_id: user.id,
    ...whereOf(message),
    emoji,
    burst: false,
    type: ReactionType.Normal,
    ...(member && { member: memberWithUser(member) }),
    ...(message.author.kind === 'user' && { message_author_id: message.author.user.id }),
  };
  world.dispatch({
    type: GatewayDispatchEvents.MessageReactionAdd,
    guild,
    channel: message.channel,
    render: () => data,
  });
}

/** A reaction is taken away. @returns whether there was one */
export function removeReaction(world: World, message: Message, user: User, emoji: ReactionEmoji): boolean {
  const reaction = message.reactions.get(keyOf(emoji));
  if (!reaction?.users.delete(user)) return false;
  if (reaction.users.size === 0) message.reactions.delete(keyOf(emoji));
  const told = { user_id: user.id, ...whereOf(message), emoji: reaction.emoji, burst: false, type: ReactionType.Normal };
  tell(world, GatewayDispatchEvents.MessageReactionRemove, message, told);
  return true;
}

/** A moderator takes away all reactions, or those with one emoji. */
export function clearReactions(world: World, message: Message, emoji?: ReactionEmoji): void {
  if (emoji === undefined) {
    message.reactions.clear();
    tell(world, GatewayDispatchEvents.MessageReactionRemoveAll, message, whereOf(message));
  } else if (message.reactions.delete(keyOf(emoji))) {
    const { id, name } = emoji;
    tell(world, GatewayDispatchEvents.MessageReactionRemoveEmoji, message, { ...whereOf(message), emoji: { id, name } });
  }
}

/** The reactions to a message as somebody gets to see them. */
export function reactionsShape({ reactions }: Message, viewer: string | undefined): APIReaction[] {
  return [...reactions.values()].map(({ emoji, users }) => ({
    count: users.size,
    count_details: { burst: 0, normal: users.size },
    burst_colors: [],
    me: [...users].some(({ id }) => id === viewer),
    me_burst: false,
    emoji,
  }));
}

function whereOf({ id, channel }: Message) {
  return { channel_id: channel.id, message_id: id, guild_id: channel.guild.id };
}

function tell(world: World, type: GatewayDispatchEvents, { channel }: Message, data: object): void {
  world.dispatch({ type, guild: channel.guild, channel, render: () => data });
}
