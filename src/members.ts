/** The adapters of a bridge: put in their places, started and stopped. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AdapterError } from './adapter.ts';
import type { ChannelMap } from './channel-map.ts';
import type { CommandsFor } from './commands/command.ts';
import type { AdapterConfig } from './config.ts';
import type { Core } from './core.ts';
import type { Media } from './media/media.ts';
import { type Member, type MemberOptions, makeMember } from './member.ts';
import type { Store } from './store/store.ts';
import type { VirtualServer } from './virtual-server.ts';

/** What adapters are put in their places with. */
export interface MembersOptions extends Pick<MemberOptions, 'webUrl' | 'health' | 'shutdown' | 'clock' | 'random'> {
  readonly map: ChannelMap;
  readonly core: Core;
  readonly store: Store;
  readonly media: Media;
  /** Where files of adapters are kept; undefined where nothing is to be left behind. */
  readonly dataDir: string | undefined;
  readonly servers: readonly VirtualServer[];
  /** What people may ask of the bridge, wherever they are. */
  readonly commands: CommandsFor;
  /** Aborted when the bridge ends. */
  readonly ended: AbortSignal;
  readonly log: Logger;
}

/** All adapters of one bridge. */
export class Members {
  readonly #options: MembersOptions;
  readonly #all: Member[] = [];
  readonly #running = new Set<Member>();
  /** Why adapters could not be started. */
  readonly #failed = new Map<Member, string>();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  get all(): readonly Member[] {
    return this.#all;
  }

  /** Makes an adapter and lets it take part. It does nothing before {@link start}. */
  add(config: AdapterConfig): void {
    const { core } = this.#options;
    const member = this.#make(config);
    this.#all.push(member);
    core.hub.join(member);
    core.moderation.moderation.join(member);
    core.modLog?.join(member);
  }

  /** Starts all. Resolves when each runs, or has said what is wrong with it. */
  async start(): Promise<void> {
    await Promise.all(this.#all.map((member) => this.#start(member)));
  }

  /** Stops all. Never rejects. */
  async stop(): Promise<void> {
    await Promise.all(this.#all.map(({ adapter }) => adapter.stop()));
  }

  /** Why an adapter does nothing now, in a sentence; undefined when it runs. */
  whyNot(member: Member): string | undefined {
    const isStarting = !this.#running.has(member);
    return this.#failed.get(member) ?? member.adapter.fault ?? (isStarting ? 'it has not started yet.' : undefined);
  }

  /** Whether one runs of those that the operator configured, where there are any. */
  get isOfUse(): boolean {
    const configured = this.#all.filter(({ everywhere }) => !everywhere);
    return configured.length === 0 || configured.some((member) => this.#running.has(member));
  }

  #make(config: AdapterConfig): Member {
    const { map, core, store, servers, commands, dataDir } = this.#options;
    const { id, module, serverId } = config;
    const { bars } = core.moderation;
    const server = servers.find(({ chat }) => chat.state.ownId === serverId);
    if (!server) throw new Error(`no virtual server ${serverId}`);
    return makeMember(config, {
      ...this.#options,
      rooms: () => map.roomsOf(id),
      channelsOf: (room) => map.channelsOf({ adapter: id, room }),
      whyBarred: (adapter, userId) => bars.why(adapter, userId),
      server,
      memory: store.memory(id),
      folder: dataDir && join(dataDir, `files-${encodeURIComponent(id)}`),
      commands: commands({ id, type: module.type, server }),
      hub: core.hub,
      async addRoom(channel, room, only) {
        await core.control.add(channel, { adapter: id, room }, { name: 'the bridge', id, via: id }, only);
      },
      linkedUser: (steamid64) => store.accounts.on(id, steamid64)?.userId,
    });
  }

  async #start(member: Member): Promise<void> {
    const { core, ended, log } = this.#options;
    const { id, adapter } = member;
    try {
      await adapter.start();
      this.#running.add(member);
      await core.modLog?.open(member, ended);
      core.outbox.release(id);
    } catch (error) {
      const fault = `${adapter.platform} could not be started, because of a fault in the bridge`;
      if (error instanceof AdapterError) log.error({ adapter: id }, error.message);
      else log.error({ adapter: id, err: error }, fault);
      this.#failed.set(member, error instanceof AdapterError ? error.message : `${fault}.`);
    }
  }
}
