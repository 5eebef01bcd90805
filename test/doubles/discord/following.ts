/** Channels that follow others. https://discord.com/developers/docs/resources/channel#follow-announcement-channel */
import { MessageFlags, MessageReferenceType } from 'discord.js';
import { amend, edit, post } from './messages.ts';
import type { Channel, Message, User } from './state.ts';
import type { World } from './world.ts';

/** Lets a channel show what is published in another one. */
export function follow(world: World, source: Channel, target: Channel, by: User): void {
  const name = `${source.guild.name} #${source.name}`;
  world.addWebhook(target, by, { name, avatar: null, applicationId: null, source });
}

/** Publishes a message of a followed channel: each channel that follows it gets a copy. */
export function publish(world: World, message: Message): void {
  amend(world, message, { flags: message.flags | MessageFlags.Crossposted });
  const { channel, content, embeds } = message;
  const reference = {
    type: MessageReferenceType.Default,
    channel_id: channel.id,
    message_id: message.id,
    guild_id: channel.guild.id,
  };
  for (const webhook of world.webhooks.values()) {
    if (webhook.source !== channel) continue;
    const author = { kind: 'webhook' as const, webhook, name: webhook.name, avatarUrl: null };
    post(world, { channel: webhook.channel, author, content, embeds, flags: MessageFlags.IsCrosspost, extras: { reference } });
  }
}

/** What was published is changed, or deleted: so are its copies. */
export function publishChange(world: World, message: Message, content: string | null): void {
  for (const copy of copiesOf(world, message)) {
    if (content !== null) edit(world, copy, { content });
    else amend(world, copy, { content: '[Original Message Deleted]', flags: copy.flags | MessageFlags.SourceMessageDeleted });
  }
}

function copiesOf(world: World, { id }: Message): Message[] {
  const all = [...world.channels.values()].flatMap(({ messages }) => [...messages.values()]);
  return all.filter(({ flags, extras }) => (flags & MessageFlags.IsCrosspost) !== 0 && extras.reference?.message_id === id);
}
