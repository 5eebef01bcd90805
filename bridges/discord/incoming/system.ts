/** What Discord itself tells in a channel about what somebody did. */
import { type Message as DiscordMessage, MessageType } from 'discord.js';
import { literal, type RichText } from '../../../src/text/tree.ts';

/** The kinds that the operator may choose from. */
export const systemKinds = ['joins', 'boosts', 'pins', 'threads'] as const;
export type SystemKind = (typeof systemKinds)[number];

/** A notice, to be read after the name of who did it. */
interface Notice {
  readonly kind: SystemKind;
  readonly words: RichText;
}

/** What a message tells by its type; undefined for those that somebody wrote, and for those that are nobody's news. */
export function noticeIn(message: Pick<DiscordMessage, 'type' | 'content' | 'guildId' | 'reference'>): Notice | undefined {
  switch (message.type) {
    case MessageType.UserJoin:
      return { kind: 'joins', words: literal('joined the Discord server') };
    case MessageType.GuildBoost:
      return { kind: 'boosts', words: literal(`boosted the Discord server${timesIn(message.content)}`) };
    case MessageType.GuildBoostTier1:
    case MessageType.GuildBoostTier2:
    case MessageType.GuildBoostTier3: {
      const level = message.type - MessageType.GuildBoost;
      return { kind: 'boosts', words: literal(`boosted the Discord server${timesIn(message.content)}, now on level ${level}`) };
    }
    case MessageType.ChannelPinnedMessage:
      return { kind: 'pins', words: literal('pinned a message') };
    case MessageType.ThreadCreated:
      return { kind: 'threads', words: [...literal('started a thread: '), threadLink(message)] };
    default:
      return undefined;
  }
}

/** The text of a boost is how many there were at once, where that is more than one. */
function timesIn(content: string): string {
  return /^\d{1,3}$/.test(content) && content !== '1' ? ` ${content} times` : '';
}

/** The text is the name of the thread, and the reference leads there. */
function threadLink({
  content,
  guildId,
  reference,
}: Pick<DiscordMessage, 'content' | 'guildId' | 'reference'>): RichText[number] {
  const href = `https://discord.com/channels/${guildId}/${reference?.channelId ?? ''}`;
  return { type: 'link', href, children: literal(content) };
}
