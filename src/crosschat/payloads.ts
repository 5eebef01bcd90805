/** Payloads, read. What is written stands in `outgoing.ts`. Nothing here throws. */
import { z } from 'zod';
import type { AowlTarget } from './aowl.ts';
import { jsonLength, otherKeys, parseJson, parseObject, toJson } from './json.ts';
import { MAX_EXTRA, MAX_KEY, MAX_META, MAX_NAME, MAX_REASON, MAX_SAY } from './limits.ts';
import { no, ok, type Result } from './result.ts';
import type { Dialect } from './server.ts';
import { cut } from './text.ts';
import { isServerId } from './topics.ts';

/** A number, or its digits: Lua sends both. */
const count = z.union([
  z.number().nonnegative().max(Number.MAX_SAFE_INTEGER).transform(Math.floor),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const userId = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const text = z.union([z.string(), z.number().transform(String)]).optional();

/** A server's `status`. */
export interface Status {
  /** Unix seconds; 0 when the server is gone. */
  readonly started: number;
  /** Which process it is, where the server says so. Ours do, see `identity.ts`; everybody else ignores the key. */
  readonly instance: string | undefined;
  /** Which process said goodbye, where `started` is 0 and the server says so. A Last Will is no goodbye. */
  readonly left: string | undefined;
}

const name = z.string().max(MAX_KEY).optional().catch(undefined);
const status = z.object({ started: count.default(0), instance: name, left: name });

/** Reads `state/<sid>/status`. An empty payload is a removed one: the server is gone. */
export function parseStatus(payload: string): Result<Status> {
  if (payload === '') return ok({ started: 0, instance: undefined, left: undefined });
  const json = parseJson(payload);
  if (!json.ok) return json;
  const parsed = status.safeParse(json.value);
  if (!parsed.success) return no('it is no status');
  const { started, instance, left } = parsed.data;
  return ok({ started, instance, left });
}

/** Reads `state/<sid>/meta`. An empty payload is a removed one. */
export function parseMeta(payload: string): Result<Record<string, unknown>> {
  if (payload === '') return ok({});
  if (payload.length > MAX_META) return no('it is too long');
  const object = parseObject(payload);
  return object.ok && toJson(object.value) === undefined ? no('it is nested too deep') : object;
}

/** Where a user payload stands in the list of all of a server's users. */
export type Burst = 'none' | 'start' | 'active' | 'end' | 'startend';

/** What `m/<from>/<to>/user` says. */
export interface UserPacket {
  readonly id: number;
  readonly change: 'add' | 'update' | 'del';
  /** Which dialect the command belongs to, where it tells. */
  readonly dialect: Dialect | undefined;
  /** Empty when there is none. */
  readonly name: string;
  /** Unix seconds. */
  readonly firstSeen: number | undefined;
  readonly burst: Burst;
  /** Empty when there is none. */
  readonly reason: string;
  readonly extra: Record<string, unknown>;
}

const USER_KEYS: ReadonlySet<string> = new Set(['id', 'cmd', 'name', 'first_seen', 'server', 'burst', 'reason']);
const user = z.object({
  id: userId,
  cmd: z.enum(['add', 'join', 'update', 'del', 'leave']).optional(),
  name: text.catch(undefined),
  first_seen: count.optional().catch(undefined),
  burst: z.unknown().optional(),
  reason: text.catch(undefined),
});

/** Reads a user payload in either dialect. A missing `cmd` is an addition. */
export function parseUser(payload: string): Result<UserPacket> {
  const object = parseObject(payload);
  if (!object.ok) return object;
  const parsed = user.safeParse(object.value);
  if (!parsed.success) return no(parsed.error.issues[0]?.path[0] === 'cmd' ? 'its cmd is unknown' : 'its id is no number');
  const { id, cmd, name, first_seen, burst, reason } = parsed.data;
  return ok({
    id,
    change: cmd === 'update' ? 'update' : cmd === 'del' || cmd === 'leave' ? 'del' : 'add',
    dialect: cmd === 'add' || cmd === 'del' ? 'add' : cmd === 'join' || cmd === 'leave' ? 'join' : undefined,
    name: cut(name ?? '', MAX_NAME),
    firstSeen: first_seen,
    burst: parseBurst(burst),
    reason: cut(reason ?? '', MAX_REASON),
    extra: otherKeys(object.value, USER_KEYS, MAX_EXTRA),
  });
}

function parseBurst(value: unknown): Burst {
  if (value === true || value === 'true') return 'active';
  return value === 'start' || value === 'end' || value === 'startend' ? value : 'none';
}

/** What was said. */
export interface SayPacket {
  readonly text: string;
  /** The other keys of the payload. */
  readonly extra: Readonly<Record<string, unknown>>;
}

const SAY_KEYS: ReadonlySet<string> = new Set(['say']);
const NO_EXTRA: Readonly<Record<string, unknown>> = Object.freeze({});
const say = z.object({ say: z.string() });

/** Reads what was said, to all or to one. The busiest of all parsers: the usual payload, with one key, is parsed once. */
export function parseSay(payload: string): Result<SayPacket> {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return no('it is no JSON');
  }
  const parsed = say.safeParse(json);
  if (!parsed.success) return no('it says nothing');
  return ok({ text: cut(parsed.data.say, MAX_SAY), extra: hasOneKey(json) ? NO_EXTRA : sayExtra(payload) });
}

function hasOneKey(json: unknown): boolean {
  let keys = 0;
  for (const _ in json as object) if (++keys > 1) return false;
  return true;
}

function sayExtra(payload: string): Readonly<Record<string, unknown>> {
  const object = parseObject(payload);
  return object.ok ? otherKeys(object.value, SAY_KEYS, MAX_EXTRA) : NO_EXTRA;
}

/** Reads an OOC payload: a JSON value, or the text itself where it is no JSON. */
export function parseOoc(payload: string): unknown {
  const json = parseJson(payload);
  return json.ok ? json.value : payload;
}

/** What a kick, ban or slap says. */
export interface AowlPacket {
  readonly target: AowlTarget;
  readonly reason: string;
  readonly extra: Readonly<Record<string, unknown>>;
}

const aowl = z.object({
  steamid64: z
    .string()
    .regex(/^\d{17}$/)
    .optional()
    .catch(undefined),
  server_id: z.string().refine(isServerId).optional().catch(undefined),
  user_id: userId.optional().catch(undefined),
  reason: text.catch(undefined),
  extra: z.record(z.string(), z.unknown()).catch({}),
});

/** Reads the payload of `aowl_kick`, `aowl_ban` and `aowl_slap`. */
export function parseAowl(payload: unknown): Result<AowlPacket> {
  const parsed = aowl.safeParse(payload);
  if (!parsed.success) return no('it is no JSON object');
  const { steamid64, server_id: serverId, user_id, reason = '', extra } = parsed.data;
  const target =
    steamid64 !== undefined
      ? { steamid64 }
      : serverId !== undefined && user_id !== undefined
        ? { serverId, userId: user_id }
        : undefined;
  if (target === undefined) return no('it names nobody');
  return ok({ target, reason: cut(reason, MAX_REASON), extra: jsonLength(extra) > MAX_EXTRA ? {} : extra });
}
