import { type Client, type Message as DiscordMessage, Events, SimpleShardingStrategy, type WebSocketOptions } from 'discord.js';
import type { Logger } from 'pino';
import type { Connection, DirectMessage, Memory } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import { CatchUp } from './catch-up.ts';
import { createClient } from './client.ts';
import type { SlashCommands } from './commands/slash.ts';
import type { DirectChats } from './direct/chats.ts';
import { DirectInbox } from './direct/inbox.ts';
import { isStranger } from './direct/stranger.ts';
import { isUserId } from './find-member.ts';
import { Hearing } from './hearing.ts';
import type { KnownReactions } from './known-reactions.ts';
import type { Members } from './members.ts';
import { Missed } from './missed.ts';
import { MissedReactions } from './missed-reactions.ts';
import { listenToPeople, type PeopleEvents } from './people.ts';
import { Positions } from './positions.ts';
import { listenToReactions, type ReactionEvents, ReactionNews } from './reactions.ts';
import { outranks, type StandingOptions } from './standing.ts';
import type { Status } from './status/status.ts';
import { Talk, type TalkEvents, type TalkRules } from './talk.ts';
import { ThreadPositions } from './thread-positions.ts';
import { Threads } from './threads.ts';

type ShardManager = Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0];

/** What happens at Discord. */
export interface GatewayEvents extends TalkEvents, ReactionEvents, PeopleEvents {
  /** Somebody said something to the bot in private. Resolves when it is taken; rejects when it is not. */
  direct(message: DirectMessage): Promise<void>;
  /** Discord closed the connection for good, after it had worked. */
  refused(closeCode: number): void;
}

interface GatewayOptions extends TalkRules {
  readonly apiUrl: string | undefined;
  /** Whether the application may see who joins, leaves and changes. */
  readonly guildMembers: boolean;
  /** Whether it is told who types. */
  readonly typing: boolean;
  /** Learns who is in the guilds. */
  readonly members: Members;
  /** The private chats of the bot. */
  readonly chats: DirectChats;
  readonly slash: SlashCommands;
  /** Shows the bot's presence. */
  readonly status: Status;
  /** The channels that are heard; {@link Gateway.follow} and {@link Gateway.leave} change them. */
  readonly rooms: RoomRef[];
  readonly memory: Memory;
  /** The users whom the network sees now. */
  readonly speakers: () => readonly string[];
  /** The reactions that the core was told of. */
  readonly known: KnownReactions;
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
  readonly #positions: Positions;
  readonly #threads: Threads;
  readonly #threadPositions: ThreadPositions;
  readonly #talk: Talk;
  readonly #hearing: Hearing<DiscordMessage>;
  readonly #catchUp: CatchUp;
  readonly #direct: DirectInbox;
  readonly #stopping = new AbortController();
  #connected = false;
  #refusal: number | undefined;
  #giveUp = () => {};
  /** The shards whose connection is broken. */
  readonly #broken = new Set<number>();
  /** Whether one of them began anew since the first of them broke, so that nobody told what happened meanwhile. */
  #isAnew = false;
  #upSince: number | undefined;
  /** How often the connection was made. */
  #made = 0;

