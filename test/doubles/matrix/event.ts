/** Room events: as the server keeps them, and as clients get them. https://spec.matrix.org/v1.13/client-server-api/#room-event-format */

export type Content = Readonly<Record<string, unknown>>;

/** What somebody wants to add to a room. */
export interface Draft {
  readonly type: string;
  readonly sender: string;
  readonly content: Content;
  /** Present for state events, also when empty. */
  readonly stateKey?: string;
  readonly transaction?: Transaction;
}

/** The request that made an event: its id is told to the device that sent it, and to nobody else. */
interface Transaction {
  readonly user: string;
  readonly device: string;
  readonly id: string;
}

/** An event of a room. Only a redaction ever changes one. */
export interface RoomEvent extends Omit<Draft, 'stateKey'> {
  readonly id: string;
  readonly roomId: string;
  readonly stateKey: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its place in the server's one stream of everything that happens. */
  readonly position: number;
  /** The state event whose place it took. */
  readonly replaces: RoomEvent | undefined;
  content: Content;
  redactedBecause: RoomEvent | undefined;
}

/** For whom an event is written down. */
export interface Viewer {
  readonly user: string;
  readonly device: string;
  /** Milliseconds since the epoch, for the event's age. */
  readonly now: number;
}

export interface ClientEvent {
  readonly type: string;
  readonly event_id: string;
  readonly sender: string;
  readonly origin_server_ts: number;
  readonly content: Content;
  readonly unsigned: Content;
  readonly state_key?: string;
  readonly room_id?: string;
  readonly redacts?: unknown;
}

/** An event as `/sync` has it: without the room, which is the key that it stands under. */
export function clientEvent(event: RoomEvent, viewer: Viewer, unsigned: Content = {}): ClientEvent {
  const { transaction, replaces, redactedBecause } = event;
  const own = transaction?.user === viewer.user && transaction.device === viewer.device;
  return {
    type: event.type,
    event_id: event.id,
    sender: event.sender,
    origin_server_ts: event.at,
    content: event.content,
    ...(event.stateKey !== undefined && { state_key: event.stateKey }),
    // In the content since room version 11, and here for clients that don't know so.
    ...(event.type === 'm.room.redaction' && { redacts: event.content['redacts'] }),
    unsigned: {
      age: viewer.now - event.at,
      ...(own && { transaction_id: transaction.id }),
      ...(replaces && { prev_content: replaces.content, prev_sender: replaces.sender, replaces_state: replaces.id }),
      ...(redactedBecause && {
        redacted_because: clientEvent(redactedBecause, viewer),
        redacted_by: redactedBecause.id,
      }),
      ...unsigned,
    },
  };
}

/** An invited user's view of a state event. https://spec.matrix.org/v1.13/client-server-api/#stripped-state */
export function strippedEvent(event: RoomEvent): object {
  return { type: event.type, state_key: event.stateKey, content: event.content, sender: event.sender };
}

const POWER_LEVEL_KEYS = 'ban events events_default invite kick redact state_default users users_default'.split(' ');
const KEPT_KEYS = new Map([
  ['m.room.member', ['membership', 'join_authorised_via_users_server']],
  ['m.room.join_rules', ['join_rule', 'allow']],
  ['m.room.power_levels', POWER_LEVEL_KEYS],
  ['m.room.history_visibility', ['history_visibility']],
  ['m.room.redaction', ['redacts']],
]);

/** What a redaction leaves of an event's content. https://spec.matrix.org/v1.13/rooms/v11/#redactions */
export function redacted(event: RoomEvent): Content {
  if (event.type === 'm.room.create') return event.content;
  const kept = KEPT_KEYS.get(event.type) ?? [];
  return Object.fromEntries(Object.entries(event.content).filter(([key]) => kept.includes(key)));
}

/** How an event points at another one. https://spec.matrix.org/v1.13/client-server-api/#forwarding-and-relating-events */
export interface Relation {
  readonly type: string;
  readonly eventId: string;
  /** The emoji of a reaction. */
  readonly key: unknown;
}

/** The relation of an event, if it has a well-formed one with a type: a plain reply has none. */
export function relationOf(content: Content): Relation | undefined {
  const relation = content['m.relates_to'];
  if (typeof relation !== 'object' || relation === null) return undefined;
  const { rel_type: type, event_id: eventId, key } = relation as Content;
  return typeof type === 'string' && typeof eventId === 'string' ? { type, eventId, key } : undefined;
}
