/** Which handler answers which request, and what a handler gets. */
import { z } from 'zod';
import { invalid, MatrixError } from './error.ts';
import type { Session } from './world.ts';

/** A request that arrived whole. */
export interface Call {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: Buffer;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** The parts of the path that the route names, decoded. */
  param(name: string): string;
}

/** A request by somebody who is logged in. */
export interface UserCall extends Call {
  readonly session: Session;
}

/** A request by somebody who may be logged in. */
export interface AnybodyCall extends Call {
  readonly session: Session | undefined;
}

/** An answer that isn't JSON. */
export class Download {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;

  constructor(bytes: Buffer, headers: Readonly<Record<string, string>>) {
    this.bytes = bytes;
    this.headers = headers;
  }
}

type Answer = object | Promise<object>;
export type Handler =
  | { readonly token: 'ignored'; readonly handle: (call: Call) => Answer }
  | { readonly token: 'optional'; readonly handle: (call: AnybodyCall) => Answer }
  | { readonly token: 'needed'; readonly handle: (call: UserCall) => Answer };

interface Route {
  readonly method: string;
  readonly pattern: readonly string[];
  readonly handler: Handler;
}

export class Router {
  readonly #routes: Route[] = [];

  /** For anybody. In a pattern, `:name` stands for one part of the path. */
  open(method: string, pattern: string, handle: (call: Call) => Answer): void {
    this.#routes.push({ method, pattern: pattern.split('/'), handler: { token: 'ignored', handle } });
  }

  /** For anybody but those who present a wrong token. */
  anybody(method: string, pattern: string, handle: (call: AnybodyCall) => Answer): void {
    this.#routes.push({ method, pattern: pattern.split('/'), handler: { token: 'optional', handle } });
  }

  /** For those who are logged in. */
  user(method: string, pattern: string, handle: (call: UserCall) => Answer): void {
    this.#routes.push({ method, pattern: pattern.split('/'), handler: { token: 'needed', handle } });
  }

  /** @throws {MatrixError} 404 or 405 */
  find(method: string, path: string): { readonly handler: Handler; param(name: string): string } {
    const parts = path.split('/');
    const fitting = this.#routes.filter(({ pattern }) => fits(pattern, parts));
    const route = fitting.find((candidate) => candidate.method === method);
    if (!route) throw new MatrixError(fitting.length > 0 ? 405 : 404, 'M_UNRECOGNIZED', 'Unrecognized request');
    return { handler: route.handler, param: (name) => decode(parts[route.pattern.indexOf(`:${name}`)] ?? '') };
  }
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((part, index) => part.startsWith(':') || part === parts[index]);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The request's body.
 * @throws {MatrixError} 400
 */
export function readBody<T>(call: Call, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(call.body.toString());
  } catch {
    throw new MatrixError(400, 'M_NOT_JSON', 'Content not JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new MatrixError(400, 'M_BAD_JSON', 'Content must be a JSON object.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const isMissing = issue?.path.length === 1 && !((issue.path[0] ?? '') in json);
  throw new MatrixError(400, isMissing ? 'M_MISSING_PARAM' : 'M_INVALID_PARAM', z.prettifyError(parsed.error));
}

/** Any JSON object, as the content of an event is. */
export const OBJECT = z.record(z.string(), z.unknown());

/**
 * A whole number from the query.
 * @throws {MatrixError} 400
 */
export function readInteger(call: Call, name: string): number | undefined {
  const text = call.query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalid(`Query parameter ${name} must be a positive integer.`);
  return Number(text);
}
