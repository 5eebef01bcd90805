/** Routes about reactions. https://discord.com/developers/docs/resources/message#create-reaction */
import { refusals } from './errors.ts';
import { addReaction, clearReactions, emojiIn, keyOf, MAX_DISTINCT, removeReaction } from './reactions.ts';
import { type BotCall, noContent, ok, type Route } from './router.ts';
import { channelOf, limitOf } from './routes-guild.ts';
import { messageOf, require } from './routes-message.ts';
import { userShape } from './shapes.ts';
import type { Message, ReactionEmoji } from './state.ts';

function targetOf(call: BotCall): Message {
  const channel = channelOf(call);
  require(channel, call.bot, 'ReadMessageHistory');
  return messageOf(call, channel);
}

/** @throws {ApiError} 10014 */
function emojiOf(call: BotCall) {
  const emoji = emojiIn(call.world, decodeURIComponent(call.param('emoji')));
  if (!emoji) throw refusals.unknownEmoji();
  return emoji;
}

function add(call: BotCall) {
  const { world, bot } = call;
  const message = targetOf(call);
  const emoji = emojiOf(call);
  const { channel, reactions } = message;
  if (emoji.guild && !emoji.guild.members.has(bot.user.id)) throw refusals.unknownEmoji();
  if (emoji.guild && emoji.guild !== channel.guild) require(channel, bot, 'UseExternalEmojis');
  if (!reactions.has(keyOf(emoji))) {
    require(channel, bot, 'AddReactions');
    if (reactions.size >= MAX_DISTINCT) throw refusals.tooManyReactions();
  }
  addReaction(world, message, bot.user, emoji);
  return noContent;
}

/** Discord is said to know no emoji that nobody has reacted with. */
function remove(call: BotCall, userId: string) {
  const message = targetOf(call);
  const emoji = emojiOf(call);
  if (userId !== call.bot.user.id) require(message.channel, call.bot, 'ManageMessages');
  const user = call.world.users.get(userId);
  if (!user) throw refusals.unknownUser();
  if (!removeReaction(call.world, message, user, emoji)) throw refusals.unknownEmoji();
  return noContent;
}

function clear(call: BotCall, emoji?: ReactionEmoji) {
  const message = targetOf(call);
  require(message.channel, call.bot, 'ManageMessages');
  clearReactions(call.world, message, emoji);
  return noContent;
}

function list(call: BotCall) {
  const users = [...(targetOf(call).reactions.get(keyOf(emojiOf(call)))?.users ?? [])];
  return ok(users.slice(0, limitOf(call.query, 25, 100)).map(userShape));
}

const PATH = '/channels/:channel/messages/:message/reactions';

export const reactionRoutes: readonly Route[] = [
  { auth: 'bot', name: `PUT ${PATH}/:emoji/@me`, handle: add },
  { auth: 'bot', name: `DELETE ${PATH}/:emoji/@me`, handle: (call) => remove(call, call.bot.user.id) },
  { auth: 'bot', name: `DELETE ${PATH}/:emoji/:user`, handle: (call) => remove(call, call.param('user')) },
  { auth: 'bot', name: `GET ${PATH}/:emoji`, handle: list },
  { auth: 'bot', name: `DELETE ${PATH}/:emoji`, handle: (call) => clear(call, emojiOf(call)) },
  { auth: 'bot', name: `DELETE ${PATH}`, handle: (call) => clear(call) },
];
