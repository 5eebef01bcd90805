/** Routes about webhooks. https://discord.com/developers/docs/resources/webhook */
import { timingSafeEqual } from 'node:crypto';
import { ChannelType } from 'discord.js';
import { refusals } from './errors.ts';
import { messageShape } from './message-shape.ts';
import { post, remove } from './messages.ts';
import { guildPermissions, permissionBits } from './permissions.ts';
import { type BotCall, type Call, noContent, ok, type Route } from './router.ts';
import { checkFiles } from './routes-files.ts';
import { channelOf, guildOf } from './routes-guild.ts';
import { applyEdit, draft, require, requireSomething, requireUnlocked, uploadsOf } from './routes-message.ts';
import { webhookShape } from './shapes.ts';
import type { Channel, Message, Webhook } from './state.ts';
import type { MessageBody } from './validation.ts';

const MAX_WEBHOOKS = 15;
const READER = { viewer: undefined, event: false };

function webhooksOf({ world }: Call, belongs: (webhook: Webhook) => boolean): Webhook[] {
  return [...world.webhooks.values()].filter(belongs);
}

function listOfChannel(call: BotCall) {
  const channel = channelOf(call);
  require(channel, call.bot, 'ManageWebhooks');
  return ok(webhooksOf(call, (webhook) => webhook.channel === channel).map((webhook) => webhookShape(webhook, call.bot)));
}

function listOfGuild(call: BotCall) {
  const guild = guildOf(call);
  if (!(guildPermissions(guild, call.bot.user.id) & permissionBits(['ManageWebhooks']))) throw refusals.missingPermissions();
  return ok(webhooksOf(call, (webhook) => webhook.channel.guild === guild).map((webhook) => webhookShape(webhook, call.bot)));
}

function create(call: BotCall) {
  const channel = channelOf(call);
  require(channel, call.bot, 'ManageWebhooks');
  if (webhooksOf(call, (webhook) => webhook.channel === channel).length >= MAX_WEBHOOKS) throw refusals.tooManyWebhooks();
  const { name, avatar } = call.body as { name: string; avatar?: string | null };
  const fields = { name: name.trim(), avatar: avatar ? '0'.repeat(32) : null, applicationId: call.bot.applicationId };
  return ok(webhookShape(call.world.addWebhook(channel, call.bot.user, fields), call.bot));
}

/** The webhook of the path, if the bot may manage it. */
function managed(call: BotCall): Webhook {
  const webhook = call.world.webhooks.get(call.param('webhook'));
  if (!webhook) throw refusals.unknownWebhook();
  require(webhook.channel, call.bot, 'ManageWebhooks');
  return webhook;
}

/** The webhook of the path, if its token is right. */
function opened({ world, param }: Call): Webhook {
  const webhook = world.webhooks.get(param('webhook'));
  if (!webhook) throw refusals.unknownWebhook();
  const [own, given] = [Buffer.from(webhook.token), Buffer.from(param('token'))];
  if (own.length !== given.length || !timingSafeEqual(own, given)) throw refusals.invalidWebhookToken();
  return webhook;
}

/** Where a webhook's message goes or is: its channel, or the thread of it that the query names. */
function placeOf({ world, query }: Call, webhook: Webhook): Channel {
  const id = query.get('thread_id');
  if (id === null) return webhook.channel;
  const thread = world.channels.get(id);
  if (thread?.parent !== webhook.channel) throw refusals.unknownChannel();
  return thread;
}

function execute(call: Call) {
  const webhook = opened(call);
  const body = call.body as MessageBody;
  const channel = placeOf(call, webhook);
  if (channel.type === ChannelType.GuildForum) throw refusals.forumWithoutThread();
  requireUnlocked(channel);
  requireSomething(body, call.uploads.length);
  checkFiles(call, channel.guild);
  const author = {
    kind: 'webhook' as const,
    webhook,
    name: body.username?.trim() ?? webhook.name,
    avatarUrl: body.avatar_url ?? null,
  };
  const message = post(call.world, { ...draft(body), channel, author, uploads: uploadsOf(call) });
  return call.query.get('wait') === 'true' ? ok(messageShape(call.world, message, READER)) : noContent;
}

/** The message of the path, if this webhook sent it. */
function sentBy(call: Call): Message {
  const webhook = opened(call);
  const message = placeOf(call, webhook).messages.get(call.param('message'));
  if (message?.author.kind !== 'webhook' || message.author.webhook !== webhook) throw refusals.unknownMessage();
  return message;
}

function change(call: Call) {
  const message = sentBy(call);
  applyEdit(call, message);
  return ok(messageShape(call.world, message, READER));
}

function discard(call: Call) {
  const message = sentBy(call);
  remove(call.world, message.channel, [message]);
  return noContent;
}

function close(call: Call, webhook: Webhook) {
  call.world.removeWebhook(webhook);
  return noContent;
}

export const webhookRoutes: readonly Route[] = [
  { auth: 'bot', name: 'GET /channels/:channel/webhooks', handle: listOfChannel },
  { auth: 'bot', name: 'POST /channels/:channel/webhooks', takes: 'createWebhook', handle: create },
  { auth: 'bot', name: 'GET /guilds/:guild/webhooks', handle: listOfGuild },
  { auth: 'bot', name: 'GET /webhooks/:webhook', handle: (call) => ok(webhookShape(managed(call), call.bot)) },
  { auth: 'bot', name: 'DELETE /webhooks/:webhook', handle: (call) => close(call, managed(call)) },
  { auth: 'token', name: 'GET /webhooks/:webhook/:token', handle: (call) => ok(webhookShape(opened(call), undefined)) },
  { auth: 'token', name: 'DELETE /webhooks/:webhook/:token', handle: (call) => close(call, opened(call)) },
  { auth: 'token', name: 'POST /webhooks/:webhook/:token', takes: 'executeWebhook', handle: execute },
  {
    auth: 'token',
    name: 'GET /webhooks/:webhook/:token/messages/:message',
    handle: (call) => ok(messageShape(call.world, sentBy(call), READER)),
  },
  {
    auth: 'token',
    name: 'PATCH /webhooks/:webhook/:token/messages/:message',
    takes: 'editWebhookMessage',
    handle: change,
  },
  { auth: 'token', name: 'DELETE /webhooks/:webhook/:token/messages/:message', handle: discard },
];
