/** The REST side: takes a request through authentication, limits, checks and its route to an answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, refusals } from './errors.ts';
import { Faults, type FaultyAnswer } from './faults.ts';
import { readBody } from './http-body.ts';
import { RateLimiter, type RateLimits } from './rate-limits.ts';
import { Log, type RequestRecord, type Violation } from './record.ts';
import { type Answer, type Call, match, type Route } from './router.ts';
import { commandRoutes } from './routes-command.ts';
import { directRoutes } from './routes-direct.ts';
import { fileRoutes } from './routes-files.ts';
import { guildRoutes } from './routes-guild.ts';
import { messageRoutes } from './routes-message.ts';
import { reactionRoutes } from './routes-reaction.ts';
import { sanctionRoutes } from './routes-sanction.ts';
import { threadRoutes } from './routes-thread.ts';
import { typingRoutes } from './routes-typing.ts';
import { webhookRoutes } from './routes-webhook.ts';
import type { Bot } from './state.ts';
import { checkBody } from './validation.ts';
import type { World } from './world.ts';

const PREFIX = '/api/v10';

/** An answer on its way out. */
interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export class Rest {
  readonly requests = new Log<RequestRecord>();
  /** The paths of the files that were asked for. */
  readonly downloads: string[] = [];
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly #world: World;
  readonly #routes: readonly Route[];
  readonly #violations: Log<Violation>;

  constructor(world: World, limits: RateLimits, violations: Log<Violation>, gatewayRoutes: readonly Route[]) {
    this.#world = world;
    this.#violations = violations;
    this.#routes = [
      ...gatewayRoutes,
      ...fileRoutes,
      ...guildRoutes,
      ...sanctionRoutes,
      ...directRoutes,
      ...messageRoutes,
      ...reactionRoutes,
      ...typingRoutes,
      ...threadRoutes,
      ...commandRoutes,
      ...webhookRoutes,
    ];
    this.limiter = new RateLimiter(limits, world.clock);
    this.faults = new Faults(new Set(this.#routes.map(({ name }) => name)));
  }

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(`http://localhost${request.url}`);
    const method = request.method ?? 'GET';
    if (/^\/(attachments|emojis|stickers)\//.test(url.pathname)) return this.#sendFile(url, response);
    const path = url.pathname.startsWith(`${PREFIX}/`) ? url.pathname.slice(PREFIX.length) : undefined;
    const found = path === undefined ? undefined : match(this.#routes, method, path);
    const name = typeof found === 'object' ? found.route.name : 'unknown';
    const fault = this.faults.take(name);
    let input: Pick<Call, 'body' | 'uploads'> = { body: {}, uploads: [] };
    let reply: Reply = { status: 0, headers: {} };
    try {
      input = await readBody(request);
      if (found === 'otherMethod') throw refusals.methodNotAllowed();
      if (!found) throw refusals.notFound();
      if (!fault || fault.stored)
        reply = this.#answer(found.route, found.params, url.searchParams, input, request.headers.authorization);
    } catch (error) {
      if (!request.complete) return; // the client gave up while it was still sending
      reply = this.#refused(error, name, {});
    }
    if (fault?.answer === 'reset') response.destroy();
    else if (fault?.answer !== 'hang') {
      response.setHeader('date', new Date(this.#world.clock.now()).toUTCString());
      send(response, fault ? faultyReply(fault.answer) : reply);
    }
    this.requests.add({
      method,
      route: name,
      path: url.pathname.replace(/(\/(?:webhooks|interactions)\/\d+)\/[^/]+/, '$1/…'),
      query: url.search.slice(1),
      body: input.body,
      files: input.uploads.map(({ filename }) => filename),
      status: response.headersSent ? response.statusCode : 0,
      at: this.#world.clock.now(),
    });
    this.#world.changed.notify();
  }

  #answer(
    route: Route,
    params: Map<string, string>,
    query: URLSearchParams,
    input: Pick<Call, 'body' | 'uploads'>,
    token: string | undefined,
  ): Reply {
    const bot = this.#botOf(token);
    const call: Call = { world: this.#world, bot, query, ...input, param: (name) => params.get(name) ?? '' };
    if (route.auth === 'bot' && !bot) throw refusals.unauthorized();
    const verdict = this.limiter.take({
      route: route.name,
      resource: [...params.values()].slice(0, params.has('token') ? 2 : 1).join('/'),
      channel: this.#world.webhooks.get(call.param('webhook'))?.channel.id ?? params.get('channel'),
      bot: route.auth === 'bot' ? bot?.user.id : undefined,
    });
    if (verdict.refusal) {
      const { retryAfter, global } = verdict.refusal;
      this.#violations.add({ kind: 'rate limit', where: route.name, code: 0, detail: `refused for ${retryAfter} s` });
      return { status: 429, headers: verdict.headers, body: rateLimited(retryAfter, global) };
    }
    try {
      return { ...this.#run(route, call), headers: verdict.headers };
    } catch (error) {
      return this.#refused(error, route.name, verdict.headers);
    }
  }

  /** The answer to a bad request; anything else that was thrown is a fault of the stand-in. */
  #refused(error: unknown, where: string, headers: Reply['headers']): Reply {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 400 || error.status === 413) {
      const detail = JSON.stringify(error.errors ?? error.message);
      this.#violations.add({ kind: 'body', where, code: error.code, detail });
    }
    return { status: error.status, headers, body: error.body };
  }

  #run(route: Route, call: Call): Answer {
    if (route.takes) checkBody(route.takes, call.body);
    if (route.auth === 'token') return route.handle(call);
    const { bot } = call;
    if (!bot) throw refusals.unauthorized();
    return route.handle({ ...call, bot });
  }

  #botOf(authorization: string | undefined): Bot | undefined {
    return this.#world.bots.get(/^Bot (.+)$/.exec(authorization ?? '')?.[1] ?? '');
  }

  #sendFile(url: URL, response: ServerResponse): void {
    const file = this.#world.attachments.at(url);
    if (!file) response.writeHead(404, { 'content-type': 'text/plain' }).end('This content is no longer available.');
    else {
      const length = file.content.byteLength;
      response.writeHead(200, { 'content-type': file.contentType, 'content-length': length }).end(file.content);
    }
    this.downloads.push(url.pathname);
  }
}

function rateLimited(retryAfter: number, global: boolean): object {
  return { message: 'You are being rate limited.', retry_after: retryAfter, global };
}

function faultyReply({ status, body, retryAfter, global = false, headers = true }: FaultyAnswer): Reply {
  if (body !== undefined) {
    const told = retryAfter === undefined ? undefined : { 'retry-after': String(Math.ceil(retryAfter)) };
    return { status, headers: { ...told }, body: body === 'page' ? undefined : body };
  }
  if (status !== 429) return { status, headers: {}, body: status >= 500 ? undefined : { message: `${status}`, code: 0 } };
  const wait = retryAfter ?? 1;
  const told = { 'retry-after': String(Math.ceil(wait)), 'x-ratelimit-scope': global ? 'global' : 'shared' };
  return {
    status,
    headers: headers ? { ...told, ...(global && { 'x-ratelimit-global': 'true' }) } : {},
    body: rateLimited(wait, global),
  };
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  if (status === 204) response.writeHead(204, headers).end();
  else if (body === undefined) response.writeHead(status, { ...headers, 'content-type': 'text/html' }).end(`<h1>${status}</h1>`);
  else response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body));
}
