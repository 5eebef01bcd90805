/** The double's HTTP side: takes requests, finds who asks and who answers, and makes go wrong what a test wants to go wrong. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Signal } from '../../support/signal.ts';
import { MatrixError, tooLarge } from './error.ts';
import { type Failure, type Faults, refusal } from './faults.ts';
import { type Call, Download, type Handler, type Router } from './router.ts';
import type { Session, World } from './world.ts';

/** What a client asked, for a test to look at. Tokens are left out. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query; ids in it are percent-encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The id of who asked, if they were logged in. */
  readonly user: string | undefined;
  /** As parsed JSON, or undefined. */
  readonly body: unknown;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
  /** Of the answer; undefined as long as there is none. */
  status: number | undefined;
}

/** What a client did that a real server would refuse, or that the specification forbids. */
export interface Violation {
  readonly method: string;
  readonly path: string;
  readonly text: string;
}

const MAX_BODY = 64 * 1024 * 1024;
/** So many of the latest are kept. */
const MAX_SEEN = 10_000;
/** Statuses that a correct client never causes. */
const CLIENT_FAULTS = new Set([400, 405, 413]);

type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };

export class HttpServer {
  readonly requests: SeenRequest[] = [];
  readonly violations: Violation[] = [];
  /** A request arrived, or was answered. */
  readonly changed = new Signal();
  readonly #world: World;
  readonly #router: Router;
  readonly #faults: Faults;
  #server: Server | undefined;
  #port = 0;

  constructor(world: World, router: Router, faults: Faults) {
    this.#world = world;
    this.#router = router;
    this.#faults = faults;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, after the first time on the same port again. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.keepAliveTimeout = 60_000;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts all connections and listens no more. */
  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  violation(call: { readonly method: string; readonly path: string }, text: string): void {
    this.violations.push({ method: call.method, path: call.path, text });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? '';
    const failure = this.#faults.take(method, url.pathname);
    if (failure?.how === 'drop') return void request.socket.resetAndDestroy();
    const read = await readAll(request).then(
      (body) => ({ body }),
      () => undefined,
    );
    // Whoever asked is gone, which may be known here before it is told.
    if (read === undefined || gone.signal.aborted) return;
    const { body } = read;
    const session = this.#session(request, url);
    const seen = this.#see(method, url, session instanceof MatrixError ? undefined : session, body);
    if (failure?.how === 'hang') return;
    const answer = await this.#answer({ request, url, method, body, session, signal: gone.signal, failure });
    if (gone.signal.aborted || failure?.how === 'hang after') return;
    if (failure?.how === 'drop after') return void request.socket.resetAndDestroy();
    seen.status = answer.status;
    response.writeHead(answer.status, { ...answer.headers, 'Content-Length': answer.body.length });
    response.end(answer.body);
    this.changed.notify();
  }

  /** @returns the refusal of an appservice that may not be whom it says to be */
  #session(request: IncomingMessage, url: URL): Session | MatrixError | undefined {
    const token = tokenOf(request, url);
    const appservice = this.#world.appservices.find(({ registration }) => registration.as_token === token);
    if (!appservice) return token === undefined ? undefined : this.#world.sessions.get(token);
    try {
      return appservice.session(url.searchParams.get('user_id'));
    } catch (error) {
      if (error instanceof MatrixError) return error;
      throw error;
    }
  }

  #see(method: string, url: URL, session: Session | undefined, body: Buffer | undefined): SeenRequest {
    const query = Object.fromEntries([...url.searchParams].filter(([name]) => name !== 'access_token'));
    const seen = { method, path: url.pathname, query, user: session?.user.id, body: tryJson(body), at: this.#world.clock.now() };
    const request: SeenRequest = { ...seen, status: undefined };
    this.requests.push(request);
    if (this.requests.length > MAX_SEEN) this.requests.shift();
    this.changed.notify();
    return request;
  }

  async #answer(asked: {
    readonly request: IncomingMessage;
    readonly url: URL;
    readonly method: string;
    /** Undefined when it is too large. */
    readonly body: Buffer | undefined;
    readonly session: Session | MatrixError | undefined;
    readonly signal: AbortSignal;
    readonly failure: Failure | undefined;
  }): Promise<Answer> {
    const { request, url, method, body, session, signal, failure } = asked;
    if (failure?.how === 'page') return page(failure);
    if (method === 'OPTIONS') return { status: 204, headers: {}, body: Buffer.alloc(0) };
    try {
      if (failure?.how === 'answer') throw refusal(failure);
      if (!body) throw tooLarge('Request content is too large');
      const { handler, param } = this.#router.find(method, url.pathname);
      const contentType = request.headers['content-type'];
      const call: Call = { method, path: url.pathname, query: url.searchParams, contentType, body, signal, param };
      if (url.searchParams.has('access_token')) this.violation(call, 'an access token in the URL, where it ends up in logs');
      if (handler.token !== 'ignored' && !session && tokenOf(request, url) !== undefined) throw unknownToken();
      if (session instanceof MatrixError) throw session;
      const result = await respond(handler, call, session);
      if (result instanceof Download) return { status: 200, headers: result.headers, body: result.bytes };
      return json(200, result);
    } catch (error) {
      if (!(error instanceof MatrixError)) {
        this.violation(
          { method, path: url.pathname },
          `the double itself failed: ${error instanceof Error ? error.stack : error}`,
        );
        return json(500, { errcode: 'M_UNKNOWN', error: 'Internal server error' });
      }
      // That somebody is registered already is what a bridge wants to hear.
      const isClientFault =
        (CLIENT_FAULTS.has(error.status) && error.errcode !== 'M_USER_IN_USE') || error.errcode === 'M_UNRECOGNIZED';
      if (isClientFault && !error.isBlameless && failure === undefined)
        this.violation({ method, path: url.pathname }, `${error.errcode}: ${error.message}`);
      return json(error.status, error.body, error.headers);
    }
  }
}

function respond(handler: Handler, call: Call, session: Session | undefined): object | Promise<object> {
  if (handler.token !== 'needed') return handler.handle({ ...call, session });
  if (!session) throw new MatrixError(401, 'M_MISSING_TOKEN', 'Missing access token');
  return handler.handle({ ...call, session });
}

function unknownToken(): MatrixError {
  return new MatrixError(401, 'M_UNKNOWN_TOKEN', 'Invalid access token passed.', { extra: { soft_logout: false } });
}

function tokenOf(request: IncomingMessage, url: URL): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('access_token') ?? undefined;
}

/**
 * The whole body, or undefined when it is too large.
 * @throws {Error} when the client goes away
 */
async function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  return size <= MAX_BODY ? Buffer.concat(chunks) : undefined;
}

function tryJson(body: Buffer | undefined): unknown {
  try {
    return body && body.length > 0 ? JSON.parse(body.toString()) : undefined;
  } catch {
    return undefined;
  }
}

function page({ status, retryAfter }: Failure & { readonly how: 'page' }): Answer {
  const headers = { 'Content-Type': 'text/html', ...(retryAfter !== undefined && { 'Retry-After': retryAfter }) };
  return { status, headers, body: Buffer.from(`<html><body><h1>${status}</h1></body></html>`) };
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
