/** People and bots for a test: what they do. */
import { type APIEmbed, type APIStickerItem, MessageFlags, MessageType } from 'discord.js';
import { GivenCommand } from './answers.ts';
import { endPoll, forward, notice, type PollDraft, pollShape } from './deeds.ts';
import { DirectChat } from './direct-chat.ts';
import { type Filled, interact, press } from './interactions.ts';
import { withoutCode } from './mentions.ts';
import { edit, post, remove, type Upload } from './messages.ts';
import { addReaction, clearReactions, removeReaction } from './reactions.ts';
import { type SeenMessage, seen } from './seen.ts';
import type { Bot, Channel, Member, Message, ReactionEmoji, User } from './state.ts';
import { startTyping } from './typing.ts';
import type { World } from './world.ts';

/** Something that has an id: a channel, or a message. */
interface Identified {
  readonly id: string;
}

/** What goes with a message. */
export interface SayOptions {
  /** The message that this one answers; its author is pinged. */
  readonly replyTo?: Identified;
  readonly attachments?: readonly Upload[];
  readonly stickers?: readonly APIStickerItem[];
  readonly poll?: PollDraft;
  /** Only bots write these. */
  readonly embeds?: readonly APIEmbed[];
  readonly components?: readonly unknown[];
  /** Whose command a bot answers, and whether it only begins to think about it. */
  readonly commandOf?: DiscordMember;
  readonly thinks?: boolean;
}

/** A member of a guild, person or bot, as a test moves them. They need no permission to do anything. */
export class DiscordMember {
  readonly state: Member;
  readonly #world: World;

  constructor(world: World, state: Member) {
    this.#world = world;
    this.state = state;
  }

  get id(): string {
    return this.state.user.id;
  }

  get user(): User {
    return this.state.user;
  }

  /** What to type to mention them. */
  get mention(): string {
    return `<@${this.id}>`;
  }

