/** What a part of the bridge hands the HTTP server: where it answers, and what. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

/** A request as a route sees it. */
export interface HttpRequest {
  readonly method: Method;
  /** What stands behind the route's prefix, percent-encoded as it was sent. Whoever asks has chosen it. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** `1.1`, as browsers speak it; `1.0` for some proxies and old programs. */
  readonly httpVersion: string;
  /** The IP address of whoever asks, as far as it can be known behind a reverse proxy. */
  readonly address: string;
  /**
   * Reads what was sent along, once. What nobody asks for is not read.
   * @throws {BodyError} when it is longer than the route takes, or breaks off: the server answers that
   */
  body(): Promise<Buffer>;
  /**
   * Hands on what was sent along piece by piece, once, instead of {@link body}: for what is too large for memory.
   * @throws {BodyError} like {@link body}, where it is read
   */
  stream(): AsyncIterable<Buffer>;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What is answered. */
export interface HttpAnswer {
  readonly status: number;
  /** They go over the server's own, which forbid a browser everything. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Left out for HEAD. A stream is destroyed as soon as nobody reads it any more. */
  readonly body?: string | Uint8Array | Readable;
}

/** A part of what is served. */
export interface Route {
  /** `/media/` with all that is below it, or exactly `/healthz`. */
  readonly prefix: string;
  /** GET and HEAD unless given. */
  readonly methods?: readonly Method[];
  /** The longest body that it takes, in bytes; none unless given. A longer one may take longer to come. */
  readonly maxBody?: number;
  /** Whether an address may ask as often as it wants: the route sees to it by other means. */
  readonly unlimited?: boolean;
  /** What it throws is logged, and answered with status 500 and nothing of it. */
  answer(request: HttpRequest): Promise<HttpAnswer> | HttpAnswer;
}
