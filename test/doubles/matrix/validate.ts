/** What a homeserver checks of an event's content before it looks at anybody's rights. */
import { z } from 'zod';
import { MatrixError, malformed, tooLarge } from './error.ts';
import { type Draft, relationOf } from './event.ts';
import type { Room } from './room.ts';

/** In bytes. https://spec.matrix.org/v1.13/client-server-api/#size-limits */
const MAX_EVENT = 65_536;
/** What hashes, signature and references to earlier events add to an event of Synapse, in bytes: measured on 1.163. */
const FEDERATION_OVERHEAD = 419;
const MAX_KEY = 255;

const STATE_ONLY = new Set(
  'avatar canonical_alias create encryption guest_access history_visibility join_rules member name power_levels server_acl tombstone topic'
    .split(' ')
    .map((name) => `m.room.${name}`),
);

const integers = z.record(z.string(), z.int());
const POWER_LEVELS = z.looseObject({
  ...Object.fromEntries(
    'ban events_default invite kick redact state_default users_default'.split(' ').map((key) => [key, z.int().optional()]),
  ),
  events: integers.optional(),
  users: integers.optional(),
});

/** @throws {MatrixError} 400 or 413, as Synapse does */
export function validate(room: Room, draft: Draft): void {
  const { type, content, stateKey } = draft;
  requireCanonical(content);
  if (stateKey === undefined && STATE_ONLY.has(type)) throw malformed(`'${type}' must be state events`);
  if (type === 'm.room.message') {
    for (const key of ['body', 'msgtype']) {
      if (content[key] === undefined) throw malformed(`'${key}' not in content`);
      if (typeof content[key] !== 'string') throw malformed(`'${key}' not a string type`);
    }
  }
  if ('m.mentions' in content && !z.record(z.string(), z.unknown()).safeParse(content['m.mentions']).success) {
    throw new MatrixError(400, 'M_BAD_JSON', "'m.mentions' is not of type 'object'");
  }
  if (type === 'm.room.tombstone') {
    if (content['replacement_room'] === undefined) throw malformed('Content has no replacement_room key');
    if (content['replacement_room'] === room.id) throw malformed('Tombstone cannot reference the room it was sent in');
  }
  if (type === 'm.room.power_levels') {
    const parsed = POWER_LEVELS.safeParse(content);
    if (!parsed.success) throw new MatrixError(400, 'M_BAD_JSON', parsed.error.issues[0]?.message ?? '');
  }
  if (stateKey === undefined) requireRelation(room, draft);
  requireSize(room, draft);
}

function requireSize(room: Room, draft: Draft): void {
  const { type, sender, content, stateKey } = draft;
  if (Buffer.byteLength(type) > MAX_KEY) throw tooLarge("'type' too large");
  if (stateKey !== undefined && Buffer.byteLength(stateKey) > MAX_KEY) throw tooLarge("'state_key' too large");
  const event = { type, sender, content, state_key: stateKey, room_id: room.id, origin_server_ts: 1_000_000_000_000 };
  if (Buffer.byteLength(JSON.stringify(event)) + FEDERATION_OVERHEAD > MAX_EVENT) throw tooLarge('event too large');
}

/** Events hold no fractions and no huge integers. https://spec.matrix.org/v1.13/appendices/#canonical-json */
function requireCanonical(value: unknown): void {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw new MatrixError(400, 'M_BAD_JSON', 'Bad JSON value: float');
    if (!Number.isSafeInteger(value)) throw new MatrixError(400, 'M_BAD_JSON', 'JSON integer out of range');
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) requireCanonical(part);
  }
}

function requireRelation(room: Room, { type, sender, content }: Draft): void {
  const relation = relationOf(content);
  if (!relation) return;
  const target = room.event(relation.eventId);
  if (!target) throw malformed("Can't send relation to unknown event");
  if (relation.type === 'm.thread' && relationOf(target.content)) {
    throw malformed('Cannot start threads from an event with a relation');
  }
  if (relation.type !== 'm.annotation') return;
  const again = room.timeline.some((event) => {
    const other = relationOf(event.content);
    const same = other?.type === 'm.annotation' && other.eventId === relation.eventId && other.key === relation.key;
    return same && event.type === type && event.sender === sender;
  });
  if (again) throw new MatrixError(400, 'M_DUPLICATE_ANNOTATION', "Can't send same reaction twice");
}
