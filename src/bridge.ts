/** A whole bridge: the parts that a configuration asks for, put together, started and stopped. */
import type { Logger } from 'pino';
import { letterRoute } from './avatars/letter-route.ts';
import { type Broker, startBroker } from './broker.ts';
import type { ChannelMap } from './channel-map.ts';
import type { Clock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';
import type { ControllerOptions } from './control/controller.ts';
import { configuredMap } from './control/restore.ts';
import { type Actor, type Control, ControlError } from './control.ts';
import { type Core, openCore } from './core.ts';
import type { CrossChatOptions } from './crosschat/index.ts';
import { type Demo, startDemo } from './demo.ts';
import { health } from './health.ts';
import type { Route } from './http/route.ts';
import type { HttpServer } from './http/server.ts';
import { joinServer } from './joined-server.ts';
import { Lease, type Tenure } from './lease.ts';
import { partLog } from './log.ts';
import type { Media } from './media/media.ts';
import type { Member } from './member.ts';
import { Members } from './members.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { networkId } from './network-destination.ts';
import type { LogLines } from './operator/log-lines.ts';
import { bridgeOperator } from './operator/open-operator.ts';
import type { Operator } from './operator/operator.ts';
import type { Shown } from './operator/view.ts';
import { isPrivate } from './reload/changes.ts';
import { reconfigure } from './reload/reconfigure.ts';
import { openMedia, serve } from './serve.ts';
import { openStore, type Store, StoreError } from './store/store.ts';
import type { VirtualServer } from './virtual-server.ts';
import { virtualServerOptions } from './virtual-server-options.ts';

/** What a bridge is made of. */
export interface BridgeOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called when the operator asks, on an adapter, for the end of the bridge. */
  readonly shutdown: () => void;
  /** Called when somebody asks for the configuration to be read anew; absent where there is none to read. */
  readonly reload?: ControllerOptions['reload'];
  /** Its conditions, where another instance stands by. */
  readonly tenure?: Tenure | undefined;
  /** The newest lines of the log, for the operator's page. */
  readonly lines?: LogLines | undefined;
}

/** How long a stop waits for what is still on its way, in milliseconds. */
const FLUSH_TIME = 1_500;

