/** Routes about messages. https://discord.com/developers/docs/resources/message */
import { GatewayIntentBits } from 'discord.js';
import { invalidForm, refusals } from './errors.ts';
import { messageShape, type Reader } from './message-shape.ts';
import { edit, post, remove, type Upload } from './messages.ts';
import { can, type PermissionName } from './permissions.ts';
import { type BotCall, type Call, noContent, ok, type Route } from './router.ts';
import { requireOpen } from './routes-direct.ts';
import { checkFiles } from './routes-files.ts';
import { channelOf, limitOf } from './routes-guild.ts';
import { newestFirst } from './shapes.ts';
import { bySnowflake } from './snowflake.ts';
import type { Bot, Channel, Message } from './state.ts';
import type { MessageBody } from './validation.ts';

/** For how long the same nonce gives the same message; Discord says "a few minutes". */
const NONCE_LIFETIME = 120_000;

/** @throws {ApiError} 50013 */
export function require(channel: Channel, bot: Bot, ...names: readonly PermissionName[]): void {
  if (!names.every((name) => can(channel, bot.user.id, name))) throw refusals.missingPermissions();
}

/** Answers show a bot what its portal switches allow it. */
function readerFor(bot: Bot): Reader {
  return { viewer: { bot, intents: bot.privileged.has('MessageContent') ? GatewayIntentBits.MessageContent : 0 }, event: false };
}

/** The files of a request, with what its `attachments` say about them. */
export function uploadsOf({ uploads, body }: Call): Upload[] {
  const { attachments } = body as MessageBody;
  return uploads.map(({ index, ...upload }) => {
    const about = attachments?.find(({ id }) => String(id) === index);
    return { ...upload, filename: about?.filename ?? upload.filename, description: about?.description ?? null };
  });
}

/** @throws {ApiError} 50006 when there is nothing to see in it */
export function requireSomething(body: MessageBody, files: number): void {
  const something = body.content?.trim() || body.embeds?.length || body.components?.length || files > 0;
  if (!something) throw refusals.emptyMessage();
}

/** @throws {ApiError} 160005 for a thread in which only moderators may write */
export function requireUnlocked(channel: Channel, isModerator = false): void {
  if (channel.locked && !isModerator) throw refusals.threadLocked();
}

/** @throws {ApiError} 10008 */
export function messageOf({ param }: Call, channel: Channel): Message {
  const message = channel.messages.get(param('message'));
  if (!message) throw refusals.unknownMessage();
  return message;
}

/** https://discord.com/developers/docs/resources/message#get-channel-messages */
function list(call: BotCall) {
  const channel = channelOf(call);
  const limit = limitOf(call.query, 50, 100);
  if (!can(channel, call.bot.user.id, 'ReadMessageHistory')) return ok([]);
  const all = newestFirst(channel.messages.values());
  const [before, after, around] = ['before', 'after', 'around'].map((name) => call.query.get(name));
  let page = all.slice(0, limit);
  if (around) page = aroundPage(all, around, limit);
  else if (before) page = all.filter((message) => bySnowflake(message, { id: before }) < 0).slice(0, limit);
  else if (after) page = all.filter((message) => bySnowflake(message, { id: after }) > 0).slice(-limit);
  return ok(page.map((message) => messageShape(call.world, message, readerFor(call.bot))));
}

/** Half of it newer, half of it older than the one in the middle. */
function aroundPage(all: readonly Message[], id: string, limit: number): Message[] {
  const newer = all.filter((message) => bySnowflake(message, { id }) > 0);
  const rest = all.slice(newer.length);
  return [...newer.slice(-Math.floor(limit / 2)), ...rest.slice(0, limit - Math.min(newer.length, Math.floor(limit / 2)))];
}

function get(call: BotCall) {
  const channel = channelOf(call);
  require(channel, call.bot, 'ReadMessageHistory');
  return ok(messageShape(call.world, messageOf(call, channel), readerFor(call.bot)));
}

