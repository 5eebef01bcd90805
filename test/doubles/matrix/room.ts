/** One room: its timeline and its state, now and at any earlier time. */
import { type RoomEvent, redacted, relationOf } from './event.ts';

export type Membership = 'join' | 'invite' | 'leave' | 'ban' | 'knock';

/** Newest first: a state event, the one that it replaced, and so on. */
function* history(event: RoomEvent | undefined): Generator<RoomEvent> {
  for (let at = event; at; at = at.replaces) yield at;
}

export function membershipOf(event: RoomEvent | undefined): Membership {
  const membership = event?.content['membership'];
  return membership === 'join' || membership === 'invite' || membership === 'ban' || membership === 'knock'
    ? membership
    : 'leave';
}

export class Room {
  readonly id: string;
  /** Oldest first. */
  readonly timeline: RoomEvent[] = [];
  /** Who types, and how to forget the timer that ends it. */
  readonly typing = new Map<string, () => void>();
  /** When the list of who types last changed, in the server's stream. */
  typingPosition = 0;
  /** The latest read receipt of each user. */
  readonly receipts = new Map<string, { readonly eventId: string; readonly at: number; readonly position: number }>();
  readonly #events = new Map<string, RoomEvent>();
  /** The edits of an event, by its id, oldest first, whether valid or not. */
  readonly #edits = new Map<string, RoomEvent[]>();
  readonly #state = new Map<string, Map<string, RoomEvent>>();

  constructor(id: string) {
    this.id = id;
  }

  /** Takes an event in as it is. */
  add(event: RoomEvent): void {
    this.timeline.push(event);
    this.#events.set(event.id, event);
    if (event.stateKey !== undefined) {
      const keys = this.#state.get(event.type) ?? new Map<string, RoomEvent>();
      this.#state.set(event.type, keys.set(event.stateKey, event));
    }
    if (event.type === 'm.room.redaction') this.#redact(event);
    const relation = relationOf(event.content);
    if (relation?.type !== 'm.replace') return;
    this.#edits.set(relation.eventId, [...(this.#edits.get(relation.eventId) ?? []), event]);
  }

  #redact(redaction: RoomEvent): void {
    const target = this.event(String(redaction.content['redacts']));
    if (!target || target.redactedBecause || target === redaction) return;
    target.content = redacted(target);
    target.redactedBecause = redaction;
  }

  event(id: string): RoomEvent | undefined {
    return this.#events.get(id);
  }

  /** The events after a position and up to another one, oldest first. */
  between(after: number, upTo = Number.POSITIVE_INFINITY): RoomEvent[] {
    return this.timeline.slice(this.#indexAfter(after), this.#indexAfter(upTo));
  }

  /** The events up to a position and after another one, newest first. */
  *backwards(upTo: number, after = 0): Generator<RoomEvent> {
    for (let index = this.#indexAfter(upTo) - 1; index >= 0; index--) {
      const event = this.timeline[index];
      if (event === undefined || event.position <= after) return;
      yield event;
    }
  }

  /** Where in the timeline the events after a position begin. */
  #indexAfter(position: number): number {
    let low = 0;
    let high = this.timeline.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.timeline[middle]?.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  state(type: string, stateKey = '', at = Number.POSITIVE_INFINITY): RoomEvent | undefined {
    for (const event of history(this.#state.get(type)?.get(stateKey))) if (event.position <= at) return event;
    return undefined;
  }

  /** The whole state as it was at a position, oldest event first. */
  stateAt(at = Number.POSITIVE_INFINITY): RoomEvent[] {
    const keys = [...this.#state].flatMap(([type, events]) => [...events.keys()].map((key) => this.state(type, key, at)));
    return keys.filter((event) => event !== undefined).sort((a, b) => a.position - b.position);
  }

  /** The users who ever had a membership here, with their latest membership event. */
  get members(): ReadonlyMap<string, RoomEvent> {
    return this.#state.get('m.room.member') ?? new Map();
  }

  membership(user: string, at?: number): Membership {
    return membershipOf(this.state('m.room.member', user, at));
  }

  get joined(): string[] {
    return [...this.members].filter(([, event]) => membershipOf(event) === 'join').map(([user]) => user);
  }

  /** They stand above all power levels, since room version 12. */
  get creators(): readonly string[] {
    const create = this.state('m.room.create');
    const additional = create?.content['additional_creators'];
    return [...(create ? [create.sender] : []), ...(Array.isArray(additional) ? additional.map(String) : [])];
  }

  /** Whether a user may see an event. https://spec.matrix.org/v1.13/client-server-api/#room-history-visibility */
  isVisible(event: RoomEvent, user: string): boolean {
    if (event.type === 'm.room.member' && event.stateKey === user) return true;
    const setting = this.state('m.room.history_visibility', '', event.position)?.content['history_visibility'] ?? 'shared';
    const membership = this.membership(user, event.position);
    if (membership === 'join' || setting === 'world_readable') return true;
    const joinedLater = () =>
      [...history(this.state('m.room.member', user))].some(
        (own) => own.position > event.position && membershipOf(own) === 'join',
      );
    return (setting === 'shared' || (setting === 'invited' && membership === 'invite')) && joinedLater();
  }

  /** The newest edit of a message by its own author. https://spec.matrix.org/v1.13/client-server-api/#validity-of-replacement-events */
  replacement(event: RoomEvent): RoomEvent | undefined {
    if (event.stateKey !== undefined || event.redactedBecause || relationOf(event.content)?.type === 'm.replace')
      return undefined;
    const isValid = (edit: RoomEvent) =>
      edit.sender === event.sender && edit.type === event.type && edit.stateKey === undefined && 'm.new_content' in edit.content;
    return this.#edits.get(event.id)?.findLast(isValid);
  }
}
