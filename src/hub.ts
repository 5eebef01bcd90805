/** The hub: the adapters and virtual servers that take part, each as a source of what happens and as destinations for it. */
import type { Logger } from 'pino';
import { Linking, type LinkingParts } from './accounts/linking.ts';
import type { Memory } from './adapter.ts';
import type { Avatars } from './avatars/avatars.ts';
import type { ChannelMap } from './channel-map.ts';
import { type RoomAddress, roomId } from './channels.ts';
import type { Clock } from './clock.ts';
import type { AdapterId, Place, RoomRef } from './event.ts';
import { FloodGate, type FloodGateOptions } from './flood-gate.ts';
import type { Member } from './member.ts';
import type { Bars } from './moderation/bars.ts';
import type { Moderation } from './moderation/moderation.ts';
import { networkDestination } from './network-destination.ts';
import { NetworkSource } from './network-source.ts';
import { Origins } from './origins.ts';
import type { Outbox } from './outbox/outbox.ts';
import { ownMessage } from './own-message.ts';
import { roomDestination } from './room-destination.ts';
import { RoomSource } from './room-source.ts';
import type { Blocks } from './store/blocks.ts';
import type { NetworkDelivery, VirtualServer } from './virtual-server.ts';
import type { Conversations } from './whispers/conversations.ts';
import { Whispers } from './whispers/whispers.ts';

/** What the hub is made of. */
export interface HubOptions {
  readonly map: ChannelMap;
  readonly outbox: Outbox;
  /** Messages a minute that one user, or one game server, may send now; 0 for no limit. */
  readonly flood: FloodGateOptions['perMinute'];
  /** Whether players are told now of reactions to what they said. */
  readonly gameReactions: () => boolean;
  /** The pictures of those who bring none. */
  readonly avatars: Avatars;
  readonly blocks: Blocks;
  readonly bars: Pick<Bars, 'of'>;
  readonly conversations: Conversations;
  /** Whether the texts of whispers are written to the log now. */
  readonly logWhispers: () => boolean;
  /** What {@link Hub.linking} is made of. */
  readonly linking: LinkingParts;
  /** Says of whom nothing is carried. */
  readonly moderation: Pick<Moderation, 'pass'>;
  /** Where the hub may keep small things over a restart. */
  readonly memory: Memory;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The one place where all sides meet. */
export class Hub {
  readonly #options: HubOptions;
  readonly #members = new Map<AdapterId, Member>();
  readonly #origins: Origins;
  readonly #network: NetworkSource;
  /** Takes what adapters hear in rooms. */
  readonly rooms: RoomSource;
  readonly whispers: Whispers;
  /** Ties players to the accounts of platform users. */
  readonly linking: Linking;

  constructor(options: HubOptions) {
    const { outbox, clock, log } = options;
    this.#options = options;
    this.#origins = new Origins(options);
    const flood = new FloodGate({ perMinute: options.flood, clock, log });
    const memberOf = (adapter: AdapterId) => this.#members.get(adapter);
    this.whispers = new Whispers({ ...options, flood, memberOf });
    this.linking = new Linking({
      ...options.linking,
      memberOf,
      whispers: this.whispers,
      say: (place, text) => void outbox.takeNew((seq) => ownMessage(place, text, seq, clock.now()), [roomId(place)]),
      clock,
      log,
    });
    const { linking, whispers } = this;
    this.rooms = new RoomSource({ ...options, flood, linking, whispers, memberOf });
    this.#network = new NetworkSource({ ...options, flood, origins: this.#origins, linking, whispers, memberOf });
  }

  /** Recalls what earlier processes knew of those who have joined. Comes before the first event. */
  restore(): Promise<void> {
    return this.#origins.restore();
  }

  /** Lets an adapter take part. */
  join(member: Member): void {
    this.#members.set(member.id, member);
    this.#origins.join(member);
    this.whispers.join(member);
    for (const room of member.rooms) this.addRoom(member, room);
  }

  /** An adapter takes part no more; its rooms were removed before. Resolves when nothing more goes to its users. */
  async leave(member: Member): Promise<void> {
    this.#members.delete(member.id);
    this.#origins.leave(member);
    for (const { userId } of member.server.speakersOf(member.id)) member.server.dismiss(member.id, userId);
    await this.whispers.leave(member);
  }

  /** A room of an adapter is in the channel map. Nothing is shown there before its adapter is released. */
  addRoom(member: Member, room: RoomRef): void {
    const { outbox, map, log } = this.#options;
    const address = { adapter: member.id, room };
    const { history, threads, reactions } = outbox;
    // The bridge may speak there already: the room of the mod log need not be in a channel.
    if (outbox.report(roomId(address)) === undefined)
      outbox.add(roomDestination({ address, member, history, threads, reactions, log }));
    outbox.setPaused(roomId(address), !map.isCarried(address));
  }

  /** A room is no longer in the channel map: who spoke there last leaves the network. Resolves when nothing more goes there. */
  removeRoom(address: RoomAddress): Promise<void> {
    this.forgetRoom(address);
    return this.#options.outbox.remove(roomId(address));
  }

  /** A room is no longer in the channel map, though the bridge speaks there all the same. */
  forgetRoom({ adapter, room }: RoomAddress): void {
    const { outbox } = this.#options;
    const member = this.#members.get(adapter);
    for (const { userId } of member?.server.speakersOf(adapter, room) ?? []) if (member) this.rooms.left(member, userId);
    // A pause was of the channel.
    outbox.setPaused(roomId({ adapter, room }), false);
  }

  /** Something was paused in the channel map, or goes on: what waits does so as well. */
  followPauses(): void {
    const { outbox, map } = this.#options;
    for (const address of map.rooms) outbox.setPaused(roomId(address), !map.isCarried(address));
  }

  /** Lets what game servers say to a virtual server be heard in the rooms of its adapters, and the other way round. */
  listen(server: VirtualServer): void {
    const { outbox, gameReactions } = this.#options;
    const circumstances = (adapter: AdapterId, place: Place | undefined) => this.#circumstances(adapter, place);
    outbox.add(networkDestination(server, circumstances, () => (gameReactions() ? outbox : undefined), outbox.threads));
    this.whispers.listen(server);
    this.#network.listen(server);
  }

  /** What the configuration says now of where an event is from. */
  #circumstances(adapter: AdapterId, place: Place | undefined): Omit<NetworkDelivery, 'event' | 'adapter'> | undefined {
    const member = this.#members.get(adapter);
    if (!member) return undefined;
    if (place?.kind !== 'room') return { platform: member.type, servers: () => true, origin: undefined };
    const hearers = this.#options.map.hearersOfTaken(place);
    if (!hearers) return undefined;
    const { servers } = hearers;
    return { platform: member.type, servers, origin: this.#origins.of(member, place.room) };
  }
}