function create(call: BotCall) {
  const { world, bot } = call;
  const channel = channelOf(call);
  const body = call.body as MessageBody;
  if (channel.recipient) requireOpen(world, channel.recipient, bot);
  require(channel, bot, channel.parent ? 'SendMessagesInThreads' : 'SendMessages');
  requireUnlocked(channel, can(channel, bot.user.id, 'ManageThreads'));
  if (call.uploads.length > 0) require(channel, bot, 'AttachFiles');
  if (body.embeds?.length) require(channel, bot, 'EmbedLinks');
  requireSomething(body, call.uploads.length);
  checkFiles(call, channel.guild);
  const replyTo = quoted(call, channel, body);
  const earlier = alreadySent(call, body);
  const message =
    earlier ??
    post(world, { ...draft(body), channel, author: { kind: 'user', user: bot.user }, uploads: uploadsOf(call), replyTo });
  if (!earlier && body.nonce != null) world.nonces.set(`${bot.user.id} ${body.nonce}`, { message, at: world.clock.now() });
  return ok(messageShape(world, message, { ...readerFor(bot), fresh: true }));
}

/** The parts of a message that a body gives as they are. */
export function draft(body: MessageBody) {
  return {
    content: body.content ?? '',
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    flags: body.flags ?? 0,
    tts: body.tts ?? false,
    nonce: body.nonce ?? null,
    allowed: body.allowed_mentions,
  };
}

function quoted({ bot }: BotCall, channel: Channel, { message_reference: reference }: MessageBody): Message | null {
  if (!reference) return null;
  if (!can(channel, bot.user.id, 'ReadMessageHistory')) throw refusals.noReplyWithoutHistory();
  const message = channel.messages.get(reference.message_id) ?? null;
  if (message || reference.fail_if_not_exists === false) return message;
  throw invalidForm([{ path: ['message_reference'], error: { code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' } }]);
}

function alreadySent({ world, bot }: BotCall, { nonce, enforce_nonce }: MessageBody): Message | undefined {
  for (const [key, { at }] of world.nonces) if (at + NONCE_LIFETIME < world.clock.now()) world.nonces.delete(key);
  return enforce_nonce && nonce != null ? world.nonces.get(`${bot.user.id} ${nonce}`)?.message : undefined;
}

function change(call: BotCall) {
  const { world, bot } = call;
  const message = messageOf(call, channelOf(call));
  if (message.author.kind !== 'user' || message.author.user.id !== bot.user.id) throw refusals.notTheAuthor();
  applyEdit(call, message);
  return ok(messageShape(world, message, readerFor(bot)));
}

/** Edits a message as a body says. */
export function applyEdit(call: Call, message: Message): void {
  if (message.channel.archived) throw refusals.archivedThread();
  const body = call.body as MessageBody;
  const keep = body.attachments?.map(({ id }) => String(id));
  const kept = message.attachments.filter(({ id }) => keep?.includes(id) ?? true);
  const { content = message.content, embeds = message.embeds, components = message.components } = body;
  requireSomething({ content, embeds, components }, kept.length + call.uploads.length);
  checkFiles(
    call,
    message.channel.guild,
    message.attachments.map(({ id }) => id),
  );
  const { flags, allowed_mentions: allowed } = body;
  edit(call.world, message, { content, embeds, components, flags, allowed, keep, uploads: uploadsOf(call) });
}

function discard(call: BotCall) {
  const channel = channelOf(call);
  const message = messageOf(call, channel);
  const own = message.author.kind === 'user' && message.author.user.id === call.bot.user.id;
  if (!own) require(channel, call.bot, 'ManageMessages');
  remove(call.world, channel, [message]);
  return noContent;
}

function discardMany(call: BotCall) {
  const channel = channelOf(call);
  require(channel, call.bot, 'ManageMessages');
  const { messages } = call.body as { messages: string[] };
  const found = messages.flatMap((id) => channel.messages.get(id) ?? []);
  remove(call.world, channel, found);
  return noContent;
}

export const messageRoutes: readonly Route[] = [
  { auth: 'bot', name: 'GET /channels/:channel/messages', handle: list },
  { auth: 'bot', name: 'POST /channels/:channel/messages', takes: 'createMessage', handle: create },
  { auth: 'bot', name: 'POST /channels/:channel/messages/bulk-delete', takes: 'bulkDelete', handle: discardMany },
  { auth: 'bot', name: 'GET /channels/:channel/messages/:message', handle: get },
  { auth: 'bot', name: 'PATCH /channels/:channel/messages/:message', takes: 'editMessage', handle: change },
  { auth: 'bot', name: 'DELETE /channels/:channel/messages/:message', handle: discard },
];
