/** Which of our ghosts are in which room, and how they look there: as the homeserver tells, and as we changed it since. */
import { z } from 'zod';
import type { Caller } from '../homeserver.ts';
import type { Looks } from '../looks.ts';
import type { GhostIds } from './ghost-ids.ts';

/** https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3roomsroomidjoined_members */
const joinedMembers = z.object({
  joined: z.record(
    z.string(),
    z.object({ display_name: z.string().nullish().catch(null), avatar_url: z.string().nullish().catch(null) }),
  ),
});

export class Members {
  readonly #homeserver: Caller;
  readonly #ids: GhostIds;
  readonly #looks: (userId: string, looks: Looks) => void;
  /** By room id. */
  readonly #rooms = new Map<string, Promise<Set<string>>>();

  /** @param looks is told how a ghost looks that is found in a room */
  constructor(homeserver: Caller, ids: GhostIds, looks: (userId: string, looks: Looks) => void) {
    this.#homeserver = homeserver;
    this.#ids = ids;
    this.#looks = looks;
  }

  /** The ghosts in a room. Rejects with what the homeserver says; then it is asked again the next time. */
  in(roomId: string): Promise<Set<string>> {
    const known = this.#rooms.get(roomId);
    if (known) return known;
    const asked = this.#ask(roomId);
    this.#rooms.set(roomId, asked);
    asked.catch(() => this.#rooms.delete(roomId));
    return asked;
  }

  /** A ghost is not in a room any more, whoever saw to that. */
  async gone(roomId: string, userId: string): Promise<void> {
    const known = await this.#rooms.get(roomId)?.catch(() => undefined);
    known?.delete(userId);
  }

  /** A room is followed no more. */
  forget(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  async #ask(roomId: string): Promise<Set<string>> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/joined_members`;
    const { joined } = joinedMembers.parse(await this.#homeserver.call('GET', path));
    const ghosts = Object.entries(joined).filter(([userId]) => this.#ids.isGhost(userId));
    for (const [userId, { display_name, avatar_url }] of ghosts) {
      this.#looks(userId, { name: display_name ?? '', avatar: avatar_url ?? undefined });
    }
    return new Set(ghosts.map(([userId]) => userId));
  }
}
