/** Finds or makes the room of a private chat, and sees to it that the person can come in. */
import { z } from 'zod';
import type { PlayerParty, UserParty } from '../../../src/event.ts';
import { type Caller, isAbsent, isForbidden } from '../homeserver.ts';
import type { DirectChats } from './chats.ts';

/** As whom a private chat is opened. */
export interface Host {
  readonly caller: Caller;
  readonly userId: string;
  /** Whom a ghost stands for; undefined for the bridge itself, which speaks for everybody. */
  readonly partner?: PlayerParty | UserParty | undefined;
}

const created = z.object({ room_id: z.string() });
const membership = z.object({ membership: z.string() });
/** https://spec.matrix.org/v1.16/client-server-api/#mdirect */
const directRooms = z.record(z.string(), z.array(z.string()).catch([]));

/**
 * The room of the private chat with a person: the one that there is, or a new one, to which they are invited.
 * Rejects with what the homeserver says.
 */
export async function openChat(user: string, host: Host, chats: DirectChats, signal: AbortSignal): Promise<string> {
  const { userId: own, partner } = host;
  const known = chats.between(user, own)?.room ?? (await toldRoom(user, host, signal));
  if (known !== undefined && (await isOpen(known, user, host, signal))) {
    chats.note({ room: known, user, own, partner });
    return known;
  }
  if (known !== undefined) chats.forget(known);
  const body = { preset: 'private_chat', is_direct: true, invite: [user] };
  const { room_id: room } = created.parse(await host.caller.call('POST', '/_matrix/client/v3/createRoom', { body, signal }));
  chats.note({ room, user, own, partner });
  await tellRoom(user, room, host, signal).catch(() => {});
  return room;
}

/** Whether both can read in a room. Who has left is invited again; that they don't want to come is theirs to say, with a block. */
async function isOpen(room: string, user: string, { caller, userId }: Host, signal: AbortSignal): Promise<boolean> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}`;
  const stateOf = (type: string, key: string) =>
    caller.call('GET', `${path}/state/${type}/${encodeURIComponent(key)}`, { signal }).catch((fault: unknown) => {
      if (!isAbsent(fault) && !isForbidden(fault)) throw fault;
    });
  const is = async (one: string) => membership.safeParse(await stateOf('m.room.member', one)).data?.membership;
  if ((await is(userId)) !== 'join' || (await stateOf('m.room.encryption', '')) !== undefined) return false;
  const theirs = await is(user);
  if (theirs === 'join' || theirs === 'invite') return true;
  if (theirs === 'ban') return false;
  await caller.call('POST', `${path}/invite`, { body: { user_id: user }, signal });
  return true;
}

/** The room that the account itself says is the chat with a person: its memory may be new. */
async function toldRoom(user: string, { caller, userId }: Host, signal: AbortSignal): Promise<string | undefined> {
  const answer = await caller.call('GET', directPath(userId), { signal }).catch((fault: unknown) => {
    if (!isAbsent(fault)) throw fault;
  });
  return directRooms.safeParse(answer).data?.[user]?.at(-1);
}

/** Lets other programs of the account know what the room is. */
async function tellRoom(user: string, room: string, { caller, userId }: Host, signal: AbortSignal): Promise<void> {
  const answer = await caller.call('GET', directPath(userId), { signal }).catch(() => ({}));
  const all = directRooms.safeParse(answer).data ?? {};
  const body = { ...all, [user]: [...(all[user] ?? []), room] };
  await caller.call('PUT', directPath(userId), { body, signal });
}

function directPath(userId: string): string {
  return `/_matrix/client/v3/user/${encodeURIComponent(userId)}/account_data/m.direct`;
}
