/** The Discord adapter: a bot that hears people, and one webhook per channel through which everybody else is heard. */
import {
  type Adapter,
  AdapterError,
  type AdapterHost,
  type AdapterModule,
  type Attempt,
  type Connection,
  type Finding,
  type Medium,
  type OwnReaction,
  type RoomThread,
  type Sanction,
} from '../../src/adapter.ts';
import type { Author, Edit, Message, Notice, RoomRef, Typing, Whisper } from '../../src/event.ts';
import type { Account } from './answers.ts';
import { Api } from './api.ts';
import { Cdn } from './cdn.ts';
import { CommandRequests } from './commands/requests.ts';
import { SlashCommands } from './commands/slash.ts';
import { type DiscordConfig, schema } from './config.ts';
import { delayed } from './delay.ts';
import { DirectChats } from './direct/chats.ts';
import { Whisperer } from './direct/whisperer.ts';
import { eventsFor } from './events.ts';
import { badToken, gatewayFault, isUnauthorized, missingIntent, reasonOf } from './faults.ts';
import { accountFindings, channelFindings } from './findings.ts';
import { Gateway, GatewayRefusal } from './gateway.ts';
import { KnownReactions } from './known-reactions.ts';
import { Members } from './members.ts';
import { openRoom } from './opening.ts';
import { OwnReactions } from './own-reactions.ts';
import { RoomFaults } from './room-faults.ts';
import { sanction, sanctionFindings } from './sanctions.ts';
import { Sender } from './sender.ts';
import { statusFindings } from './status/findings.ts';
import { Status } from './status/status.ts';
import { TypingSigns } from './typing.ts';
import { untilDone } from './until-done.ts';
import { Uploads } from './uploads.ts';

/** https://discord.com/developers/docs */
export const discord: AdapterModule<DiscordConfig> = {
  type: 'discord',
  schema,
  create: (config, host) => new DiscordAdapter(config, host),
};

/** How long a start may take before it goes on in the background, in milliseconds. */
const patience = 15_000;
/** Milliseconds until {@link DiscordAdapter.stop} no longer waits for Discord to close the connection. */
const stopTime = 2_500;

class DiscordAdapter implements Adapter {
  readonly platform = 'Discord';
  /** Some room is left for the marks that joined messages need. */
  readonly roomPerMessage = 1_900;
  readonly #config: DiscordConfig;
  readonly #host: AdapterHost;
  readonly #api: Api;
  readonly #members: Members;
  readonly #sender: Sender;
  readonly #chats: DirectChats;
  readonly #whisperer: Whisperer;
  readonly #cdn: Cdn;
  readonly #reactions: OwnReactions;
  readonly #status: Status;
  readonly #typing: TypingSigns;
  readonly #faults: RoomFaults;
  /** The channels that are heard. */
  readonly #rooms: RoomRef[];
  readonly #stopping = new AbortController();
  #account: Account | undefined;
  #gateway: Gateway | undefined;
  #fault: string | undefined;

