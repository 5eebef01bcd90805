/** JSON from strangers. */
import { MAX_KEY } from './limits.ts';
import { no, ok, type Result } from './result.ts';

/** Keys that could reach a prototype where somebody copies or merges carelessly. */
const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype']);

function withoutDangerousKeys(key: string, value: unknown): unknown {
  return DANGEROUS.has(key) ? undefined : value;
}

/** Parses JSON. Keys that could reach a prototype are left out, at any depth. */
export function parseJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text, withoutDangerousKeys));
  } catch {
    return no('it is no JSON');
  }
}

/** Whether a value is what JSON calls an object. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a JSON object. Keys that could reach a prototype are left out, at any depth. */
export function parseObject(text: string): Result<Record<string, unknown>> {
  const json = parseJson(text);
  if (!json.ok) return json;
  return isObject(json.value) ? ok(json.value) : no('it is no JSON object');
}

/** A value's JSON text; undefined where it has none, because it is no JSON or nested too deep. */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The length of a value's JSON text; infinite where it has none. */
export function jsonLength(value: unknown): number {
  return toJson(value)?.length ?? Number.POSITIVE_INFINITY;
}

/** The keys of an object but for `known`, as many of them as fit into `max` characters of JSON. */
export function otherKeys(object: Record<string, unknown>, known: ReadonlySet<string>, max: number): Record<string, unknown> {
  const others: Record<string, unknown> = {};
  let room = max;
  for (const key of Object.keys(object)) {
    if (known.has(key) || DANGEROUS.has(key) || key.length > MAX_KEY) continue;
    const size = key.length + 4 + jsonLength(object[key]);
    if (size > room) continue;
    room -= size;
    others[key] = object[key];
  }
  return others;
}