  /** Says something; mentions in it are resolved as Discord does. */
  says(channel: Identified, text: string, options: SayOptions = {}): SeenMessage {
    const { replyTo, attachments = [], stickers, poll, embeds = [], components = [], commandOf, thinks } = options;
    const voice = attachments.some(({ seconds }) => seconds !== undefined);
    const message = post(this.#world, {
      ...(commandOf && { type: MessageType.ChatInputCommand }),
      embeds,
      components,
      flags:
        (voice ? MessageFlags.IsVoiceMessage : 0) |
        (components.length > 0 ? MessageFlags.IsComponentsV2 : 0) |
        (thinks ? MessageFlags.Loading : 0),
      extras: {
        ...(stickers && { stickers }),
        ...(poll && { poll: pollShape(this.#world, poll) }),
        ...(commandOf && { interaction: this.#interactionOf(commandOf) }),
      },
      channel: channelOf(this.#world, channel),
      author: { kind: 'user', user: this.user },
      content: text,
      mentionSource: withoutCode(text),
      uploads: attachments,
      replyTo: replyTo ? messageOf(this.#world, replyTo) : null,
    });
    return seen(this.#world, message);
  }

  /** Types in a channel. */
  typesIn(channel: Identified): void {
    startTyping(this.#world, channelOf(this.#world, channel), this.user);
  }

  /** Their private chat with a bot. */
  direct(bot: User): DirectChat {
    return new DirectChat(this.#world, this.#world.directOf(bot, this.user), this);
  }

  /** Says in their settings that they want no direct messages. */
  closesDirectMessages(): void {
    this.user.takesNoDirect = true;
  }

  /**
   * Gives a command.
   * @param name as it is typed, without the slash: `bridge add`
   * @param options by name
   * @param anyway whether an admin of the guild lets everybody use it
   * @throws {Error} when their client would not show it to them, or not take it like that
   */
  runs(channel: Identified, name: string, options: Filled = {}, { anyway = false } = {}): GivenCommand {
    const request = { user: this.user, channel: channelOf(this.#world, channel), name, options, anyway };
    return new GivenCommand(this.#world, interact(this.#world, request));
  }

  /** Types a command, as far as a value for one of its options; resolves with the values that are suggested. */
  types(channel: Identified, name: string, focused: string, options: Filled = {}) {
    const request = { user: this.user, channel: channelOf(this.#world, channel), name, options, focused };
    return new GivenCommand(this.#world, interact(this.#world, request)).choices();
  }

  /** Presses a button on a message, whichever it is said to have. */
  presses(message: Identified, customId: string, bot: Bot): GivenCommand {
    return new GivenCommand(this.#world, press(this.#world, this.user, bot, messageOf(this.#world, message), customId));
  }

  /** Changes a message of their own. */
  edits(message: Identified, text: string): void {
    edit(this.#world, messageOf(this.#world, message), { content: text });
  }

  /** Shows a message of another place; returns the one that shows it. */
  forwards(message: Identified, channel: Identified): SeenMessage {
    const forwarded = forward(this.#world, this.user, messageOf(this.#world, message), channelOf(this.#world, channel));
    return seen(this.#world, forwarded);
  }

  /** Ends a poll of their own, with these votes for its answers; returns the message that tells the result. */
  endsPoll(message: Identified, votes: readonly number[]): SeenMessage {
    return seen(this.#world, endPoll(this.#world, messageOf(this.#world, message), votes));
  }

  /** Pins a message, which Discord tells in its channel. */
  pins(message: Identified): SeenMessage {
    const about = messageOf(this.#world, message);
    return this.#does(about.channel, MessageType.ChannelPinnedMessage, { about });
  }

  /** Discord tells in a channel what they did: that they joined or boosted, for example. */
  does(channel: Identified, type: MessageType, content = ''): SeenMessage {
    return this.#does(channelOf(this.#world, channel), type, { content });
  }

  #does(channel: Channel, type: MessageType, more: { content?: string; about?: Message }): SeenMessage {
    return seen(this.#world, notice(this.#world, { channel, user: this.user, type, ...more }));
  }

  #interactionOf({ user }: DiscordMember) {
    const bot = [...this.#world.bots.values()].find((one) => one.user === this.user);
    if (!bot) throw new Error('only a bot answers commands');
    return { id: this.#world.nextId(), user, applicationId: bot.applicationId };
  }

  /** Deletes messages, their own or, as a moderator, others'; several at once go in bulk. */
  deletes(...messages: readonly Identified[]): void {
    const found = messages.map((message) => messageOf(this.#world, message));
    const [first] = found;
    if (first) remove(this.#world, first.channel, found);
  }

  /** Reacts to a message. @param emoji a Unicode emoji, or one that a guild has */
  reacts(message: Identified, emoji: string | ReactionEmoji): void {
    addReaction(this.#world, messageOf(this.#world, message), this.user, emojiOf(emoji));
  }

  /** Takes a reaction back. */
  unreacts(message: Identified, emoji: string | ReactionEmoji): void {
    removeReaction(this.#world, messageOf(this.#world, message), this.user, emojiOf(emoji));
  }

  /** As a moderator, takes away everybody's reactions to a message: all, or those with one emoji. */
  clearsReactions(message: Identified, emoji?: string | ReactionEmoji): void {
    clearReactions(this.#world, messageOf(this.#world, message), emoji === undefined ? undefined : emojiOf(emoji));
  }

  /** Takes another display name, in all guilds. */
  renames(globalName: string): void {
    this.#world.updateUser(this.user, { globalName });
  }

  /** Takes another name in this guild; null for none. */
  setsNick(nick: string | null): void {
    this.#world.updateMember(this.state, { nick });
  }

  /** Takes another picture, given by its hash, in all guilds. */
  setsAvatar(avatar: string | null): void {
    this.#world.updateUser(this.user, { avatar });
  }

  /** Leaves the guild. */
  leaves(): void {
    this.#world.removeMember(this.state);
  }

  /** The messages that pinged them by name, by role or by @everyone, in channels of this guild. */
  get pings(): readonly SeenMessage[] {
    const { guild, roles } = this.state;
    const messages = [...guild.channels.values()].flatMap((channel) => [...channel.messages.values()]);
    const hit = ({ pings }: Message) =>
      pings.everyone || pings.users.includes(this.id) || pings.roles.some((id) => roles.has(id));
    return messages.filter(hit).map((message) => seen(this.#world, message));
  }
}

function emojiOf(emoji: string | ReactionEmoji): ReactionEmoji {
  return typeof emoji === 'string' ? { id: null, name: emoji } : emoji;
}

/** @throws {Error} when there is no such channel */
export function channelOf(world: World, { id }: Identified): Channel {
  const channel = world.channels.get(id);
  if (!channel) throw new Error(`there is no channel ${id}`);
  return channel;
}

/** @throws {Error} when there is no such message, any more */
export function messageOf(world: World, { id }: Identified): Message {
  for (const { messages } of world.channels.values()) {
    const message = messages.get(id);
    if (message) return message;
  }
  throw new Error(`there is no message ${id}`);
}
