/** A message as the API writes it. https://discord.com/developers/docs/resources/message#message-object */
import { createHash } from 'node:crypto';
import {
  type APIMessage,
  type APIMessageSnapshotFields,
  type APIUser,
  GatewayIntentBits,
  MessageReferenceType,
  MessageType,
  type UserFlags,
} from 'discord.js';
import type { Viewer } from './dispatch.ts';
import { extrasShape } from './extras-shape.ts';
import { reactionsShape } from './reactions.ts';
import { memberShape, timestamp, userShape } from './shapes.ts';
import { snowflakeTime } from './snowflake.ts';
import type { Message, MessageAuthor } from './state.ts';
import type { World } from './world.ts';

/** For whom it is written. */
export interface Reader {
  /** Undefined for somebody who may read all of it: the holder of its webhook's token. */
  readonly viewer: Viewer | undefined;
  /** Events carry the guild and the members, answers don't. */
  readonly event: boolean;
  /** Just sent: only then does it carry its nonce. */
  readonly fresh?: boolean;
}

export function messageShape(world: World, message: Message, reader: Reader): APIMessage {
  const { channel, author } = message;
  const quoted = message.replyTo === null ? undefined : channel.messages.get(message.replyTo);
  return {
    ...withoutReference(world, message, reader),
    ...(reader.event && { channel_type: channel.type }),
    ...(reader.event && !channel.recipient && { guild_id: channel.guild.id, ...authorMember(message) }),
    ...(author.kind === 'webhook' && { webhook_id: author.webhook.id }),
    ...(author.kind === 'webhook' && author.webhook.applicationId !== null && { application_id: author.webhook.applicationId }),
    ...extrasShape(message, !reader.viewer || reveals(message, reader.viewer)),
    ...(reader.fresh && message.nonce !== null && { nonce: message.nonce }),
    ...(message.replyTo !== null && {
      message_reference: {
        type: MessageReferenceType.Default,
        channel_id: channel.id,
        message_id: message.replyTo,
        ...(!channel.recipient && { guild_id: channel.guild.id }),
      },
    }),
    ...(message.type === MessageType.Reply && { referenced_message: quoted ? withoutReference(world, quoted, reader) : null }),
  };
}

/** What of a message its forwards show: never by whom it is. https://discord.com/developers/docs/resources/message#message-snapshot-object */
export function snapshotShape(world: World, message: Message): APIMessageSnapshotFields {
  const { type, content, embeds, attachments, timestamp, edited_timestamp, flags, mentions, mention_roles, components } =
    withoutReference(world, message, { viewer: undefined, event: false });
  const { stickers } = message.extras;
  const shape = { type, content, embeds, attachments, timestamp, edited_timestamp, flags, mentions, mention_roles, components };
  return { ...shape, ...(stickers && { sticker_items: [...stickers] }) } as APIMessageSnapshotFields;
}

function withoutReference(world: World, message: Message, reader: Reader): APIMessage {
  return {
    id: message.id,
    type: message.type,
    channel_id: message.channel.id,
    author: authorShape(message.author),
    timestamp: timestamp(snowflakeTime(message.id)),
    edited_timestamp: message.editedAt === null ? null : timestamp(message.editedAt),
    flags: message.flags,
    tts: message.tts,
    pinned: false,
    mention_everyone: message.mentions.everyone,
    mention_roles: [...message.mentions.roles],
    mentions: message.mentions.users.flatMap((id) => mentioned(world, message, id, reader)),
    ...contentShape(world, message, reader.viewer),
    ...(message.reactions.size > 0 && { reactions: reactionsShape(message, reader.viewer?.bot.user.id) }),
  };
}

/** What is empty for a bot without the message content intent. https://discord.com/developers/docs/events/gateway#message-content-intent */
function contentShape(world: World, message: Message, viewer: Viewer | undefined) {
  if (viewer && !reveals(message, viewer)) return { content: '', embeds: [], attachments: [], components: [] };
  return {
    content: message.content,
    embeds: [...message.embeds],
    attachments: message.attachments.map((file) => world.attachments.shape(file)),
    components: [...message.components] as NonNullable<APIMessage['components']>,
  };
}

function reveals(message: Message, { bot, intents }: Viewer): boolean {
  const own = message.author.kind === 'user' && message.author.user.id === bot.user.id;
  return (
    own ||
    message.channel.recipient !== undefined ||
    (intents & GatewayIntentBits.MessageContent) !== 0 ||
    message.mentions.users.includes(bot.user.id)
  );
}

function authorShape(author: MessageAuthor): APIUser {
  if (author.kind === 'user') return userShape(author.user);
  return {
    id: author.webhook.id,
    username: author.name,
    discriminator: '0000',
    global_name: null,
    avatar: author.avatarUrl === null ? author.webhook.avatar : createHash('md5').update(author.avatarUrl).digest('hex'),
    public_flags: 0 as UserFlags,
    flags: 0 as UserFlags,
    primary_guild: null,
    bot: true,
  };
}

function authorMember({ channel, author }: Message): object {
  const member = author.kind === 'user' ? channel.guild.members.get(author.user.id) : undefined;
  return member ? { member: memberShape(member) } : {};
}

function mentioned(world: World, { channel }: Message, id: string, { event }: Reader): APIUser[] {
  const user = world.users.get(id);
  if (!user) return [];
  const member = event ? channel.guild.members.get(id) : undefined;
  return [{ ...userShape(user), ...(member && { member: memberShape(member) }) }];
}
