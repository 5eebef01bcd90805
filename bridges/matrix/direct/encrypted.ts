/** Private chats that are encrypted: who opens one is told that nobody reads it. */
import { literal } from '../../../src/text/tree.ts';
import { actionId } from '../content.ts';
import type { Caller } from '../homeserver.ts';
import { toNotice } from '../notice.ts';

const words =
  'This chat is encrypted, and this bridge has no end-to-end encryption: nothing that is written here reaches anybody. Open a chat without encryption.';

/**
 * Says so, and leaves: whoever sees us there would think that we read. Rejects with what the homeserver says.
 * @param caller who of us is in it
 * @param serverId the bridge's own id on the crosschat network
 */
export async function leaveEncrypted(roomId: string, caller: Caller, serverId: string): Promise<void> {
  const room = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`;
  const body = toNotice({ body: literal(words) }, serverId);
  await caller.call('PUT', `${room}/send/m.room.message/${actionId(roomId, 'encrypted')}`, { body });
  await caller.call('POST', `${room}/leave`, { body: {} });
}
