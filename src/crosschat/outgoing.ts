/** Payloads, written. */
import { type Burst, parseUser } from './payloads.ts';
import type { KeptPacket } from './persistence.ts';
import type { Dialect } from './server.ts';
import type { CrossChatUser } from './user.ts';

/** The protocol's version, as it stands in `status`. */
const PROTOCOL_VERSION = 1;

/** The command words of each dialect. */
const WORDS = { add: { add: 'add', del: 'del' }, join: { add: 'join', del: 'leave' } } as const;

/** Our `status`; `started` 0 says that we are gone, without having said goodbye. */
export function statusOf(started: number, instance: string | undefined): string {
  return JSON.stringify({ started, version: PROTOCOL_VERSION, instance });
}

/** Our `status` when we say goodbye. */
export function goodbyeOf(instance: string): string {
  return JSON.stringify({ started: 0, version: PROTOCOL_VERSION, left: instance });
}

/** The ids of those users whose leaving packets of ours tell. */
export function departuresIn(packets: readonly KeptPacket[]): number[] {
  return packets.flatMap(({ topic, payload, retain }) => {
    const user = !retain && topic.endsWith('/user') ? parseUser(payload) : undefined;
    return user?.ok && user.value.change === 'del' ? [user.value.id] : [];
  });
}

/** The place of a user in a burst of `total`. */
export function burstAt(index: number, total: number): Burst {
  if (total === 1) return 'startend';
  return index === 0 ? 'start' : index === total - 1 ? 'end' : 'active';
}

/** A user added, or listed in a burst. */
export function userAdded(user: CrossChatUser, dialect: Dialect, burst: Burst): string {
  const flag = burst === 'none' ? false : burst === 'active' ? true : burst;
  return JSON.stringify({ ...user.serialize(), cmd: WORDS[dialect].add, burst: flag });
}

/** A user changed. */
export function userUpdated(user: CrossChatUser): string {
  return JSON.stringify({ ...user.serialize(), cmd: 'update', burst: false });
}

/** A user gone. Only the newer dialect knows reasons. */
export function userRemoved(id: number, dialect: Dialect, reason: string): string {
  return JSON.stringify({ id, cmd: WORDS[dialect].del, reason: dialect === 'join' && reason !== '' ? reason : undefined });
}

/** Something said. Built once for all receivers. */
export function said(text: string, extra: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...extra, say: text });
}
