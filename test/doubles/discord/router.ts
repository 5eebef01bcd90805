/** Routes: a method and a path with parameters, and what answers. */
import type { Upload } from './messages.ts';
import type { Bot } from './state.ts';
import type { BodyKind } from './validation.ts';
import type { World } from './world.ts';

/** A request that came as far as its route. */
export interface Call {
  readonly world: World;
  /** Who asks; undefined where a webhook's token is enough. */
  readonly bot: Bot | undefined;
  readonly query: URLSearchParams;
  /** Already checked against the route's kind of body. */
  readonly body: unknown;
  readonly uploads: readonly (Upload & { readonly index: string })[];
  /** A parameter of the path. */
  param(name: string): string;
}

/** A call by a bot that showed its token. */
export type BotCall = Call & { readonly bot: Bot };

export interface Answer {
  readonly status: 200 | 201 | 204;
  readonly body?: unknown;
}

interface RouteOf<C extends Call, Auth extends 'bot' | 'token'> {
  /** Who may come in: a bot with its token, or whoever knows the webhook's token in the path. */
  readonly auth: Auth;
  /** As `METHOD /path/:parameter`. */
  readonly name: string;
  /** None for a route without a body. */
  readonly takes?: BodyKind;
  handle(call: C): Answer;
}
export type Route = RouteOf<BotCall, 'bot'> | RouteOf<Call, 'token'>;

/** The route for a request, with its parameters; `otherMethod` when only the method is wrong. */
export function match(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Map<string, string> } | 'otherMethod' | undefined {
  let otherMethod = false;
  for (const route of routes) {
    const [ownMethod, pattern = ''] = route.name.split(' ');
    const params = paramsOf(pattern, path);
    if (params && ownMethod === method) return { route, params };
    otherMethod ||= params !== undefined;
  }
  return otherMethod ? 'otherMethod' : undefined;
}

function paramsOf(pattern: string, path: string): Map<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/').map(decoded);
  if (wanted.length !== given.length) return undefined;
  const params = new Map<string, string>();
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? '';
    if (part.startsWith(':') && value !== '') params.set(part.slice(1), value);
    else if (part !== value) return undefined;
  }
  return params;
}

function decoded(part: string): string {
  return /^(?:[^%]|%[0-7][0-9a-f])*$/i.test(part) ? decodeURIComponent(part) : part;
}

/** Everything went well, with a body. */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export const noContent: Answer = { status: 204 };
