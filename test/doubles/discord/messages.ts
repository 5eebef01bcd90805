/** Messages come, change and go. */
import { type APIEmbed, GatewayDispatchEvents, MessageFlags, MessageType } from 'discord.js';
import type { Dispatch } from './dispatch.ts';
import { type AllowedMentions, mentionsIn, permitted } from './mentions.ts';
import { messageShape } from './message-shape.ts';
import { channelPermissions, permissionBits } from './permissions.ts';
import type { Channel, Extras, Mentions, Message, MessageAuthor, StoredAttachment } from './state.ts';
import type { World } from './world.ts';

/** A file on its way in. */
export interface Upload {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly description?: string | null;
  /** For a voice message: how long it plays. */
  readonly seconds?: number;
}

/** A message before it has an id. */
export interface Draft {
  /** Of the first message of a post, which has the id of that; a new one by default. */
  readonly id?: string;
  readonly channel: Channel;
  readonly author: MessageAuthor;
  readonly content: string;
  /** What kind of message it is, where that doesn't follow from the rest. */
  readonly type?: MessageType;
  readonly extras?: Extras;
  readonly embeds?: readonly APIEmbed[];
  /** Embeds that Discord itself puts there, as they are. */
  readonly ownEmbeds?: readonly APIEmbed[];
  readonly components?: readonly unknown[];
  readonly uploads?: readonly Upload[];
  readonly flags?: number;
  readonly tts?: boolean;
  readonly nonce?: string | number | null;
  readonly replyTo?: Message | null;
  readonly allowed?: AllowedMentions | null | undefined;
  /** What to look for mentions in, when that isn't the content. */
  readonly mentionSource?: string;
}

/** Somebody says something: it is stored and told to everybody. */
export function post(world: World, draft: Draft): Message {
  const { channel, author, replyTo } = draft;
  if (author.kind === 'user') channel.typing.delete(author.user.id);
  // https://discord.com/developers/docs/topics/threads: whoever writes in a thread opens it.
  if (channel.archived) world.updateThread(channel, { archived: false });
  const content = stored(draft.content);
  const components = draft.components ?? [];
  const quoted = replyTo?.author.kind === 'user' ? replyTo.author.user.id : undefined;
  const found = mentionsIn([draft.mentionSource ?? content, ...textsIn(components)].join('\n'));
  const mentions = effective(world, channel, author, permitted(found, draft.allowed, quoted));
  const message: Message = {
    id: draft.id ?? world.nextId(),
    channel,
    type: draft.type ?? (replyTo ? MessageType.Reply : MessageType.Default),
    author,
    content,
    embeds: [...(draft.embeds ?? []).map(richEmbed), ...(draft.ownEmbeds ?? [])],
    components,
    attachments: (draft.uploads ?? []).map((upload) => keep(world, channel, upload)),
    flags: draft.flags ?? 0,
    tts: draft.tts ?? false,
    nonce: draft.nonce ?? null,
    replyTo: replyTo?.id ?? null,
    extras: draft.extras ?? {},
    mentions,
    pings: mentions,
    editedAt: null,
    reactions: new Map(),
  };
  channel.messages.set(message.id, message);
  announce(world, message, GatewayDispatchEvents.MessageCreate);
  return message;
}

/** What an edit changes; what is left out stays. */
export interface Changes {
  readonly content?: string | null | undefined;
  readonly embeds?: readonly APIEmbed[] | null | undefined;
  readonly components?: readonly unknown[] | null | undefined;
  readonly flags?: number | null | undefined;
  /** The attachments to keep, by id; undefined keeps all. */
  readonly keep?: readonly string[] | undefined;
  readonly uploads?: readonly Upload[];
  readonly allowed?: AllowedMentions | null | undefined;
}

/**
 * What remains of a text: blanks at its ends and characters that make others unreadable are dropped without a word.
 * https://discord.com/developers/docs/resources/message#create-message, https://github.com/discord/discord-api-docs/issues/1193
 */
