/** A whole bridge: the parts that a configuration asks for, put together, started and stopped. */
import type { Logger } from 'pino';
import { openLinking } from './accounts/open-linking.ts';
import { AdapterError } from './adapter.ts';
import { letterRoute } from './avatars/letter-route.ts';
import { openAvatars } from './avatars/open-avatars.ts';
import { type Broker, startBroker } from './broker.ts';
import { ChannelMap } from './channel-map.ts';
import { roomId } from './channels.ts';
import type { Clock } from './clock.ts';
import type { CommandsFor } from './commands/command.ts';
import { commandsOf } from './commands/commands.ts';
import { type AdapterConfig, type Config, ConfigError } from './config.ts';
import { makeControl } from './control/make-control.ts';
import type { Control } from './control.ts';
import type { CrossChatOptions } from './crosschat/index.ts';
import { type Demo, startDemo } from './demo.ts';
import type { AdapterId, Place } from './event.ts';
import { health, type Parts } from './health.ts';
import type { HttpServer } from './http/server.ts';
import { Hub } from './hub.ts';
import { Lease, type Tenure } from './lease.ts';
import { partLog } from './log.ts';
import type { Media } from './media/media.ts';
import { type Member, makeMember } from './member.ts';
import { type ModerationParts, makeModeration } from './moderation/make-moderation.ts';
import { ModLog } from './moderation/mod-log.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { networkId } from './network-destination.ts';
import { Outbox } from './outbox/outbox.ts';
import { ownMessage } from './own-message.ts';
import { openMedia, serve } from './serve.ts';
import { openStore, type Store, StoreError } from './store/store.ts';
import type { VirtualServer } from './virtual-server.ts';
import { makeVirtualServer } from './virtual-server-maker.ts';
import { virtualServerOptions } from './virtual-server-options.ts';
import { openWhispers } from './whispers/open-whispers.ts';

/** What a bridge is made of. */
export interface BridgeOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called when the operator asks, on an adapter, for the end of the bridge. */
  readonly shutdown: () => void;
  /** Its conditions, where another instance stands by. */
  readonly tenure?: Tenure | undefined;
}

/** How long a stop waits for what is still on its way, in milliseconds. */
const FLUSH_TIME = 1_500;

