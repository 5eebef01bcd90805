/** The Discord of a story: a channel, and who is in its guild. */
import type { PermissionsString } from 'discord.js';
import type { DiscordChannel, DiscordDouble, DiscordGuild, DiscordMember } from '../doubles/discord/index.ts';

/** A message as somebody in the Discord channel sees it. */
interface DiscordSighting {
  readonly author: string;
  readonly text: string;
  readonly pings: { readonly everyone: boolean; readonly users: readonly string[]; readonly roles: readonly string[] };
}

/** Somebody on Discord. */
export interface DiscordPerson {
  readonly id: string;
  /** For everything else that they do. */
  readonly member: DiscordMember;
  /** Their private chat with the bot. */
  readonly direct: ReturnType<DiscordMember['direct']>;
  says(text: string): Promise<void>;
  renames(name: string): Promise<void>;
  leaves(): Promise<void>;
}
/** The Discord channel, and who is in its guild. */
export class DiscordPlace {
  readonly channel: DiscordChannel;
  readonly #guild: DiscordGuild;
  readonly #bot: ReturnType<DiscordDouble['addBot']>['user'];

  constructor(guild: DiscordGuild, channel: DiscordChannel, bot: ReturnType<DiscordDouble['addBot']>['user']) {
    this.#guild = guild;
    this.#bot = bot;
    this.channel = channel;
  }

  get channelId(): string {
    return this.channel.id;
  }

  /** The guild gets another channel. */
  addChannel(name: string): DiscordChannel {
    return this.#guild.addTextChannel(name);
  }

  /** The guild gets an emoji of its own. */
  addEmoji(name: string): ReturnType<DiscordGuild['addEmoji']> {
    return this.#guild.addEmoji(name);
  }

  /** Somebody joins the guild. */
  async member(
    name: string,
    options: { color?: number; permissions?: readonly PermissionsString[] } = {},
  ): Promise<DiscordPerson> {
    const { color, permissions } = options;
    const roles = [
      ...(color === undefined ? [] : [this.#guild.addRole('colored', { color })]),
      ...(permissions === undefined ? [] : [this.#guild.addRole(name, { permissions })]),
    ];
    const member = this.#guild.addMember(name.toLowerCase(), {
      displayName: name,
      avatar: 'a_0123456789abcdef0123456789abcdef',
      roles,
    });
    return {
      id: member.id,
      member,
      direct: member.direct(this.#bot),
      says: async (text) => void member.says(this.channel, text),
      renames: async (to) => member.renames(to),
      leaves: async () => member.leaves(),
    };
  }

  async waitFor(words: string, timeout?: number): Promise<DiscordSighting> {
    const isIt = ({ content, webhookId }: { content: string; webhookId: string | null }) =>
      webhookId !== null && content.includes(words);
    const { author, content, pings } = await this.channel.waitFor(isIt, timeout);
    return { author, text: content, pings };
  }

  /** The texts that the bridges said in the channel so far. */
  heard(): string[] {
    return this.channel.messages.filter(({ isApp }) => isApp).map(({ content }) => content);
  }
}