  constructor(options: GatewayOptions, events: GatewayEvents) {
    const { apiUrl, guildMembers, typing, members, rooms, clock, log, memory } = options;
    this.#options = options;
    this.#events = events;
    this.#positions = new Positions(memory);
    // What is held back at the end is fetched at the next start, after what comes before it.
    this.#hearing = new Hearing(rooms, (message) => {
      if (!this.#stopped) this.#talk.hear(message);
    });
    this.#client = createClient({ apiUrl, guildMembers, typing, buildStrategy: (manager) => this.#strategy(manager) });
    this.#threads = new Threads(this.#client, { rule: options.ears.threads, rooms, log }, (id) => this.#hearing.forget(id));
    this.#threadPositions = new ThreadPositions(this.#positions, clock);
    const order = {
      hearing: this.#hearing,
      positions: this.#positions,
      threads: this.#threads,
      threadPositions: this.#threadPositions,
    };
    this.#talk = new Talk(options, order, events);
    const missed = new Missed(this.#client, { clock, log, signal: this.#stopping.signal });
    const news = new ReactionNews(options, events);
    const { known, ears } = options;
    const missedReactions = new MissedReactions({ missed, known, news, own: ears.own });
    this.#catchUp = new CatchUp({ ...order, client: this.#client, talk: this.#talk, missed, missedReactions, rooms });
    this.#direct = new DirectInbox(this.#client, { ...options, direct: (message) => events.direct(message) });
    this.#listen();
    this.#talk.listen(this.#client);
    listenToReactions(this.#client, this.#talk, news);
    members.follow(this.#client, guildMembers);
    options.slash.listen(this.#client);
    options.status.follow(this.#client);
    listenToPeople(this.#client, rooms, events);
  }

  /**
   * Connects. Resolves when messages flow, which takes as long as the gateway can't be reached, or when it is stopped.
   * @throws {GatewayRefusal} when Discord will never have us, and what discord.js throws
   */
  async connect(token: string): Promise<void> {
    this.#hearing.hold();
    this.#direct.hold();
    const ready = new Promise<void>((resolve) => this.#client.once(Events.ClientReady, () => resolve()));
    const stopped = new Promise<void>((resolve) => {
      this.#giveUp = resolve;
    });
    try {
      await Promise.race([this.#client.login(token).then(() => ready), stopped]);
    } catch (error) {
      throw this.#refusal === undefined ? error : new GatewayRefusal(this.#refusal);
    }
    if (this.#stopped) return;
    this.#connected = true;
    this.#made++;
    this.#upSince = this.#options.clock.now();
    for (const room of this.#options.rooms) this.#options.members.meet(room);
    await this.#catchUp.begin();
    void this.#hearMissed();
    void this.#direct.catchUp();
  }

  /** Since when the connection stands, in milliseconds since the epoch; undefined while there is none. */
  get upSince(): number | undefined {
    return this.#upSince;
  }

  /** How the connection stands. */
  get state(): Connection {
    return { lost: this.isUp ? undefined : 'There is no connection to Discord; connecting again.', made: this.#made };
  }

  /** Whether messages flow. */
  get isUp(): boolean {
    return this.#connected && this.#broken.size === 0 && !this.#stopped;
  }

  /**
   * Hears another channel from now on.
   * @throws what Discord answers when the bot can't see it
   */
  async follow(room: RoomRef, signal: AbortSignal): Promise<void> {
    const { rooms, members } = this.#options;
    const channel = await this.#client.channels.fetch(room);
    signal.throwIfAborted();
    if (rooms.includes(room)) return;
    const last = channel !== null && 'lastMessageId' in channel ? (channel.lastMessageId ?? '0') : '0';
    rooms.push(room);
    // As a thread of another room, it may be heard already.
    this.#hearing.follow(room, last);
    this.#positions.begin(room, this.#hearing.heardUpTo(room));
    this.#threadPositions.begin(room, this.#threads.endOf(room));
    members.meet(room);
  }

  /** Hears a channel no more. */
  leave(room: RoomRef): void {
    const { rooms } = this.#options;
    if (!rooms.includes(room)) return;
    rooms.splice(rooms.indexOf(room), 1);
    this.#hearing.forget(room);
    this.#threads.leave(room);
    this.#threadPositions.forget(room);
  }

  /** Whether a moderator stands above a user: see {@link outranks}. */
  outranks(options: StandingOptions, target: string, moderator: string | undefined, room: RoomRef | undefined): Promise<boolean> {
    return outranks(this.#client, options, target, moderator, room === undefined ? this.#options.rooms : [room]);
  }

  /** Lets Discord know the commands, where it doesn't. */
  registerCommands(): void {
    this.#options.slash.register(this.#client);
  }

  /** Disconnects for good. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#giveUp();
    await this.#client.destroy();
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** discord.js goes on connecting when it is stopped in the middle of it: such an attempt never gets its session. */
  #strategy(manager: ShardManager): SimpleShardingStrategy {
    const { retrieveSessionInfo } = manager.options;
    manager.options.retrieveSessionInfo = (shard) => (this.#stopped ? new Promise(() => {}) : retrieveSessionInfo(shard));
    return new SimpleShardingStrategy(manager);
  }

  /** What was missed is heard, and who left meanwhile is told of: nobody else tells. */
  async #hearMissed(): Promise<void> {
    const { rooms, speakers } = this.#options;
    await this.#catchUp.run();
    for (const id of speakers()) {
      if (this.#stopped) return;
      if (isUserId(id) && (await isStranger(this.#client, id, rooms, true))) this.#events.left(id);
    }
  }

  #listen(): void {
    const { log } = this.#options;
    this.#client
      .on(Events.ShardDisconnect, ({ code }) => {
        this.#refusal = code;
        if (this.#connected && !this.#stopped) this.#events.refused(code);
      })
      .on(Events.ShardReconnecting, (shard) => {
        // discord.js says so of a connection that was closed on purpose, too.
        if (this.#stopped) return;
        const isFirst = this.#broken.size === 0;
        this.#broken.add(shard);
        if (!isFirst) return;
        this.#upSince = undefined;
        log.warn('The connection to Discord was lost; connecting again');
        this.#hearing.hold();
        this.#direct.hold();
      })
      .on(Events.ShardResume, (shard) => this.#restored(shard, false))
      .on(Events.ShardReady, (shard) => this.#restored(shard, true))
      .on(Events.ShardError, (error) => log.debug({ fault: error.name }, "A fault on the connection to Discord's gateway"))
      .on(Events.Error, (error) => log.error({ fault: error.name }, 'discord.js met a fault'));
  }

  /** @param anew whether Discord did not resume the session, and so did not tell what happened meanwhile */
  #restored(shard: number, anew: boolean): void {
    if (!this.#broken.delete(shard)) return;
    this.#isAnew ||= anew;
    if (this.#broken.size > 0) return;
    if (this.#connected) this.#made++;
    this.#upSince = this.#options.clock.now();
    this.#options.log.info('The connection to Discord is back');
    if (this.#isAnew && this.#connected) {
      void this.#hearMissed();
      void this.#direct.catchUp();
    } else {
      this.#hearing.release();
      this.#direct.release();
    }
    this.#isAnew = false;
  }
}
