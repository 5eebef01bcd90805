/** What happened since a client last asked. https://spec.matrix.org/v1.13/client-server-api/#syncing */
import { clientEvent, type RoomEvent, strippedEvent, type Viewer } from './event.ts';
import { type Filter, passes, passesRoom } from './filter.ts';
import { first, syncedEvent, tokenAt } from './history.ts';
import { membershipOf, type Room } from './room.ts';
import type { AccountData, Session, World } from './world.ts';

export interface SyncRequest {
  readonly session: Session;
  /** The end of what the client knows, or 0. */
  readonly since: number;
  readonly filter: Filter;
  readonly fullState: boolean;
}

const DEFAULT_LIMIT = 10;

/** The answer to a sync, and whether there is anything in it. */
export function sync(world: World, request: SyncRequest): { readonly body: object; readonly news: boolean } {
  const { session, since, filter } = request;
  const accountData = changedAccountData(session.user.accountData, since).filter((event) => passes(filter.account_data, event));
  const rooms: Record<'join' | 'invite' | 'leave', Record<string, object>> = { join: {}, invite: {}, leave: {} };
  for (const room of world.roomsOf(session.user)) {
    if (!passesRoom(filter.room, room.id)) continue;
    const part = roomPart(world, room, request);
    if (part) rooms[part.section][room.id] = part.body;
  }
  const sections = Object.entries(rooms).filter(([, section]) => Object.keys(section).length > 0);
  const body = {
    next_batch: tokenAt(world.position),
    ...(accountData.length > 0 && { account_data: { events: accountData } }),
    ...(sections.length > 0 && { rooms: Object.fromEntries(sections) }),
    device_one_time_keys_count: { signed_curve25519: 0 },
    device_unused_fallback_key_types: [],
  };
  return { body, news: accountData.length > 0 || sections.length > 0 };
}

interface Part {
  readonly section: 'join' | 'invite' | 'leave';
  readonly body: object;
}

function roomPart(world: World, room: Room, request: SyncRequest): Part | undefined {
  const { session, since, filter } = request;
  const own = room.state('m.room.member', session.user.id);
  if (!own) return undefined;
  const isNew = own.position > since;
  switch (membershipOf(own)) {
    case 'join':
      return joinedPart(world, room, request);
    case 'invite':
      return isNew ? { section: 'invite', body: { invite_state: { events: inviteState(room, own) } } } : undefined;
    case 'leave':
    case 'ban': {
      // At first, a room is shown as left only to those who didn't leave it by themselves.
      const wanted = since > 0 || own.sender !== session.user.id || filter.room?.include_leave;
      return isNew && wanted ? leftPart(world, room, request, own) : undefined;
    }
    case 'knock':
      return undefined;
  }
}

function joinedPart(world: World, room: Room, request: SyncRequest): Part | undefined {
  const { session, since, filter, fullState } = request;
  const user = session.user.id;
  const isNew = room
    .between(since)
    .some((event) => event.type === 'm.room.member' && event.stateKey === user && !isRename(event));
  const { timeline, state } = timelinePart(world, room, request, isNew ? 0 : since, world.position);
  const ephemeral = ephemeralEvents(room, isNew ? 0 : since).filter((event) => passes(filter.room?.ephemeral, event, room.id));
  const accountData = changedAccountData(session.user.roomAccountData.get(room.id), since).filter((event) =>
    passes(filter.room?.account_data, event, room.id),
  );
  const isEmpty = [timeline.events, state, ephemeral, accountData].every((events) => events.length === 0);
  if (isEmpty && since > 0 && !fullState) return undefined;
  const body = {
    // Somebody who just joined has a gap before them, however short the room's past.
    timeline: { ...timeline, limited: timeline.limited || (isNew && since > 0) },
    state: { events: state },
    ephemeral: { events: ephemeral },
    account_data: { events: accountData },
  };
  return { section: 'join', body };
}

function isRename(event: RoomEvent): boolean {
  return membershipOf(event) === 'join' && membershipOf(event.replaces) === 'join';
}

function leftPart(world: World, room: Room, request: SyncRequest, leaving: RoomEvent): Part {
  const { timeline, state } = timelinePart(world, room, request, request.since, leaving.position);
  return { section: 'leave', body: { timeline, state: { events: state }, account_data: { events: [] } } };
}

/**
 * The last events of a room, and the state as it was before them.
 * @param since what the client knows; 0 when it knows nothing of this room and gets its whole state
 * @param upTo the last position that is told
 */
function timelinePart(world: World, room: Room, { session, filter, fullState }: SyncRequest, since: number, upTo: number) {
  const viewer: Viewer = { user: session.user.id, device: session.device, now: world.clock.now() };
  const { timeline: wanted, state: wantedState } = filter.room ?? {};
  const limit = wanted?.limit ?? DEFAULT_LIMIT;
  const fits = (event: RoomEvent) => room.isVisible(event, viewer.user) && passes(wanted, event, room.id);
  const fitting = first(room.backwards(upTo, since), limit + 1, fits);
  const events = fitting.slice(0, limit).reverse();
  const limited = fitting.length > limit;
  const start = events[0] ? events[0].position - 1 : upTo;
  const whole = since === 0 || fullState;
  const lazy = wantedState?.lazy_load_members ?? false;
  const state = (whole || limited || lazy ? room.stateAt(start) : []).filter((event) => {
    if (!passes(wantedState, event, room.id)) return false;
    const changed = whole || (limited && event.position > since);
    if (!lazy || event.type !== 'm.room.member') return changed;
    return events.some((other) => other.sender === event.stateKey) || (changed && event.stateKey === viewer.user);
  });
  return {
    timeline: {
      events: events.map((event) => syncedEvent(room, event, viewer, limited || whole)),
      limited,
      prev_batch: tokenAt(start),
    },
    state: state.map((event) => clientEvent(event, viewer)),
  };
}

const INVITE_STATE = 'create join_rules canonical_alias avatar encryption name topic'.split(' ').map((name) => `m.room.${name}`);

function inviteState(room: Room, invite: RoomEvent): object[] {
  const shown = INVITE_STATE.map((type) => room.state(type)).concat(room.state('m.room.member', invite.sender), invite);
  return shown.filter((event) => event !== undefined).map(strippedEvent);
}

interface BareEvent {
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
}

function changedAccountData(data: AccountData | undefined, since: number): BareEvent[] {
  return [...(data ?? [])].filter(([, { position }]) => position > since).map(([type, { content }]) => ({ type, content }));
}

/** Who types, and who has read how far. https://spec.matrix.org/v1.13/client-server-api/#ephemeral-events */
function ephemeralEvents(room: Room, since: number): BareEvent[] {
  const events: BareEvent[] = [];
  if (room.typingPosition > since && (since > 0 || room.typing.size > 0)) {
    events.push({ type: 'm.typing', content: { user_ids: [...room.typing.keys()] } });
  }
  const receipts: Record<string, { 'm.read': Record<string, object> }> = {};
  for (const [user, { eventId, at, position }] of room.receipts) {
    if (position <= since) continue;
    receipts[eventId] ??= { 'm.read': {} };
    receipts[eventId]['m.read'][user] = { ts: at };
  }
  if (Object.keys(receipts).length > 0) events.push({ type: 'm.receipt', content: receipts });
  return events;
}
