/** How people look to others in a room, as their member events tell. https://spec.matrix.org/v1.13/client-server-api/#mroommember */
import { z } from 'zod';
import type { MediaReader } from '../../src/adapter.ts';
import type { Author } from '../../src/event.ts';
import { localpart, toAuthor } from './event.ts';
import { mxcParts } from './files.ts';
import type { Caller } from './homeserver.ts';
import { pictureUri } from './media.ts';
import { stateOf } from './room-state.ts';

/** How somebody looks to others. */
export interface Looks {
  /** Empty for who has none. */
  readonly name: string;
  /** An `mxc:` address. */
  readonly avatar?: string | undefined;
}

const member = z.object({
  displayname: z.string().catch(''),
  avatar_url: z
    .string()
    .refine((url) => mxcParts(url) !== undefined)
    .optional()
    .catch(undefined),
});

/** How somebody looks by the content of their member event. What is malformed in it is not there. */
export function looksIn(content: unknown): Looks {
  const { displayname: name = '', avatar_url: avatar } = member.safeParse(content).data ?? {};
  return { name, avatar };
}

/** How somebody looks in a room. Rejects with what the homeserver says. */
export async function looksOf(homeserver: Caller, roomId: string, userId: string): Promise<Looks> {
  return looksIn(await stateOf(homeserver, roomId, 'm.room.member', userId));
}

/** Somebody who looks so. Others can't open `mxc:` addresses: they are given one of the bridge's own, where it has any. */
export function authorWith(userId: string, { name, avatar }: Looks, media: Pick<MediaReader, 'pictureUrl'>): Author {
  const url = avatar === undefined ? undefined : media.pictureUrl(pictureUri(avatar));
  return { ...toAuthor(userId, name || localpart(userId)), ...(url !== undefined && { avatar: url }) };
}