function stored(text: string): string {
  const dropped = /(?![\n\t])\p{Cc}|[\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;
  return text.replaceAll('\r\n', '\n').replaceAll(dropped, '').trim();
}

/** A message's author changes it. Nobody is pinged. */
export function edit(world: World, message: Message, changes: Changes): void {
  const { channel, author } = message;
  if (changes.content !== undefined) message.content = stored(changes.content ?? '');
  if (changes.embeds !== undefined) message.embeds = (changes.embeds ?? []).map(richEmbed);
  if (changes.components !== undefined) message.components = changes.components ?? [];
  if (typeof changes.flags === 'number') message.flags = changes.flags;
  const kept = message.attachments.filter(({ id }) => changes.keep?.includes(id) ?? true);
  message.attachments = [...kept, ...(changes.uploads ?? []).map((upload) => keep(world, channel, upload))];
  const found = mentionsIn([message.content, ...textsIn(message.components)].join('\n'));
  message.mentions = effective(world, channel, author, permitted(found, changes.allowed));
  // The answer that a bot thought about is no edit. Discord's own times are finer: no two edits have the same.
  if ((message.flags & MessageFlags.Loading) === 0) message.editedAt = Math.max(world.clock.now(), (message.editedAt ?? 0) + 1);
  message.flags &= ~MessageFlags.Loading;
  announce(world, message, GatewayDispatchEvents.MessageUpdate);
}

/** What Discord itself changes some time later (the preview of a link, the votes of a poll): an update that is no edit. */
export function amend(
  world: World,
  message: Message,
  changes: Partial<Pick<Message, 'embeds' | 'flags' | 'extras' | 'content'>>,
): void {
  Object.assign(message, changes);
  announce(world, message, GatewayDispatchEvents.MessageUpdate);
}

/** Messages of one channel are deleted; several at once are told of at once. */
export function remove(world: World, channel: Channel, messages: readonly Message[]): void {
  for (const { id } of messages) channel.messages.delete(id);
  const [first, second] = messages;
  if (!first) return;
  const where = { channel_id: channel.id, ...(!channel.recipient && { guild_id: channel.guild.id }) };
  const data = second ? { ids: messages.map(({ id }) => id), ...where } : { id: first.id, ...where };
  const type = second ? GatewayDispatchEvents.MessageDeleteBulk : GatewayDispatchEvents.MessageDelete;
  world.dispatch({ type, guild: channel.guild, channel, render: () => data });
}

function announce(world: World, message: Message, type: GatewayDispatchEvents): void {
  const { channel } = message;
  const fresh = type === GatewayDispatchEvents.MessageCreate;
  const render: Dispatch['render'] = (viewer) => messageShape(world, message, { viewer, event: true, fresh });
  world.dispatch({ type, guild: channel.guild, channel, render });
}

/** What remains of the mentions given what the author may do and who exists. A webhook may ping anybody. */
function effective(world: World, channel: Channel, author: MessageAuthor, mentions: Mentions): Mentions {
  const pingAll = permissionBits(['MentionEveryone']);
  const permissions = author.kind === 'webhook' ? pingAll : channelPermissions(channel, author.user.id);
  return {
    everyone: mentions.everyone && (permissions & pingAll) !== 0n,
    users: mentions.users.filter((id) => world.users.has(id)),
    roles: mentions.roles.filter((id) => {
      const role = channel.guild.roles.get(id);
      return role !== undefined && (role.mentionable || (permissions & pingAll) !== 0n);
    }),
  };
}

function keep(world: World, channel: Channel, upload: Upload): StoredAttachment {
  const { description = null, seconds = null, ...file } = upload;
  return world.attachments.add({ id: world.nextId(), channelId: channel.id, ...file, description, seconds });
}

function richEmbed(embed: APIEmbed): APIEmbed {
  const given = Object.fromEntries(Object.entries(embed).filter(([, value]) => value !== null));
  return { ...given, type: 'rich' as NonNullable<APIEmbed['type']> };
}

/** The texts of components: mentions in them ping as well. */
function textsIn(components: readonly unknown[]): string[] {
  return components.flatMap((component) => {
    if (typeof component !== 'object' || component === null) return [];
    const { content, components: inner } = component as { content?: unknown; components?: unknown };
    return [...(typeof content === 'string' ? [content] : []), ...(Array.isArray(inner) ? textsIn(inner) : [])];
  });
}