/** One bridge. */
export class Bridge {
  readonly #options: BridgeOptions;
  /** As it is now. */
  #config: Config;
  readonly #map: ChannelMap;
  readonly #monitoring: Monitoring | undefined;
  readonly #operator: Operator | undefined;
  #store: Store | undefined;
  #core: Core | undefined;
  #broker: Broker | undefined;
  #http: HttpServer | undefined;
  #demo: Demo | undefined;
  #servers: VirtualServer[] = [];
  #members: Members | undefined;
  /** What is served by HTTP whichever adapters there are. */
  #routes: readonly Route[] = [];
  /** Resolves when it has started. */
  #started: Promise<void> | undefined;
  #lease: Lease | undefined;
  /** Ends a start that is under way, wherever it is. */
  readonly #ending = new AbortController();
  #standstill: string | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#map = configuredMap(options.config);
    const { http } = options.config;
    this.#monitoring = http && new Monitoring({ ...options, http, parts: () => this.#parts() });
    this.#operator = bridgeOperator(options, this.#monitoring, () => this.#parts());
  }

  /** The address of the embedded broker, if this bridge runs one. */
  get brokerUrl(): string | undefined {
    return this.#broker?.url;
  }

  /** What an operator can see and change; undefined before the store is open. */
  get control(): Control | undefined {
    return this.#core?.control;
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
    this.#started = this.#start();
    try {
      await this.#started;
    } catch (error) {
      if (!this.#ending.signal.aborted) throw error;
    }
  }

  async #start(): Promise<void> {
    const { config, clock, random, log } = this.#options;
    const store = await this.#openStore();
    const core = await this.#openCore(store);
    const { hub, outbox } = core;
    const media = await openMedia({ ...this.#options, log: partLog(log, 'http') }, store);
    this.#goOn();
    if (config.mqtt.urls.length === 0) {
      this.#broker = await startBroker({ log: partLog(log, 'mqtt') });
      if (this.#ending.signal.aborted) await this.#broker.stop();
      this.#goOn();
      log.info(`No MQTT broker is configured, so the bridge runs one: game servers can join at ${this.#broker.url}`);
    }
    this.#servers = virtualServerOptions(config, this.#connection(config)).map((options) =>
      this.#virtualServer(options, store, core),
    );
    const members = this.#makeMembers(store, core, media);
    this.#members = members;
    await this.#serve(media, members.all);
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
    await members.start();
    this.#goOn();
    if (!members.isOfUse) throw new ConfigError(['No adapter could be started; what is wrong with each is said above.']);
  }

  /**
   * Follows another configuration, when it has started: nothing that did not change is interrupted. What can't change is named.
   * @returns what is so now: sentences
   * @throws {ControlError} or {ConfigError} when nothing has changed, and why
   */
  async reconfigure(next: Config, by: Actor): Promise<string> {
    const hasStarted = await this.#started?.then(
      () => true,
      () => false,
    );
    const [store, core, members] = [this.#store, this.#core, this.#members];
    const ended = this.#ending.signal;
    if (ended.aborted || !hasStarted || !store || !core || !members)
      throw new ControlError(this.#standstill ?? 'The bridge does not run.');
    virtualServerOptions(next, this.#connection(next));
    return reconfigure(
      {
        ...this.#options,
        config: () => this.#config,
        adopt: (config) => {
          this.#config = config;
        },
        map: this.#map,
        servers: new Set(this.#servers.map(({ chat }) => chat.state.ownId)),
        core,
        members,
        audit: store.audit,
        ended,
      },
      next,
      by,
    );
  }

  /** Resolves when every virtual server is on the network. */
  async ready(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#servers.map(({ chat }) => chat.whenReady(signal)));
  }

  /** What is wrong now, in sentences for the operator; none when all is well. */
  health(): readonly string[] {
    return health(this.#parts());
  }

  #parts(): Shown {
    return {
      store: this.#store,
      servers: this.#servers,
      members: this.#members?.all ?? [],
      whyNot: (member) => this.#members?.whyNot(member),
      outbox: this.#core?.outbox,
      control: this.control,
      identities: this.#core?.moderation.identities,
      standstill: this.#standstill,
    };
  }

  /**
   * Lets what is on its way go out, says goodbye everywhere, unless configured otherwise, and ends. What could not go out is kept. Never throws; a frozen broker
   * can make it take 8 s.
   */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#lease?.end();
    this.#operator?.stop();
    await Promise.all([this.#demo?.stop(), this.#http?.stop()]);
    await this.#core?.outbox.close(FLUSH_TIME);
    const { goodbye } = this.#options.config;
    await Promise.all([this.#members?.stop(), ...this.#servers.map((server) => server.close({ goodbye }))]);
    await this.#broker?.stop();
    await this.#store?.close();
  }

  /** Ends at once and without a goodbye, since another instance is active, or may soon be. Never throws. */
  async leave(): Promise<void> {
    this.#ending.abort();
    this.#lease?.end();
    this.#operator?.stop();
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
    return isPrivate(this.#options.config);
  }

  /** How to reach the broker: its own, where none is configured. */
  #connection({ mqtt }: Config): Config['mqtt'] {
    return this.#broker && mqtt.urls.length === 0 ? { ...mqtt, urls: [this.#broker.url], allowAnonymous: true } : mqtt;
  }

  /** Opens the store. A private bridge leaves nothing behind. */
  async #openStore(): Promise<Store> {
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
    return this.#store;
  }

  async #openCore(store: Store): Promise<Core> {
    this.#core = await openCore({
      ...this.#options,
      config: () => this.#config,
      map: this.#map,
      store,
      meter: this.#monitoring?.meter,
      members: () => this.#members?.all ?? [],
      whyNot: (member) => this.#members?.whyNot(member),
      reload: this.#options.reload,
      ended: this.#ending.signal,
    });
    return this.#core;
  }

  /** By which those who look after it can ask how it is, whatever happens. */
  get #ownRoutes(): readonly Route[] {
    return [...(this.#monitoring?.routes ?? []), ...(this.#operator?.routes ?? [])];
  }

  /** Begins to serve what is served by HTTP. */
  async #serve({ route }: Media, members: readonly Member[]): Promise<void> {
    this.#routes = [...this.#ownRoutes, letterRoute(), ...(route ? [route] : [])];
    const routes = [...this.#routes, ...routesOf(members)];
    this.#http = await serve({ ...this.#options, log: partLog(this.#options.log, 'http') }, routes, this.#isPrivate);
    if (this.#ending.signal.aborted) await this.#http?.stop();
    this.#goOn();
    if (this.#http) this.#operator?.start(this.#http.url);
  }

  #virtualServer(options: CrossChatOptions, store: Store, core: Core): VirtualServer {
    const { tenure } = this.#options;
    const server = joinServer(options, {
      ...this.#options,
      config: () => this.#config,
      store,
      core,
      isPrivate: this.#isPrivate,
      inherits: tenure !== undefined,
      takenOver: (serverId) => {
        if (tenure) return tenure.lost(`Another instance has taken over as ${serverId}.`);
        this.#standStill(`Another bridge has connected as ${serverId}. To run two bridges, give each a SERVER_ID of its own.`);
      },
    });
    this.#monitoring?.watch(server);
    return server;
  }

  #makeMembers(store: Store, core: Core, media: Media): Members {
    const members = new Members({
      ...this.#options,
      map: this.#map,
      core,
      store,
      media,
      dataDir: this.#isPrivate ? undefined : this.#options.config.dataDir,
      servers: this.#servers,
      banNeedsReason: this.#options.config.moderation.banReason,
      webUrl: () => this.#options.config.http?.publicUrl ?? this.httpUrl,
      health: () => this.health(),
      changed: () => this.#followMembers(),
      ended: this.#ending.signal,
    });
    for (const adapter of this.#options.config.adapters) members.add(adapter);
    return members;
  }

  /** Serves what the adapters serve that there are now. */
  #followMembers(): void {
    if (!this.#ending.signal.aborted) this.#http?.serve([...this.#routes, ...routesOf(this.#members?.all ?? [])]);
  }

  /** It does nothing any more: everything is left to the bridge that took over. */
  #standStill(why: string): void {
    this.#standstill = `${why} This one stands still until it is started again.`;
    this.#options.log.error(this.#standstill);
    this.#ending.abort();
    // Whoever looks after it can ask why.
    this.#http?.serveOnly(this.#ownRoutes);
    void this.#stepBack();
  }

  /** Leaves everything to the bridge that took over: its rooms would be served twice otherwise. */
  async #stepBack(): Promise<void> {
    await this.#core?.outbox.close(0);
    await this.#members?.stop();
  }
}

function routesOf(members: readonly Member[]): Route[] {
  return members.flatMap(({ adapter }) => adapter.routes ?? []);
}
