/** What a part of the bridge hands the HTTP server: where it answers, and what. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** A request as a route sees it. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  /** What stands behind the route's prefix, percent-encoded as it was sent. Whoever asks has chosen it. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
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
  /** What it throws is logged, and answered with status 500 and nothing of it. */
  answer(request: HttpRequest): Promise<HttpAnswer> | HttpAnswer;
}
