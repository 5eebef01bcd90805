/** A message as a person sees it in their client. */
import type { APIAttachment, APIEmbed } from 'discord.js';
import type { Channel, Mentions, Message, User } from './state.ts';
import type { World } from './world.ts';

export interface SeenMessage {
  readonly id: string;
  readonly channelId: string;
  /** The name above it. */
  readonly author: string;
  /** The picture beside it; null for a default one. */
  readonly avatar: string | null;
  /** Whether the name has the APP mark. */
  readonly isApp: boolean;
  /** With markup and mentions as they were sent. */
  readonly content: string;
  readonly embeds: readonly APIEmbed[];
  /** Their addresses work. */
  readonly attachments: readonly APIAttachment[];
  /** Who was notified when it was sent. */
  readonly pings: Mentions;
  /** The id of the message that it answers. */
  readonly replyTo: string | null;
  readonly webhookId: string | null;
  readonly edited: boolean;
  /** Below it: `👍 Alice, bridge`, `:wave: Bob`. */
  readonly reactions: readonly string[];
}

export function seen(world: World, message: Message): SeenMessage {
  return {
    id: message.id,
    channelId: message.channel.id,
    ...face(message),
    content: message.content,
    embeds: message.embeds,
    attachments: message.attachments.map((file) => world.attachments.shape(file)),
    pings: message.pings,
    replyTo: message.replyTo,
    edited: message.editedAt !== null,
    reactions: [...message.reactions.values()].map(({ emoji: { id, name }, users }) => {
      const names = [...users].map((user) => nameOf(message.channel, user));
      return `${id === null ? name : `:${name}:`} ${names.join(', ')}`;
    }),
  };
}

function face({ author, channel }: Message): Pick<SeenMessage, 'author' | 'avatar' | 'isApp' | 'webhookId'> {
  if (author.kind === 'webhook')
    return { author: author.name, avatar: author.avatarUrl, isApp: true, webhookId: author.webhook.id };
  const { user } = author;
  const member = channel.guild.members.get(user.id);
  const cdn = 'https://cdn.discordapp.com';
  const own = user.avatar && `${cdn}/avatars/${user.id}/${user.avatar}.png`;
  const avatar = member?.avatar ? `${cdn}/guilds/${channel.guild.id}/users/${user.id}/avatars/${member.avatar}.png` : own;
  return { author: nameOf(channel, user), avatar, isApp: user.bot, webhookId: null };
}

function nameOf({ guild }: Channel, user: User): string {
  return guild.members.get(user.id)?.nick ?? user.globalName ?? user.username;
}
