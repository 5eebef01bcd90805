/** The adapters of a bridge: put in their places, started and stopped. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AdapterError } from './adapter.ts';
import type { ChannelMap } from './channel-map.ts';
import type { RoomAddress } from './channels.ts';
import type { AdapterReport, CommandsFor } from './commands/command.ts';
import { commandsOf } from './commands/commands.ts';
import type { AdapterConfig } from './config.ts';
import type { Core } from './core.ts';
import type { Media } from './media/media.ts';
import { Member, type MemberOptions } from './member.ts';
import { noted } from './store/noted.ts';
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
  /** Whether a ban takes a reason. */
  readonly banNeedsReason: boolean;
  /** An adapter came or went. */
  readonly changed: () => void;
  /** Aborted when the bridge ends. */
  readonly ended: AbortSignal;
  readonly log: Logger;
}

/** How long what is on its way to an adapter that ends may still arrive, in milliseconds. */
const FLUSH_TIME = 1_500;

/** All adapters of one bridge. */
export class Members {
  readonly #options: MembersOptions;
  /** What people may ask of the bridge, wherever they are. */
  readonly #commands: CommandsFor;
  readonly #all: Member[] = [];
  readonly #running = new Set<Member>();
  /** Why adapters could not be started. */
  readonly #failed = new Map<Member, string>();

  constructor(options: MembersOptions) {
    const { hub, moderation, control } = options.core;
    this.#options = options;
    this.#commands = commandsOf({
      ...options,
      adapters: () => this.#reports(),
      control,
      linking: hub.linking,
      whispers: hub.whispers,
      moderation: moderation.moderation,
      identities: moderation.identities,
    });
  }

  get all(): readonly Member[] {
    return this.#all;
  }

  /** Makes an adapter and lets it take part. It does nothing before {@link start}. */
  add(config: AdapterConfig): Member {
    const { core } = this.#options;
    const member = this.#make(config);
    this.#all.push(member);
    core.hub.join(member);
    core.moderation.moderation.join(member);
    core.modLog.join(member);
    this.#options.changed();
    return member;
  }

  /** Starts some, or all. Resolves when each runs, or has said what is wrong with it. */
  async start(members: readonly Member[] = this.#all): Promise<void> {
    await Promise.all(members.map((member) => this.#start(member)));
  }

  /**
   * Puts another adapter in the place of one, as it is configured now. What is said meanwhile waits. Resolves when it runs, or has said
   * what is wrong with it. Never rejects.
   */
  async replace(member: Member, config: AdapterConfig): Promise<void> {
    const { core, changed, ended } = this.#options;
    this.#running.delete(member);
    await core.outbox.hold(member.id, FLUSH_TIME);
    await member.adapter.stop();
    // Whoever ends the bridge would not know of another one.
    if (ended.aborted) return;
    this.#failed.delete(member);
    member.replace(config);
    changed();
    await this.#start(member);
  }

  /** Takes an adapter out. @param rooms those that it had: they are in the channel map no more */
  async remove(member: Member, rooms: readonly RoomAddress[]): Promise<void> {
    const { core, media, changed } = this.#options;
    this.#all.splice(this.#all.indexOf(member), 1);
    this.#running.delete(member);
    this.#failed.delete(member);
    core.moderation.moderation.leave(member);
    media.leave(member.id);
    changed();
    await Promise.all([core.hub.leave(member), ...rooms.map((room) => core.hub.removeRoom(room))]);
    await member.adapter.stop();
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

  #reports(): AdapterReport[] {
    const configured = this.#all.filter(({ everywhere }) => !everywhere);
    return configured.map((member) => ({ id: member.id, platform: member.adapter.platform, fault: this.whyNot(member) }));
  }

  #make(config: AdapterConfig): Member {
    const { map, core, store, servers, dataDir, clock } = this.#options;
    const { id, module, serverId } = config;
    const { bars } = core.moderation;
    const server = servers.find(({ chat }) => chat.state.ownId === serverId);
    if (!server) throw new Error(`no virtual server ${serverId}`);
    return new Member(config, {
      ...this.#options,
      rooms: () => map.roomsOf(id),
      channelsOf: (room) => map.channelsOf({ adapter: id, room }),
      hears: (server) => map.reachOf({ kind: 'server', server }).rooms.some(({ adapter }) => adapter === id),
      whyBarred: (adapter, userId) => bars.why(adapter, userId),
      server,
      memory: store.memory(id),
      folder: dataDir && join(dataDir, `files-${encodeURIComponent(id)}`),
      commands: this.#commands({ id, type: module.type, server }),
      ear: core.hub.rooms,
      async addRoom(channel, room, only) {
        await core.control.add(channel, { adapter: id, room }, { name: 'the bridge', id, via: id }, only);
      },
      linkedUser(steamid64) {
        const userId = store.accounts.on(id, steamid64)?.userId;
        return userId === undefined || store.optOuts.has(id, userId) ? undefined : userId;
      },
      noted: (deed) => noted(store, clock, deed),
    });
  }

  async #start(member: Member): Promise<void> {
    const { core, ended, log } = this.#options;
    const { id, adapter } = member;
    // Whoever ended the bridge has stopped it already.
    if (ended.aborted) return;
    try {
      await adapter.start();
      this.#running.add(member);
      await core.modLog.open(member, ended);
      core.outbox.release(id);
    } catch (error) {
      const fault = `${adapter.platform} could not be started, because of a fault in the bridge`;
      if (error instanceof AdapterError) log.error({ adapter: id }, error.message);
      else log.error({ adapter: id, err: error }, fault);
      this.#failed.set(member, error instanceof AdapterError ? error.message : `${fault}.`);
    }
  }
}
