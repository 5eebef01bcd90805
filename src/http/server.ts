/** The one HTTP server: whatever the bridge serves, it serves here, with limits that no request gets round. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { AddressLimit, askerOf } from './address-limit.ts';
import { BodyError, readBody, streamBody } from './body.ts';
import type { HttpAnswer, Method, Route } from './route.ts';
import { urlAt } from './url.ts';

/** What the server is made of. */
export interface HttpServerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** The server can't listen. The message is a sentence for the operator. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Nothing longer is asked for by anybody who means well. */
const MAX_URL = 4_096;
const MAX_HEADER_BYTES = 16_384;
const MAX_CONNECTIONS = 1_000;
/** How long the headers may take to come, and a whole request at most, in milliseconds. What is read of a body has a deadline of its own. */
const HEADERS_TIME = 10_000;
const REQUEST_TIME = 3_600_000;
/** How long a connection may be silent: between two requests, and while somebody takes an answer. */
const IDLE_TIME = 5_000;
const SILENT_TIME = 60_000;
/** How long the end waits for answers that are on their way. */
const CLOSE_TIME = 500;

/** Without a route's word, a browser may do nothing with an answer. */
const SAFE_HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

/** A server that listens. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  #url = '';
  #routes: readonly Route[];
  readonly #limit: AddressLimit;
  /** What ends the requests that are being answered. */
  readonly #running = new Set<() => void>();

  private constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#routes = options.routes;
    this.#limit = new AddressLimit(options.clock);
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIME, requestTimeout: REQUEST_TIME });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.keepAliveTimeout = IDLE_TIME;
    this.#server.timeout = SILENT_TIME;
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('clientError', (_, socket) => socket.destroy());
  }

  /** @throws {ListenError} */
  static async start(options: HttpServerOptions): Promise<HttpServer> {
    const http = new HttpServer(options);
    await new Promise<void>((resolve, reject) => {
      http.#server.once('error', (error) => reject(new ListenError(whyNot(error, options), { cause: error })));
      http.#server.listen(options.port, options.host, resolve);
    });
    const { address, port } = http.#server.address() as AddressInfo;
    http.#url = urlAt(address, port);
    http.#server.removeAllListeners('error').on('error', (error) => {
      options.log.error({ err: error }, 'the HTTP server met a fault; it goes on');
    });
    return http;
  }

  /** Where one reaches it on this machine, or did: `http://127.0.0.1:8080`. */
  get url(): string {
    return this.#url;
  }

  /** From now on it serves this. What is being answered goes on. */
  serve(routes: readonly Route[]): void {
    this.#routes = routes;
  }

  /** From now on it serves nothing but this. What is being answered is broken off. */
  serveOnly(routes: readonly Route[]): void {
    this.#routes = routes;
    for (const end of this.#running) end();
  }

  /** Ends it within a second. Never throws. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cancel = this.#options.clock.after(CLOSE_TIME, () => {
      for (const end of this.#running) end();
      this.#server.closeAllConnections();
    });
    await closed;
    cancel();
  }

  /** Never throws. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const end = () => gone.abort();
    response.once('close', end);
    this.#running.add(end);
    try {
      const answer = await this.#answer(request, gone.signal);
      // What was sent along and not asked for is not read: it ends with the connection.
      const unread = request.complete ? answer : closing(answer);
      await send(request.method, response, unread);
    } catch {
      // The one who asked is gone, or a stream broke off: a half answer must not look like a whole one.
      response.destroy();
    } finally {
      this.#running.delete(end);
    }
  }

  async #answer(request: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, url = '', headers, httpVersion, socket } = request;
    if (url.length > MAX_URL) return refusal(414, 'The address is too long.', { connection: 'close' });
    const [path = '', search = ''] = splitOnce(url, '?');
    const route = this.#routes.find(({ prefix }) => (prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix));
    const address = askerOf(socket.remoteAddress ?? '', headers['x-forwarded-for']);
    const wait = route?.unlimited ? 0 : this.#limit.wait(address);
    if (wait > 0) return refusal(429, 'Too many requests.', { 'retry-after': String(Math.ceil(wait / 1_000)) });
    if (!route) return refusal(404, 'There is nothing here.');
    const { methods = ['GET', 'HEAD'], maxBody = 0 } = route;
    if (!isOneOf(method, methods)) return refusal(405, `Only ${methods.join(' and ')}.`, { allow: methods.join(', ') });
    const query = new URLSearchParams(search);
    const limits = { maxBytes: maxBody, clock: this.#options.clock };
    const body = () => readBody(request, limits);
    const stream = () => streamBody(request, limits);
    try {
      return await route.answer({
        method,
        path: path.slice(route.prefix.length),
        query,
        headers,
        httpVersion,
        address,
        body,
        stream,
        signal,
      });
    } catch (error) {
      if (error instanceof BodyError) return refusal(error.status, error.message);
      // The rest of the address may hold a token.
      if (!signal.aborted) this.#options.log.error({ err: error, route: route.prefix }, 'a request could not be answered');
      return refusal(500, 'Something went wrong.');
    }
  }
}

/** An answer that is only a sentence. */
export function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers, body: `${text}\n` };
}

async function send(method: string | undefined, response: ServerResponse, answer: HttpAnswer): Promise<void> {
  const { status, headers, body = '' } = answer;
  try {
    if (response.destroyed) return;
    const length = body instanceof Readable ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    response.writeHead(status, { ...SAFE_HEADERS, ...length, ...headers });
    if (method === 'HEAD' || !(body instanceof Readable)) response.end(method === 'HEAD' ? undefined : body);
    else await pipeline(body, response);
  } finally {
    if (body instanceof Readable) body.destroy();
  }
}

function closing(answer: HttpAnswer): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

function isOneOf(method: string | undefined, methods: readonly Method[]): method is Method {
  return (methods as readonly (string | undefined)[]).includes(method);
}

function splitOnce(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Why it can't listen, and what to do. */
function whyNot(error: NodeJS.ErrnoException, { host, port }: HttpServerOptions): string {
  const where = `${host} port ${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `http: another program listens on ${where} already; set HTTP_PORT or http.port to a free one.`;
    case 'EACCES':
      return `http: this user may not listen on ${where}; set HTTP_PORT or http.port to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return `http: ${host} is no address of this machine; set HTTP_HOST or http.host to 127.0.0.1, or to 0.0.0.0 for all of them.`;
    default:
      return `http: the bridge can't listen on ${where} (${error.code ?? error.message}).`;
  }
}
