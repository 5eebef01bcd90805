/** The discord.js client that hears, with no more in memory than that takes. */
import { Client, type ClientOptions, GatewayIntentBits, Options, Partials, type WebSocketOptions } from 'discord.js';

/** @param guildMembers whether the application may see who joins, leaves and changes */
export function createClient(options: {
  readonly apiUrl: string | undefined;
  readonly guildMembers: boolean;
  /** Whether it hears who types. */
  readonly typing: boolean;
  readonly buildStrategy: NonNullable<WebSocketOptions['buildStrategy']>;
}): Client {
  return new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.GuildMessageReactions,
      GatewayIntentBits.DirectMessages,
      GatewayIntentBits.MessageContent,
      ...(options.guildMembers ? [GatewayIntentBits.GuildMembers] : []),
      ...(options.typing ? [GatewayIntentBits.GuildMessageTyping] : []),
    ],
    // As many connections as Discord recommends: one, up to some thousand guilds.
    shards: 'auto',
    // Changes of messages and people that are in no cache are told too, and what is said in private chats.
    partials: [Partials.Channel, Partials.GuildMember, Partials.User, Partials.Message, Partials.Reaction],
    allowedMentions: { parse: [] },
    ...(options.apiUrl !== undefined && { rest: { api: options.apiUrl } }),
    makeCache,
    ws: { buildStrategy: options.buildStrategy },
  });
}

/** What is kept: guilds, channels and roles, which have no limit in discord.js, and the people and messages of late. */
const makeCache: NonNullable<ClientOptions['makeCache']> = Options.cacheWithLimits({
  ...Options.DefaultMakeCacheSettings,
  ApplicationCommandManager: 0,
  ApplicationEmojiManager: 0,
  AutoModerationRuleManager: 0,
  BaseGuildEmojiManager: 0,
  DMMessageManager: 0,
  EntitlementManager: 0,
  GuildBanManager: 0,
  GuildEmojiManager: 0,
  GuildForumThreadManager: 1_000,
  GuildInviteManager: 0,
  GuildScheduledEventManager: 0,
  GuildStickerManager: 0,
  GuildTextThreadManager: 1_000,
  // A message comes with the one that it answers.
  GuildMessageManager: 10,
  MessageManager: 10,
  PresenceManager: 0,
  // So many different ones a message has at most.
  ReactionManager: 20,
  ReactionUserManager: 0,
  StageInstanceManager: 0,
  ThreadMemberManager: 0,
  VoiceStateManager: 0,
  GuildMemberManager: { maxSize: 500, keepOverLimit: (member) => member.id === member.client.user.id },
  UserManager: { maxSize: 2_000, keepOverLimit: (user) => user.id === user.client.user?.id },
});
