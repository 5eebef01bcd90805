/** Asking a homeserver what has happened. */
import { z } from 'zod';
import type { Homeserver } from './homeserver.ts';
import { pollTypes } from './kinds.ts';

const events = z.array(z.unknown()).catch([]);

const roomUpdate = z.object({
  state: z.object({ events }).catch({ events: [] }),
  ephemeral: z.object({ events }).catch({ events: [] }),
  timeline: z
    .object({ events, limited: z.boolean().catch(false), prev_batch: z.string().optional() })
    .catch({ events: [], limited: false }),
});

/** What has happened in one room. */
export type RoomUpdate = z.infer<typeof roomUpdate>;

const roomUpdates = z.record(z.string(), roomUpdate).catch({});

/** @see https://spec.matrix.org/v1.13/client-server-api/#get_matrixclientv3sync */
const syncResponse = z.object({
  next_batch: z.string(),
  rooms: z
    .object({ join: roomUpdates, leave: roomUpdates, invite: z.record(z.string(), z.unknown()).catch({}) })
    .catch({ join: {}, leave: {}, invite: {} }),
});

/** What has happened, as the homeserver answers. */
export type News = z.infer<typeof syncResponse>;

const stateTypes = ['m.room.member', 'm.room.encryption', 'm.room.tombstone'];
const members = { lazy_load_members: true, include_redundant_members: true };
/** What is looked at in a room. */
export const timeline = {
  types: ['m.room.message', 'm.sticker', 'm.reaction', 'm.room.redaction', ...pollTypes, ...stateTypes],
  ...members,
};
const nothing = { not_types: ['*'] };

/** Only what is used; with every message its sender's member event. */
const filter = {
  presence: nothing,
  account_data: nothing,
  room: {
    account_data: nothing,
    ephemeral: nothing,
    state: { types: stateTypes, ...members },
    timeline: { ...timeline, limit: 100 },
  },
};

/** What the homeserver is asked. */
interface Question {
  /** Its token for what is known already. */
  readonly since: string | undefined;
  /** Milliseconds that it may wait for something to happen. */
  readonly wait: number;
  /** The time, in milliseconds since the epoch. */
  readonly now: number;
  /** Whether it tells who types. */
  readonly typing: boolean;
}

/** What has happened since then. Rejects with what {@link Homeserver.call} rejects with. */
export async function askNews(homeserver: Homeserver, { since, wait, now, typing }: Question): Promise<News> {
  // Synapse answers the same question for two minutes as it did at first, and without `since` that answer would be an old one.
  const wanted = typing ? { ...filter, room: { ...filter.room, ephemeral: { types: ['m.typing'] } } } : filter;
  const asked = since === undefined ? { ...wanted, 'dev.crosschat.at': now } : wanted;
  const query = { filter: JSON.stringify(asked), timeout: String(wait), ...(since !== undefined && { since }) };
  return syncResponse.parse(await homeserver.call('GET', '/_matrix/client/v3/sync', { query, timeout: wait + 60_000 }));
}