/** One bridge. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #map: ChannelMap;
  readonly #monitoring: Monitoring | undefined;
  #control: Control | undefined;
  #store: Store | undefined;
  #outbox: Outbox | undefined;
  #modLog: ModLog | undefined;
  #moderation: ModerationParts | undefined;
  #broker: Broker | undefined;
  #http: HttpServer | undefined;
  #media: Media | undefined;
  #demo: Demo | undefined;
  #servers: VirtualServer[] = [];
  #members: Member[] = [];
  #lease: Lease | undefined;
  readonly #running = new Set<Member>();
  /** Why adapters could not be started. */
  readonly #failed = new Map<Member, string>();
  /** Ends a start that is under way, wherever it is. */
  readonly #ending = new AbortController();
  #standstill: string | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
    const { channels, adapters } = options.config;
    const everywhere = adapters.filter(({ module }) => module.everywhere).map(({ id }) => id);
    this.#map = new ChannelMap(channels, everywhere);
    const { http } = options.config;
    this.#monitoring = http && new Monitoring({ ...options, http, parts: () => this.#parts() });
  }

  /** The address of the embedded broker, if this bridge runs one. */
  get brokerUrl(): string | undefined {
    return this.#broker?.url;
  }

  /** What an operator can see and change; undefined before the store is open. */
  get control(): Control | undefined {
    return this.#control;
  }

  /** Where the bridge serves HTTP, if it does. */
  get httpUrl(): string | undefined {
    return this.#http?.url;
  }

  /**
   * Starts everything. Resolves when each adapter runs or has said what is wrong with it; peers that can't be reached yet are
   * tried for ever. Resolves as well when it is ended meanwhile.
   * @throws {ConfigError} when nothing can work as configured
   * @throws {DatabaseFault} when the store can't be read
   */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (!this.#ending.signal.aborted) throw error;
    }
  }

  async #start(): Promise<void> {
    const { config, clock, random, log } = this.#options;
    const { hub, outbox } = await this.#openStore();
    this.#media = await openMedia({ ...this.#options, log: partLog(log, 'http') }, this.#openedStore());
    this.#goOn();
    let connection = config.mqtt;
    if (config.mqtt.urls.length === 0) {
      this.#broker = await startBroker({ log: partLog(log, 'mqtt') });
      if (this.#ending.signal.aborted) await this.#broker.stop();
      this.#goOn();
      log.info(`No MQTT broker is configured, so the bridge runs one: game servers can join at ${this.#broker.url}`);
      connection = { ...config.mqtt, urls: [this.#broker.url], allowAnonymous: true };
    }
    this.#servers = virtualServerOptions(config, connection).map((options) => this.#virtualServer(options, hub, outbox));
    const commands = this.#commands(hub);
    this.#members = config.adapters.map((adapter) => this.#member(adapter, hub, commands));
    await this.#serve(this.#media);
    await Promise.all([outbox.restore(), hub.restore()]);
    this.#goOn();
    for (const server of this.#servers) outbox.release(networkId(server));
    await Promise.all(this.#servers.map((server) => server.start()));
    this.#goOn();
    await this.#place();
    this.#goOn();
    if (this.#broker && config.adapters.every(({ module }) => module.everywhere)) {
      log.info('Nothing is configured, so two simulated game servers show what the bridge does.');
      this.#demo = await startDemo({ url: this.#broker.url, topicPrefix: config.mqtt.topicPrefix, clock, random, log });
      if (this.#ending.signal.aborted) await this.#demo.stop();
      this.#goOn();
    }
    const started = await Promise.all(this.#members.map((member) => this.#startAdapter(member)));
    this.#goOn();
    const platforms = started.filter((_, index) => !config.adapters[index]?.module.everywhere);
    if (platforms.length > 0 && !platforms.includes(true)) {
      throw new ConfigError(['No adapter could be started; what is wrong with each is said above.']);
    }
  }

  /** Resolves when every virtual server is on the network. */
  async ready(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#servers.map(({ chat }) => chat.whenReady(signal)));
  }

  /** What is wrong now, in sentences for the operator; none when all is well. */
  health(): readonly string[] {
    return health(this.#parts());
  }

  #parts(): Parts & { control: Control | undefined } {
    return {
      store: this.#store,
      servers: this.#servers,
      members: this.#members,
      failed: this.#failed,
      running: this.#running,
      outbox: this.#outbox,
      control: this.#control,
      standstill: this.#standstill,
    };
  }

  /**
   * Lets what is on its way go out, says goodbye everywhere, and ends. What could not go out is kept. Never throws; a frozen broker
   * can make it take 8 s.
   */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#lease?.end();
    await Promise.all([this.#demo?.stop(), this.#http?.stop()]);
    await this.#outbox?.close(FLUSH_TIME);
    await Promise.all([this.#stopAdapters(), ...this.#servers.map((server) => server.close())]);
    await this.#broker?.stop();
    await this.#store?.close();
  }

  /** Ends at once and without a goodbye, since another instance is active, or may soon be. Never throws. */
  async leave(): Promise<void> {
    this.#ending.abort();
    this.#lease?.end();
    const gone = this.#servers.map((server) => server.close({ goodbye: false }));
    await Promise.all([this.#http?.stop(), this.#stepBack(), ...gone]);
    await this.#store?.close();
  }

  /** @throws when the bridge was ended meanwhile */
  #goOn(): void {
    this.#ending.signal.throwIfAborted();
  }

  /** Resolves when it is certain that no other instance is active. */
  async #place(): Promise<void> {
    const { tenure, clock } = this.#options;
    const [lead] = this.#servers;
    if (!tenure || !lead) return;
    this.#lease = new Lease(lead.chat, tenure, clock);
    await this.#lease.settled(this.#ending.signal);
  }

  /** Whether it serves nobody but its operator. */
  get #isPrivate(): boolean {
    return this.#options.config.adapters.every(({ module }) => module.everywhere);
  }

  #openedStore(): Store {
    if (!this.#store) throw new Error('the store is not open');
    return this.#store;
  }

  /** Opens the store, and makes what stands on it. A private bridge leaves nothing behind. */
  async #openStore(): Promise<{ hub: Hub; outbox: Outbox }> {
    const { config, clock, random, log, tenure } = this.#options;
    const onLost = () => this.#standStill('Another bridge has taken over the database.');
    const dataDir = this.#isPrivate ? undefined : config.dataDir;
    try {
      this.#store = tenure?.store ?? (await openStore({ ...config, dataDir, clock, random, log: partLog(log, 'store'), onLost }));
    } catch (error) {
      if (error instanceof StoreError) throw new ConfigError([error.message]);
      throw error;
    }
    if (this.#ending.signal.aborted) await this.#store.close();
    this.#goOn();
    const { database, writer } = this.#store;
    const notice = (place: Place, text: string, seq: number) => ownMessage(place, text, seq, clock.now());
    const meter = this.#monitoring && { meter: this.#monitoring.meter };
    const kept = { database, writer, maxAge: config.maxDeliveryAge, notice, ...meter };
    const outbox = new Outbox({ ...kept, clock, random, log: partLog(log, 'outbox') });
    this.#outbox = outbox;
    await outbox.open();
    this.#goOn();
    const memory = this.#store.memory('hub');
    const avatars = await openAvatars(this.#options, this.#store.memory('avatars'));
    this.#goOn();
    const linking = await openLinking(this.#store, clock);
    this.#goOn();
    const parts = makeModeration(this.#store, {
      ...this.#options,
      tell: (place, text) => void outbox.takeNew((seq) => ownMessage(place, text, seq, clock.now()), [roomId(place)]),
    });
    this.#moderation = parts;
    const { moderation } = parts;
    const { modLog } = config;
    if (modLog) this.#modLog = new ModLog({ address: modLog, map: this.#map, outbox, audit: this.#store.audit, clock, log });
    const whispers = await openWhispers(this.#store, () => clock.now());
    this.#goOn();
    const { flood, gameReactions, logWhispers } = config;
    const helpers = { avatars, linking, moderation, bars: parts.bars, ...whispers };
    const hub = new Hub({
      map: this.#map,
      outbox,
      flood,
      gameReactions,
      logWhispers,
      ...helpers,
      memory,
      clock,
      log: partLog(log, 'hub'),
    });
    this.#control = await makeControl({
      map: this.#map,
      hub,
      outbox,
      store: this.#store,
      adapters: config.adapters,
      members: () => this.#members,
      whyNot: (member) => this.#whyNot(member),
      stays: (address) => modLog !== undefined && roomId(modLog) === roomId(address),
      ended: this.#ending.signal,
      clock,
      log,
    });
    this.#goOn();
    return { hub, outbox };
  }

  /** Begins to serve what is served by HTTP. */
  async #serve({ route }: Media): Promise<void> {
    const own = this.#members.flatMap(({ adapter }) => adapter.routes ?? []);
    const monitoring = this.#monitoring?.routes ?? [];
    const routes = [...monitoring, letterRoute(), ...(route ? [route] : []), ...own];
    this.#http = await serve({ ...this.#options, log: partLog(this.#options.log, 'http') }, routes, this.#isPrivate);
    if (this.#ending.signal.aborted) await this.#http?.stop();
    this.#goOn();
  }

  #virtualServer(options: CrossChatOptions, hub: Hub, outbox: Outbox): VirtualServer {
    const { config, tenure } = this.#options;
    const { serverId } = options;
    const kept = this.#isPrivate ? undefined : { ...this.#openedStore(), delivered: () => outbox.kept() };
    const inherits = tenure !== undefined;
    const { accounts } = this.#openedStore();
    const steamid64Of = (adapter: AdapterId, userId: string) => accounts.find(adapter, userId)?.steamid64;
    const server = makeVirtualServer({
      ...this.#options,
      log: partLog(this.#options.log, 'mqtt'),
      options: { ...options, inherits },
      idle: config.idle,
      kept,
      steamid64Of,
      // Those of an adapter that has another virtual server now, or is not configured any more, are nobody here.
      isBarred: (adapter, userId) =>
        !config.adapters.some(({ id, serverId: its }) => id === adapter && its === serverId) ||
        this.#moderation?.bars.of(adapter, userId) !== undefined,
    });
    server.chat.on('takenOver', () => {
      if (tenure) return tenure.lost(`Another instance has taken over as ${serverId}.`);
      this.#standStill(`Another bridge has connected as ${serverId}. To run two bridges, give each a SERVER_ID of its own.`);
    });
    hub.listen(server);
    this.#monitoring?.watch(server);
    this.#moderation?.listen(server);
    return server;
  }

  /** What people may ask of the bridge, wherever they are. */
  #commands(hub: Hub): CommandsFor {
    const control = this.#control;
    if (!control) throw new Error('there is no control yet');
    const adapters = () =>
      this.#members.flatMap((member) => {
        const { id, everywhere, adapter } = member;
        return everywhere ? [] : [{ id, platform: adapter.platform, fault: this.#whyNot(member) }];
      });
    const store = this.#openedStore();
    const moderation = this.#moderation?.moderation;
    if (!moderation) throw new Error('there is no moderation yet');
    const { banReason: banNeedsReason } = this.#options.config.moderation;
    return commandsOf({
      ...this.#options,
      servers: this.#servers,
      adapters,
      health: () => this.health(),
      control,
      linking: hub.linking,
      whispers: hub.whispers,
      moderation,
      banNeedsReason,
      store,
    });
  }

  #member(adapter: AdapterConfig, hub: Hub, commands: CommandsFor): Member {
    const server = this.#servers.find(({ chat }) => chat.state.ownId === adapter.serverId);
    if (!server || !this.#media) throw new Error(`no virtual server ${adapter.serverId}`);
    const member = makeMember(adapter, {
      ...this.#options,
      rooms: () => this.#map.roomsOf(adapter.id),
      channelsOf: (room) => this.#map.channelsOf({ adapter: adapter.id, room }),
      whyBarred: (id, userId) => this.#moderation?.bars.why(id, userId),
      webUrl: () => this.#options.config.http?.publicUrl ?? this.httpUrl,
      server,
      memory: this.#openedStore().memory(adapter.id),
      commands: commands({ id: adapter.id, type: adapter.module.type, server }),
      hub,
      media: this.#media,
      addRoom: async (channel, room, server) => {
        await this.#control?.add(
          channel,
          { adapter: adapter.id, room },
          { name: 'the bridge', id: adapter.id, via: adapter.id },
          server,
        );
      },
      linkedUser: (steamid64) => this.#openedStore().accounts.on(adapter.id, steamid64)?.userId,
      health: () => this.health(),
    });
    hub.join(member);
    this.#moderation?.moderation.join(member);
    this.#modLog?.join(member);
    return member;
  }

  /** Why an adapter does nothing now, in a sentence. */
  #whyNot(member: Member): string | undefined {
    const isStarting = !this.#running.has(member);
    return this.#failed.get(member) ?? member.adapter.fault ?? (isStarting ? 'it has not started yet.' : undefined);
  }

  /** Whether it runs. */
  async #startAdapter(member: Member): Promise<boolean> {
    const { id, adapter } = member;
    try {
      await adapter.start();
      this.#running.add(member);
      await this.#modLog?.open(member, this.#ending.signal);
      this.#outbox?.release(id);
      return true;
    } catch (error) {
      const { log } = this.#options;
      const fault = `${adapter.platform} could not be started, because of a fault in the bridge`;
      if (error instanceof AdapterError) log.error({ adapter: id }, error.message);
      else log.error({ adapter: id, err: error }, fault);
      this.#failed.set(member, error instanceof AdapterError ? error.message : `${fault}.`);
      return false;
    }
  }

  /** It does nothing any more: everything is left to the bridge that took over. */
  #standStill(why: string): void {
    this.#standstill = `${why} This one stands still until it is started again.`;
    this.#options.log.error(this.#standstill);
    this.#ending.abort();
    // Whoever looks after it can ask why.
    this.#http?.serveOnly(this.#monitoring?.routes ?? []);
    void this.#stepBack();
  }

  /** Leaves everything to the bridge that took over: its rooms would be served twice otherwise. */
  async #stepBack(): Promise<void> {
    await this.#outbox?.close(0);
    await this.#stopAdapters();
  }

  async #stopAdapters(): Promise<void> {
    await Promise.all(this.#members.map(({ adapter }) => adapter.stop()));
  }
}
