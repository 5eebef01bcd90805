/** How threads and posts come about. https://discord.com/developers/docs/topics/threads */
import { MessageFlags, MessageReferenceType, MessageType } from 'discord.js';
import { notice } from './deeds.ts';
import { amend, post } from './messages.ts';
import type { Channel, Message, User } from './state.ts';
import type { World } from './world.ts';

/** A thread that hangs on no message: Discord tells of it in the channel. */
export function startThread(world: World, { parent, name, by }: { parent: Channel; name: string; by: User }): Channel {
  const thread = world.addThread(parent, { name, ownerId: by.id });
  notice(world, { channel: parent, user: by, type: MessageType.ThreadCreated, content: name, about: thread });
  return thread;
}

/** A thread that hangs on a message has its id, and begins with a message that points there. */
export function startThreadFrom(
  world: World,
  message: Message,
  { name, by, old = false }: { name: string; by: User; old?: boolean },
): Channel {
  const { channel: parent, id } = message;
  const thread = world.addThread(parent, { id, name, ownerId: by.id });
  amend(world, message, { flags: message.flags | MessageFlags.HasThread });
  if (old) notice(world, { channel: parent, user: by, type: MessageType.ThreadCreated, content: name, about: thread });
  const reference = {
    type: MessageReferenceType.Default,
    channel_id: parent.id,
    message_id: id,
    guild_id: parent.guild.id,
  };
  const type = MessageType.ThreadStarterMessage;
  post(world, { channel: thread, author: { kind: 'user', user: by }, content: '', type, extras: { reference } });
  return thread;
}

/** A post in a forum is a thread, with the id of its first message. */
export function addPost(world: World, forum: Channel, { title, text, by }: { title: string; text: string; by: User }): Channel {
  const thread = world.addThread(forum, { name: title, ownerId: by.id });
  post(world, { id: thread.id, channel: thread, author: { kind: 'user', user: by }, content: text });
  return thread;
}
