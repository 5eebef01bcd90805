/** Control of a running bridge. */
import type { Logger } from 'pino';
import type { ChannelMap } from '../channel-map.ts';
import { type RoomAddress, roomId } from '../channels.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import {
  type Actor,
  type ChannelReport,
  type Control,
  ControlError,
  type DeadLetterReport,
  type RoomReport,
  type Target,
} from '../control.ts';
import type { Hub } from '../hub.ts';
import type { Member } from '../member.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { RoomStore } from '../store/rooms.ts';
import type { Store } from '../store/store.ts';
import { AddedRooms } from './added-rooms.ts';
import { changeDeadLetters, changedWords, type DeadLetterAction, newestReports } from './dead-letters.ts';
import { actorWords, noteDeed, presentableActor } from './deeds.ts';
import { Finder, type WantedRoom } from './finding.ts';
import { Pauses } from './pauses.ts';
import { configuredMap, type Restored, restoreMap } from './restore.ts';

/** What control is made of. */
export interface ControllerOptions {
  readonly map: ChannelMap;
  readonly hub: Hub;
  readonly outbox: Outbox;
  readonly store: Store;
  readonly rooms: RoomStore;
  /** What earlier processes left, which is in the map already. */
  readonly restored: Restored;
  /** All adapters, once they are made. */
  readonly members: () => readonly Member[];
  /** Why an adapter can't open a room now, in a sentence; undefined when it can. */
  readonly whyNot: (member: Member) => string | undefined;
  /** Whether the bridge speaks in a room that is in no channel. */
  readonly stays: (address: RoomAddress) => boolean;
  /** Lets the bridge read its configuration anew; undefined where it has none to read. */
  readonly reload: ((by: Actor) => Promise<string>) | undefined;
  /** Aborted when the bridge ends. */
  readonly ended: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Channels as they would be. */
export interface Plan {
  readonly map: ChannelMap;
  readonly restored: Restored;
}

/** What an operator can see and change. */
export class Controller implements Control {
  readonly #options: ControllerOptions;
  readonly #finder: Finder;
  readonly #pauses: Pauses;
  readonly #added: AddedRooms;

  constructor(options: ControllerOptions) {
    const { map, hub, outbox, store, members, restored, log } = options;
    this.#options = options;
    this.#finder = new Finder(map, members);
    const common = {
      ...options,
      finder: this.#finder,
      note: (action: string, target: string, by: Actor) => noteDeed({ ...store, log }, action, target, by),
    };
    this.#pauses = new Pauses({ ...common, followPauses: () => hub.followPauses() }, restored);
    const everywhere = () => members().filter((member) => member.everywhere);
    const follower = {
      opened(member: Member, room: RoomAddress['room']) {
        hub.addRoom(member, room);
        outbox.release(member.id);
      },
      closed: (address: RoomAddress) => hub.removeRoom(address),
      kept: (address: RoomAddress) => hub.forgetRoom(address),
    };
    const forgetPause = (what: string | RoomAddress) => this.#pauses.forget(what);
    this.#added = new AddedRooms({ ...common, follower, everywhere, forgetPause }, restored);
  }

  /** Changes something about rooms after all that was asked for before, and before anything else. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    return this.#added.inTurn(change);
  }

  /** The channels of another configuration, with what was changed at run time. Nothing follows it yet. */
  plan({ channels, adapters }: Pick<Config, 'channels' | 'adapters'>): Plan {
    const map = configuredMap({ channels, adapters });
    return { map, restored: restoreMap(map, { rooms: this.#added.kept, pauses: this.#pauses.kept }, adapters) };
  }

  /** From now on the channels are as planned. */
  adopt({ map, restored }: Plan): void {
    this.#options.map.become(map);
    this.#added.adopt(restored);
    this.#pauses.adopt(restored);
  }

  channels(): readonly ChannelReport[] {
    const { map } = this.#options;
    return map.channels.map(({ name, servers, rooms }) => ({
      name,
      servers,
      rooms: rooms.flatMap((address) => this.#report(address) ?? []),
      paused: map.isPaused(name),
      configured: map.isConfigured(name),
    }));
  }

  pause(target: Target, by: Actor): Promise<string> {
    return this.#pauses.pause(target, presentableActor(by));
  }

  resume(target: Target, by: Actor): Promise<string> {
    return this.#pauses.resume(target, presentableActor(by));
  }

  add(channel: string, room: WantedRoom, by: Actor, server?: string): Promise<string> {
    return this.#added.add(channel, room, presentableActor(by), server);
  }

  remove(room: WantedRoom, by: Actor): Promise<string> {
    return this.#added.remove(room, presentableActor(by));
  }

  deadLetters(limit: number): Promise<{ readonly total: number; readonly letters: readonly DeadLetterReport[] }> {
    const { store, outbox } = this.#options;
    return newestReports(store, limit, (destination) => outbox.report(destination)?.name ?? destination);
  }

  retry(ids: readonly number[] | undefined, by: Actor): Promise<string> {
    return this.#changeLetters('retry', ids, by);
  }

  drop(ids: readonly number[] | undefined, by: Actor): Promise<string> {
    return this.#changeLetters('drop', ids, by);
  }

  async reload(by: Actor): Promise<string> {
    const { reload } = this.#options;
    if (reload === undefined) throw new ControlError('There is no configuration that could be read anew.');
    return reload(presentableActor(by));
  }

  async #changeLetters(action: DeadLetterAction, seqs: readonly number[] | undefined, by: Actor): Promise<string> {
    const { fault } = this.#options.store.writer;
    if (fault !== undefined) throw new ControlError(`${fault} Try again when that is mended.`);
    const count = await changeDeadLetters(this.#options.store, action, { seqs }, actorWords(presentableActor(by)));
    if (count > 0) return changedWords(action, count);
    throw new ControlError(seqs === undefined ? 'There are no dead letters.' : 'There is no such dead letter.');
  }

  /** Undefined for a room of an adapter that is everywhere. */
  #report(address: RoomAddress): RoomReport | undefined {
    const { map, outbox } = this.#options;
    const member = this.#finder.members.find(({ id }) => id === address.adapter);
    const queue = outbox.report(roomId(address));
    if (!member || !queue) return undefined;
    return {
      ...address,
      platform: member.adapter.platform,
      nativeId: member.adapter.nativeRoomId?.(address.room) ?? address.room,
      added: this.#added.consentTo(address),
      paused: map.isPaused(address),
      fault: member.adapter.roomFault?.(address.room),
      queue,
    };
  }
}
