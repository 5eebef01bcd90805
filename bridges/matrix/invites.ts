/** Invitations: to rooms that are mapped, and by whom the operator trusts to any other. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { RoomRef } from '../../src/event.ts';
import type { EncryptedRooms } from './encrypted-rooms.ts';
import { describe, type Homeserver } from './homeserver.ts';
import { isEncrypted } from './room-state.ts';
import type { Rooms } from './rooms.ts';
import * as sentences from './sentences.ts';

/** https://spec.matrix.org/v1.13/client-server-api/#stripped-state */
const stripped = z.object({
  type: z.literal('m.room.member'),
  state_key: z.string(),
  sender: z.string(),
  content: z.object({ membership: z.literal('invite'), is_direct: z.boolean().optional().catch(undefined) }),
});
const update = z.object({ invite_state: z.object({ events: z.array(z.unknown()) }) });

/** Somebody wants us in a room. */
export interface Invitation {
  readonly roomId: string;
  /** The user id of who invites. */
  readonly by: string;
  /** Whether they want to talk to us alone. */
  readonly isDirect: boolean;
  /** The user id of the ghost that they want, where it is not the bridge itself. */
  readonly ghost?: string;
}

/** Reads a room of the section `invite` of a sync. @param userId who is invited */
export function readInvitation(roomId: string, raw: unknown, userId: string): Invitation | undefined {
  for (const event of update.safeParse(raw).data?.invite_state.events ?? []) {
    const { data } = stripped.safeParse(event);
    if (data?.state_key === userId) return { roomId, by: data.sender, isDirect: data.content.is_direct === true };
  }
  return undefined;
}

/** So many of those whose invitations were not accepted are remembered, so that each is spoken of once. */
const maxRemembered = 1_000;

export interface InvitesOptions {
  readonly homeserver: Homeserver;
  readonly rooms: Rooms;
  readonly encrypted: Pick<EncryptedRooms, 'tell'>;
  /** Whose invitations are accepted: user ids. */
  readonly from: ReadonlySet<string>;
  readonly log: Logger;
}

export class Invites {
  readonly #options: InvitesOptions;
  readonly #ignored = new Set<string>();

  constructor(options: InvitesOptions) {
    this.#options = options;
  }

  /** Accepts an invitation, or lets it lie: then it is still there when the room is configured. Never rejects. */
  async take({ roomId, by }: Invitation): Promise<void> {
    const { homeserver, rooms, encrypted, from, log } = this.#options;
    if (rooms.isAwaited(roomId)) {
      rooms.reconsider(roomId);
    } else if (from.has(by)) {
      try {
        await homeserver.joinRoom(roomId, [by.slice(by.indexOf(':') + 1)]);
        rooms.reconsiderRefused();
        if (await isEncrypted(homeserver, roomId)) {
          log.warn(sentences.encrypted(roomId as RoomRef));
          await encrypted.tell(roomId);
        } else log.info(sentences.accepted(roomId, by));
      } catch (fault) {
        log.warn(sentences.couldNotAccept(roomId, by, describe(fault)));
      }
    } else if (!this.#ignored.has(by)) {
      this.#remember(by);
      log.info(sentences.notAccepted(roomId, by));
    }
  }

  #remember(userId: string): void {
    this.#ignored.add(userId);
    const [oldest] = this.#ignored;
    if (this.#ignored.size > maxRemembered && oldest !== undefined) this.#ignored.delete(oldest);
  }
}
