/** Routes about threads. https://discord.com/developers/docs/resources/channel#start-thread-from-message */
import { ChannelType } from 'discord.js';
import { invalidForm, refusals } from './errors.ts';
import { can } from './permissions.ts';
import { type BotCall, ok, type Route } from './router.ts';
import { channelOf, limitOf } from './routes-guild.ts';
import { messageOf, require } from './routes-message.ts';
import { channelShape } from './shapes.ts';
import type { Channel } from './state.ts';
import { startThread, startThreadFrom } from './threads.ts';

interface ThreadBody {
  readonly name?: string;
  readonly type?: ChannelType | null;
  readonly archived?: boolean | null;
  readonly locked?: boolean | null;
}

interface ChannelBody {
  readonly name?: string;
  readonly topic?: string | null;
}

const MAX_TOPIC = 1024;

function fromMessage(call: BotCall) {
  const channel = channelOf(call);
  if (channel.type !== ChannelType.GuildText) throw refusals.wrongChannelType();
  require(channel, call.bot, 'CreatePublicThreads', 'ReadMessageHistory');
  const message = messageOf(call, channel);
  if (call.world.channels.has(message.id)) throw refusals.threadExists();
  const { name = '' } = call.body as ThreadBody;
  return ok(channelShape(startThreadFrom(call.world, message, { name, by: call.bot.user })));
}

function withoutMessage(call: BotCall) {
  const channel = channelOf(call);
  const { name = '', type } = call.body as ThreadBody;
  // The bridge makes no other threads, and a text channel has none but these.
  if (channel.type !== ChannelType.GuildText || type !== ChannelType.PublicThread) throw refusals.wrongChannelType();
  require(channel, call.bot, 'CreatePublicThreads');
  return ok(channelShape(startThread(call.world, { parent: channel, name, by: call.bot.user })));
}

/** https://discord.com/developers/docs/resources/channel#modify-channel */
function change(call: BotCall) {
  const channel = channelOf(call);
  return channel.parent ? changeThread(call, channel) : changeChannel(call, channel);
}

function changeChannel(call: BotCall, channel: Channel) {
  require(channel, call.bot, 'ManageChannels');
  const { name, topic } = call.body as ChannelBody;
  // The published schema allows more, which is for forums.
  if ((topic ?? '').length > MAX_TOPIC) {
    const error = { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${MAX_TOPIC} or fewer in length.` };
    throw invalidForm([{ path: ['topic'], error }]);
  }
  call.world.updateChannel(channel, { ...(name !== undefined && { name }), ...(topic !== undefined && { topic }) });
  return ok(channelShape(channel));
}

/** Whoever may write in a thread may open it; the rest is for moderators and for who made it. */
function changeThread(call: BotCall, thread: Channel) {
  const { name, archived, locked } = call.body as ThreadBody;
  const onlyOpens = archived === false && name === undefined && locked == null;
  const isModerator = can(thread, call.bot.user.id, 'ManageThreads');
  if (!isModerator && (thread.locked || !onlyOpens)) throw refusals.missingPermissions();
  require(thread, call.bot, 'SendMessagesInThreads');
  call.world.updateThread(thread, {
    ...(name !== undefined && { name }),
    ...(archived != null && { archived }),
    ...(locked != null && { locked }),
  });
  return ok(channelShape(thread));
}

/** The closed ones, the one that was closed last first. */
function listArchived(call: BotCall) {
  const channel = channelOf(call);
  require(channel, call.bot, 'ReadMessageHistory');
  const before = Date.parse(call.query.get('before') ?? '') || Number.POSITIVE_INFINITY;
  const isOne = ({ parent, type, archived, archivedAt }: Channel) =>
    parent === channel && type === ChannelType.PublicThread && archived && archivedAt < before;
  const all = [...call.world.channels.values()].filter(isOne).sort((a, b) => b.archivedAt - a.archivedAt);
  const page = all.slice(0, limitOf(call.query, 50, 100));
  return ok({ threads: page.map((thread) => channelShape(thread)), members: [], has_more: page.length < all.length });
}

export const threadRoutes: readonly Route[] = [
  {
    auth: 'bot',
    name: 'POST /channels/:channel/messages/:message/threads',
    takes: 'startThreadFromMessage',
    handle: fromMessage,
  },
  { auth: 'bot', name: 'POST /channels/:channel/threads', takes: 'startThread', handle: withoutMessage },
  { auth: 'bot', name: 'PATCH /channels/:channel', takes: 'updateChannel', handle: change },
  { auth: 'bot', name: 'GET /channels/:channel/threads/archived/public', handle: listArchived },
];
