import {
  Client,
  type ClientOptions,
  type Message as DiscordMessage,
  Events,
  GatewayIntentBits,
  Options,
  Partials,
  SimpleShardingStrategy,
  type WebSocketOptions,
} from 'discord.js';
import type { Logger } from 'pino';
import type { Author, Message, Place, RoomRef } from '../../src/event.ts';
import { reasonOf } from './faults.ts';
import { Hearing } from './hearing.ts';
import { authorOf, toMessage } from './incoming.ts';

/** Of the messages that were missed; Discord gives no more at once. */
const pageSize = 100;
const maxPages = 10;

type ShardManager = Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0];

/** What happens at Discord. */
export interface GatewayEvents {
  message(message: Message): void;
  profile(author: Author): void;
  left(userId: string): void;
  /** Discord closed the connection for good, after it had worked. */
  refused(closeCode: number): void;
}

export interface GatewayOptions {
  readonly apiUrl: string | undefined;
  /** Whether the application may see who joins, leaves and changes. */
  readonly guildMembers: boolean;
  readonly rooms: readonly RoomRef[];
  readonly placeOf: (room: RoomRef) => Place;
  readonly log: Logger;
}

/** Discord closed the connection in a way that forbids to try again. */
export class GatewayRefusal extends Error {
  readonly closeCode: number;

  constructor(closeCode: number) {
    super(`Discord closed the gateway with ${closeCode}`);
    this.closeCode = closeCode;
  }
}

/** The connection over which Discord tells what happens. It reconnects by itself, and resumes where it stopped. */
export class Gateway {
  readonly #client: Client;
  readonly #options: GatewayOptions;
  readonly #events: GatewayEvents;
  readonly #hearing: Hearing<DiscordMessage<true>>;
  #stopped = false;
  #connected = false;
  #refusal: number | undefined;
  #giveUp = () => {};
  #interrupted = false;

