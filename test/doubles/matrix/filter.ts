/** What a client wants to see of rooms and events. https://spec.matrix.org/v1.13/client-server-api/#filtering */
import { z } from 'zod';
import { MatrixError } from './error.ts';
import type { Content } from './event.ts';

const strings = z.array(z.string()).optional();
const EVENT_FILTER = z.looseObject({ types: strings, not_types: strings, senders: strings, not_senders: strings });
const ROOM_EVENT_FILTER = EVENT_FILTER.extend({
  limit: z.int().positive().optional(),
  rooms: strings,
  not_rooms: strings,
  contains_url: z.boolean().optional(),
  lazy_load_members: z.boolean().optional(),
});

export const FILTER = z.looseObject({
  account_data: EVENT_FILTER.optional(),
  room: z
    .looseObject({
      rooms: strings,
      not_rooms: strings,
      include_leave: z.boolean().optional(),
      timeline: ROOM_EVENT_FILTER.optional(),
      state: ROOM_EVENT_FILTER.optional(),
      ephemeral: ROOM_EVENT_FILTER.optional(),
      account_data: ROOM_EVENT_FILTER.optional(),
    })
    .optional(),
});

export type Filter = z.infer<typeof FILTER>;
export type RoomEventFilter = z.infer<typeof ROOM_EVENT_FILTER>;

/** What a filter looks at. */
interface Filterable {
  readonly type: string;
  readonly sender?: string;
  readonly content: Content;
}

/** Whether an event passes. In types, `*` stands for any characters. */
export function passes(filter: RoomEventFilter | undefined, event: Filterable, roomId?: string): boolean {
  if (!filter) return true;
  const isType = (pattern: string) => matches(pattern, event.type);
  const isSender = (sender: string) => sender === event.sender;
  return (
    passesRoom(filter, roomId) &&
    (filter.types?.some(isType) ?? true) &&
    !filter.not_types?.some(isType) &&
    (filter.senders?.some(isSender) ?? true) &&
    !filter.not_senders?.some(isSender) &&
    (filter.contains_url === undefined || filter.contains_url === (typeof event.content['url'] === 'string'))
  );
}

/** Whether a room passes the lists of rooms. */
export function passesRoom(
  filter: { readonly rooms?: string[] | undefined; readonly not_rooms?: string[] | undefined } | undefined,
  roomId: string | undefined,
): boolean {
  if (roomId === undefined) return true;
  return (filter?.rooms?.includes(roomId) ?? true) && !filter?.not_rooms?.includes(roomId);
}

/**
 * Reads a filter given as JSON in a query parameter.
 * @throws {MatrixError} 400
 */
export function parseFilter<T>(schema: z.ZodType<T>, text: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new MatrixError(400, 'M_NOT_JSON', 'Invalid filter JSON');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new MatrixError(400, 'M_BAD_JSON', `Invalid filter: ${parsed.error.message}`);
  return parsed.data;
}

/** The filter of `/messages` and `/context`. */
export const readRoomEventFilter = (text: string | undefined): RoomEventFilter | undefined =>
  text === undefined ? undefined : parseFilter(ROOM_EVENT_FILTER, text);

function matches(pattern: string, type: string): boolean {
  if (!pattern.includes('*')) return pattern === type;
  return new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`).test(type);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
