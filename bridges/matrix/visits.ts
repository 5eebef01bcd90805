/** Looking at rooms, and what follows from how they stand. */
import type { Logger } from 'pino';
import type { RoomRef } from '../../src/event.ts';
import type { BridgeState } from './bridge-state.ts';
import type { EncryptedRooms } from './encrypted-rooms.ts';
import { describe, type Homeserver } from './homeserver.ts';
import type { KnownRooms } from './known-rooms.ts';
import type { RoomReport, Rooms } from './rooms.ts';
import { visit } from './visit.ts';

export interface VisitsOptions {
  readonly homeserver: Homeserver;
  /** Our own user id. */
  readonly userId: string;
  readonly rooms: Rooms;
  readonly known: KnownRooms;
  readonly encrypted: EncryptedRooms;
  readonly bridgeState: BridgeState;
  readonly log: Logger;
  /** Aborted when the adapter stops. */
  readonly ended: AbortSignal;
}

export class Visits {
  readonly #options: VisitsOptions;

  constructor(options: VisitsOptions) {
    this.#options = options;
  }

  /** Looks at the rooms where that is due. Rejects when the homeserver doesn't say which ones we are in. */
  async toDue(): Promise<void> {
    const { rooms } = this.#options;
    const joined = await this.joined();
    const visits = rooms.due().map(async (ref) => {
      const report = await this.to(ref, joined);
      if (report !== undefined) await this.tell(ref, report);
      return report?.state === 'open' && report.id !== undefined && !joined.has(report.id);
    });
    const wereJoined = await Promise.all(visits);
    if (!wereJoined.includes(true)) return;
    rooms.reconsiderRefused();
    await this.toDue();
  }

  /** The ids of the rooms that we are in. Rejects with what the homeserver says. */
  async joined(): Promise<ReadonlySet<string>> {
    return new Set(await this.#options.homeserver.getJoinedRooms());
  }

  /** Looks at a room, joins it if that is needed, and takes down how it stands. Undefined when it was aborted. Never rejects. */
  async to(ref: RoomRef, joined: ReadonlySet<string>, signal = this.#options.ended): Promise<RoomReport | undefined> {
    const { homeserver, userId, rooms, known } = this.#options;
    // It is not due again before it was noted how it stands.
    rooms.begin(ref);
    const report = await visit(ref, {
      homeserver,
      userId,
      joined,
      mayJoin: true,
      knownAs: (name) => known.idOf(name),
      identified: (name, id) => rooms.identify(name, id),
    });
    if (signal.aborted) return undefined;
    rooms.note(ref, report);
    // Of several names of one room, only the first is open.
    if (report.id !== undefined && rooms.get(ref)?.state === 'open') known.learn(ref, report.id);
    return report;
  }

  /** Tells a room of the bridge, as far as that was not done before. Never rejects. */
  async tell(ref: RoomRef, { id, isEncrypted }: RoomReport): Promise<void> {
    const { rooms, encrypted, bridgeState, log } = this.#options;
    try {
      if (isEncrypted && id !== undefined) await encrypted.tell(id);
      else if (id !== undefined && rooms.get(ref)?.state === 'open') await bridgeState.publish(ref, id);
    } catch (fault) {
      log.debug({ room: ref }, `Matrix: a room could not be told of the bridge (${describe(fault)})`);
    }
  }
}