  constructor(options: GatewayOptions, events: GatewayEvents) {
    this.#options = options;
    this.#events = events;
    this.#hearing = new Hearing((message) => {
      const said = toMessage(message, options.placeOf(message.channelId as RoomRef));
      if (said !== undefined) events.message(said);
    });
    this.#client = new Client({
      intents: [
        GatewayIntentBits.Guilds,
        GatewayIntentBits.GuildMessages,
        GatewayIntentBits.MessageContent,
        ...(options.guildMembers ? [GatewayIntentBits.GuildMembers] : []),
      ],
      // Changes and leaves of people who are in no cache are told too.
      partials: [Partials.GuildMember, Partials.User],
      allowedMentions: { parse: [] },
      ...(options.apiUrl !== undefined && { rest: { api: options.apiUrl } }),
      makeCache,
      ws: { buildStrategy: (manager) => this.#strategy(manager) },
    });
    this.#listen();
  }

  /**
   * Connects. Resolves when messages flow, which takes as long as the gateway can't be reached, or when it is stopped.
   * @throws {GatewayRefusal} when Discord will never have us, and what discord.js throws
   */
  async connect(token: string): Promise<void> {
    const ready = new Promise<void>((resolve) =>
      this.#client.once(Events.ClientReady, () => {
        this.#beginHearing();
        resolve();
      }),
    );
    const stopped = new Promise<void>((resolve) => {
      this.#giveUp = resolve;
    });
    try {
      await Promise.race([this.#client.login(token).then(() => ready), stopped]);
    } catch (error) {
      throw this.#refusal === undefined ? error : new GatewayRefusal(this.#refusal);
    }
    this.#connected = true;
  }

  /** Disconnects for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#giveUp();
    await this.#client.destroy();
  }

  /** discord.js goes on connecting when it is stopped in the middle of it: such an attempt never gets its session. */
  #strategy(manager: ShardManager): SimpleShardingStrategy {
    const { retrieveSessionInfo } = manager.options;
    manager.options.retrieveSessionInfo = (shard) => (this.#stopped ? new Promise(() => {}) : retrieveSessionInfo(shard));
    return new SimpleShardingStrategy(manager);
  }

  #listen(): void {
    const { log, rooms } = this.#options;
    const mapped = new Set<string>(rooms);
    this.#client
      .on(Events.MessageCreate, (message) => {
        if (mapped.has(message.channelId) && message.inGuild()) this.#hearing.hear(message);
      })
      .on(Events.GuildMemberUpdate, (_, member) => {
        if (this.#mappedGuilds().has(member.guild.id)) this.#events.profile(authorOf(member.user, member));
      })
      .on(Events.UserUpdate, (_, user) => {
        for (const guild of this.#mappedGuilds()) {
          const member = this.#client.guilds.cache.get(guild)?.members.cache.get(user.id);
          if (member !== undefined) this.#events.profile(authorOf(user, member));
        }
      })
      .on(Events.GuildMemberRemove, (member) => {
        const guilds = this.#mappedGuilds();
        if (!guilds.delete(member.guild.id)) return;
        const elsewhere = [...guilds].some((id) => this.#client.guilds.cache.get(id)?.members.cache.has(member.id));
        if (!elsewhere) this.#events.left(member.id);
      })
      .on(Events.ShardDisconnect, ({ code }) => {
        this.#refusal = code;
        if (this.#connected && !this.#stopped) this.#events.refused(code);
      })
      .on(Events.ShardReconnecting, () => {
        // discord.js says so of a connection that was closed on purpose, too.
        if (this.#stopped) return;
        if (this.#interrupted) return;
        this.#interrupted = true;
        log.warn('The connection to Discord was lost; connecting again');
        this.#hearing.hold();
      })
      .on(Events.ShardResume, () => this.#restored())
      .on(Events.ShardReady, () => this.#restored(true))
      .on(Events.ShardError, (error) => log.debug({ fault: error.name }, "A fault on the connection to Discord's gateway"))
      .on(Events.Error, (error) => log.error({ fault: error.name }, 'discord.js met a fault'));
  }

  /** @param anew whether Discord did not resume the session, and so did not tell what happened meanwhile */
  #restored(anew = false): void {
    if (!this.#interrupted) return;
    this.#interrupted = false;
    this.#options.log.info('The connection to Discord is back');
    if (anew && this.#connected) void this.#hearing.catchUp((room, after) => this.#missed(room, after));
    else this.#hearing.release();
  }

  /** What was said in a room after a message. Never rejects. */
  async #missed(room: string, after: string): Promise<DiscordMessage<true>[]> {
    const channel = this.#client.channels.cache.get(room);
    if (channel === undefined || !channel.isTextBased() || channel.isDMBased()) return [];
    const found: DiscordMessage<true>[] = [];
    let last = after;
    try {
      for (let pages = 0; pages < maxPages; pages++) {
        const page = [...(await channel.messages.fetch({ after: last, limit: pageSize })).values()];
        found.push(...page);
        if (page.length < pageSize) return found;
        last = page.reduce((newest, { id }) => (BigInt(id) > BigInt(newest) ? id : newest), last);
      }
      this.#options.log.warn(
        { room },
        'In Discord, more was said while the connection was lost than is fetched; the rest is lost',
      );
    } catch (error) {
      this.#options.log.warn({ room }, `What was said meanwhile could not be fetched: ${reasonOf(error)}`);
    }
    return found;
  }

  /** From now on, nothing that is said in the mapped rooms is missed. */
  #beginHearing(): void {
    for (const room of this.#options.rooms) {
      const channel = this.#client.channels.cache.get(room);
      if (channel !== undefined && 'lastMessageId' in channel) this.#hearing.heardUpTo(room, channel.lastMessageId ?? undefined);
    }
  }

  #mappedGuilds(): Set<string> {
    const { cache } = this.#client.channels;
    return new Set(
      this.#options.rooms.flatMap((room) => {
        const channel = cache.get(room);
        return channel !== undefined && 'guildId' in channel && channel.guildId !== null ? [channel.guildId] : [];
      }),
    );
  }
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
  ReactionManager: 0,
  ReactionUserManager: 0,
  StageInstanceManager: 0,
  ThreadMemberManager: 0,
  VoiceStateManager: 0,
  GuildMemberManager: { maxSize: 500, keepOverLimit: (member) => member.id === member.client.user.id },
  UserManager: { maxSize: 2_000, keepOverLimit: (user) => user.id === user.client.user?.id },
});
