/** Rooms that the bridge can't take part in since they are encrypted: each is told so, once. */
import { literal } from '../../src/text/tree.ts';
import { actionId } from './content.ts';
import type { Homeserver } from './homeserver.ts';
import type { KnownRooms } from './known-rooms.ts';
import { toNotice } from './notice.ts';

const words =
  'This room is encrypted, and this bridge has no end-to-end encryption. It reads nothing here and will say nothing more: not even in clear. To bridge this conversation, use a room without encryption, and tell its id to those who run the bridge.';

export class EncryptedRooms {
  readonly #homeserver: Homeserver;
  readonly #known: KnownRooms;
  /** The bridge's own id on the crosschat network. */
  readonly #serverId: string;

  constructor(homeserver: Homeserver, known: KnownRooms, serverId: string) {
    this.#homeserver = homeserver;
    this.#known = known;
    this.#serverId = serverId;
  }

  /** Says in a room what is missing, unless that was said there before. It is the only thing that is ever said there. Rejects as the homeserver says. */
  async tell(roomId: string): Promise<void> {
    if (this.#known.wasTold(roomId)) return;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${actionId(roomId, 'encrypted')}`;
    await this.#homeserver.call('PUT', path, { body: toNotice({ body: literal(words) }, this.#serverId) });
    this.#known.noteTold(roomId);
  }
}