  constructor(config: DiscordConfig, host: AdapterHost) {
    this.#config = config;
    this.#host = host;
    this.#rooms = [...host.rooms];
    this.#api = new Api(config.token, config.api_url, host.clock);
    this.#cdn = new Cdn(this.#api, host.clock, config.cdn_url);
    this.#members = new Members(host.clock);
    this.#reactions = new OwnReactions(this.#api, host.log);
    this.#chats = new DirectChats(host.memory);
    this.#whisperer = new Whisperer({
      ...host,
      api: this.#api,
      chats: this.#chats,
      uploads: new Uploads(host.media),
      ownId: async (signal) => (await this.#knownAccount(signal)).userId,
    });
    this.#typing = new TypingSigns({ ...host, requests: this.#api.requests, signal: this.#stopping.signal });
    this.#status = new Status(host, config, this.#api.requests);
    this.#faults = new RoomFaults({ ...host, look: (rooms) => this.#look(rooms), signal: this.#stopping.signal });
    this.#sender = new Sender(this.#api, {
      clock: host.clock,
      log: host.log,
      media: host.media,
      memory: host.memory,
      faults: this.#faults,
      template: config.name_template ?? '{name} [{server}]',
      account: (signal) => this.#knownAccount(signal),
      threads: config.threads,
      unfurl: config.unfurl,
      neighbours: (room) => ({
        bot: this.#account?.username,
        resembles: (name) => this.#members.resembles(room, name),
      }),
      members: config.mentions === 'members' ? (room) => (name) => this.#members.called(room, name) : undefined,
    });
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      let over = false;
      const goOn = () => {
        over = true;
        resolve();
      };
      const stopWaiting = this.#host.clock.after(patience, () => {
        this.#host.log.warn("Discord's gateway can't be reached yet; trying on");
        goOn();
      });
      const { clock, log } = this.#host;
      untilDone(() => this.#connect(), { clock, log, signal: this.#stopping.signal, failed: goOn })
        .then(goOn, (fault: AdapterError) => (over ? this.#giveUp(fault) : reject(fault)))
        .finally(stopWaiting);
    });
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  roomFault(room: RoomRef): string | undefined {
    return this.#faults.of(room);
  }

  get connection(): Connection {
    return this.#gateway?.state ?? { lost: "Discord's gateway could not be reached yet.", made: 0 };
  }

  /** Discord will never have us as we are: the operator has to act. */
  #giveUp({ message }: AdapterError): void {
    this.#fault = message;
    this.#host.log.error(message);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#status.stop();
    await new Promise<void>((resolve) => {
      const cancel = this.#host.clock.after(stopTime, resolve);
      const closed = this.#gateway?.stop() ?? Promise.resolve();
      void closed
        .catch(() => {})
        .then(() => {
          cancel();
          resolve();
        });
    });
  }

  send(room: RoomRef, message: Message, attempt: Attempt, thread?: RoomThread): Promise<void> {
    return this.#sender.send(room, message, attempt, thread);
  }

  edit(room: RoomRef, edit: Edit, shown: readonly string[], attempt: Attempt, thread?: RoomThread): Promise<void> {
    return this.#sender.edit(room, edit, shown, attempt, thread);
  }

  openMedia(uri: string, signal: AbortSignal): Promise<Medium | undefined> {
    return this.#cdn.open(uri, signal);
  }

  remove(room: RoomRef, shown: readonly string[], signal: AbortSignal): Promise<void> {
    return this.#sender.remove(room, shown, signal);
  }

  open(room: RoomRef, signal: AbortSignal): Promise<void> {
    const account = (until: AbortSignal) => this.#knownAccount(until);
    const { clock } = this.#host;
    return openRoom(room, { api: this.#api, account, gateway: this.#gateway, sender: this.#sender, clock }, signal);
  }

  close(room: RoomRef): void {
    this.#gateway?.leave(room);
    this.#sender.forget(room);
    this.#typing.forget(room);
  }

  whisper(userId: string, whisper: Whisper, attempt: Attempt): Promise<void> {
    return this.#whisperer.show(userId, whisper, attempt);
  }

  notify(room: RoomRef, notice: Notice, signal: AbortSignal): Promise<void> {
    return this.#sender.notify(room, notice, signal);
  }

  get reactions(): 'native' | 'note' | 'none' {
    return this.#config.reactions;
  }

  react(room: RoomRef, reaction: OwnReaction, signal: AbortSignal): Promise<boolean> {
    return this.#reactions.set(room, reaction, signal);
  }

  typing(room: RoomRef, { until }: Typing): void {
    if (this.#config.typing && this.#gateway?.isUp) this.#typing.show(room, until);
  }

  async outranks(target: Author['id'], moderator: Author['id'] | undefined, room: RoomRef | undefined): Promise<boolean> {
    if (this.#gateway === undefined) throw new Error('there is no connection to Discord');
    const { owners } = await this.#knownAccount(this.#stopping.signal);
    return this.#gateway.outranks({ trusted: this.#config, owners }, target, moderator, room);
  }

  async *check(): AsyncGenerator<Finding> {
    let account: Account;
    try {
      account = await this.#api.account();
    } catch (error) {
      yield { ok: false, text: isUnauthorized(error) ? badToken : `Discord can't be reached: ${reasonOf(error)}` };
      return;
    }
    yield* accountFindings(account);
    yield* channelFindings(this.#api, account, this.#host.rooms, this.#config);
    yield* statusFindings(this.#api, account, this.#config.status);
    yield* sanctionFindings(this.#api, account, this.#host.rooms, this.#config);
  }

  moderate(target: Sanction): Promise<string | undefined> {
    const { signal } = this.#stopping;
    const { rooms, clock } = this.#host;
    const account = () => this.#knownAccount(signal);
    return sanction(target, { api: this.#api, account, config: this.#config, rooms, now: clock.now(), signal });
  }

  async #connect(): Promise<void> {
    const account = await this.#identify();
    this.#stopping.signal.throwIfAborted();
    const gateway = this.#connection(account);
    this.#gateway = gateway;
    try {
      await gateway.connect(this.#config.token);
    } catch (error) {
      await gateway.stop();
      throw error instanceof GatewayRefusal ? gatewayFault(error.closeCode, account.applicationId) : error;
    }
    this.#stopping.signal.throwIfAborted();
    this.#host.log.info(`Connected to Discord as ${account.username}`);
    this.#status.start(account.userId);
    await this.#faults.look([...this.#rooms]);
    gateway.registerCommands();
  }

  async *#look(rooms: readonly string[]): AsyncGenerator<Finding> {
    yield* channelFindings(this.#api, await this.#knownAccount(this.#stopping.signal), rooms, this.#config);
  }

  async #knownAccount(signal: AbortSignal): Promise<Account> {
    this.#account ??= await this.#api.account(signal);
    return this.#account;
  }

  async #identify(): Promise<Account> {
    let account: Account;
    try {
      account = await this.#api.account();
    } catch (error) {
      throw isUnauthorized(error) ? new AdapterError(badToken) : error;
    }
    this.#account = account;
    for (const { ok, text } of accountFindings(account)) if (!ok) this.#host.log.warn(text);
    if (!account.messageContent) throw new AdapterError(missingIntent(account.applicationId, 'Message Content Intent'));
    return account;
  }

  #connection({ applicationId, userId, guildMembers, owners }: Account): Gateway {
    const { admins, moderators, permissions: grants, allow_remote_lua: allowLua } = this.#config;
    const { id, log, memory, clock } = this.#host;
    const known = new KnownReactions(memory);
    const events = eventsFor(this.#host, this.#cdn, known, (closeCode) => this.#giveUp(gatewayFault(closeCode, applicationId)));
    const delay = this.#config.delay_seconds * 1_000;
    const upSince = () => this.#gateway?.upSince;
    return new Gateway(
      {
        speakers: () => this.#host.speakers(),
        apiUrl: this.#config.api_url,
        guildMembers,
        typing: this.#config.typing,
        members: this.#members,
        slash: new SlashCommands({
          host: this.#host,
          requests: new CommandRequests({ requests: this.#api.requests, clock, signal: this.#stopping.signal }),
          applicationId,
          trusted: { admins, moderators, owners },
          grants,
          allowLua,
          signal: this.#stopping.signal,
        }),
        status: this.#status,
        chats: this.#chats,
        rooms: this.#rooms,
        ears: {
          own: { applicationId, userId },
          bots: this.#config.bots,
          systemMessages: this.#config.system_messages,
          threads: this.#config.threads,
        },
        placeOf: (room) => ({ kind: 'room', adapter: id, room }),
        memory,
        known,
        clock,
        log,
      },
      delay > 0 ? delayed(events, { clock, delay, upSince, signal: this.#stopping.signal }) : events,
    );
  }
}
