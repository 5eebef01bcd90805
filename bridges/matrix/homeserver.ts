/** The homeserver's client-server API. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type ILogger, LogLevel, LogService, MatrixClient, MatrixError } from 'matrix-bot-sdk';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import { parseJson } from './json.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>> | [string, string][];
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of a body. */
  readonly file?: { readonly bytes: Uint8Array; readonly type: string };
  /** Milliseconds until the call is given up; 30 s by default. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** An answer that is a file. */
export interface Download {
  readonly headers: Headers;
  /** Ends with the signal. */
  readonly stream: Readable;
}

/** @see https://spec.matrix.org/v1.13/client-server-api/#standard-error-response */
const errorBody = z.object({
  errcode: z.string(),
  error: z.string().catch(''),
  retry_after_ms: z.number().optional().catch(undefined),
});

/** Whoever asks the homeserver for something: the account itself, or a ghost of it. */
export type Caller = Pick<Homeserver, 'call'>;

/** matrix-bot-sdk's client on Node's own `fetch`: the library's transport can't be aborted and logs what it shouldn't. */
export class Homeserver extends MatrixClient {
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  /** Of the calls that are running, what ends them. */
  readonly #running = new Set<() => void>();

  /** @param closed aborts every call, running or to come */
  constructor(url: string, accessToken: string, clock: Clock, closed: AbortSignal) {
    super(url, accessToken);
    this.#clock = clock;
    this.#closed = closed;
    closed.addEventListener('abort', () => {
      for (const end of this.#running) end();
    });
  }

  /**
   * @param path from `/_matrix` on, its parts encoded
   * @returns the answer's JSON, unchecked
   * @throws {MatrixError} for a refusal (with an empty `errcode` when something else than a homeserver has answered); anything else
   *   means that there was no answer
   */
  async call(method: Method, path: string, options: CallOptions = {}): Promise<unknown> {
    const { query = {}, body, file, timeout = 30_000, signal } = options;
    const ending = new AbortController();
    const end = () => ending.abort(new Error('aborted'));
    const cancel = this.#clock.after(timeout, () => ending.abort(new Error(`no answer within ${timeout / 1000} s`)));
    if (this.#closed.aborted || signal?.aborted) end();
    this.#running.add(end);
    signal?.addEventListener('abort', end);
    try {
      const search = new URLSearchParams(query).toString();
      const response = await fetch(`${this.homeserverUrl}${path}${search && `?${search}`}`, {
        method,
        headers: {
          authorization: `Bearer ${this.accessToken}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(file && { 'content-type': file.type }),
        },
        signal: ending.signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(file && { body: file.bytes as Uint8Array<ArrayBuffer> }),
      });
      const answer = parseJson(await response.text());
      if (!response.ok) throw toMatrixError(answer, response, this.#clock.now());
      if (answer === undefined) throw new Error('the answer is not from a Matrix homeserver');
      return answer;
    } finally {
      cancel();
      this.#running.delete(end);
      signal?.removeEventListener('abort', end);
    }
  }

  /**
   * Begins to read a file.
   * @param path as in {@link call}
   * @throws like {@link call}
   */
  async download(path: string, signal: AbortSignal): Promise<Download> {
    const ending = new AbortController();
    const end = () => ending.abort(new Error('aborted'));
    const release = () => {
      this.#running.delete(end);
      signal.removeEventListener('abort', end);
    };
    if (this.#closed.aborted || signal.aborted) end();
    this.#running.add(end);
    signal.addEventListener('abort', end);
    try {
      const headers = { authorization: `Bearer ${this.accessToken}`, 'accept-encoding': 'identity' };
      const response = await fetch(`${this.homeserverUrl}${path}`, { headers, signal: ending.signal });
      if (!response.ok) throw toMatrixError(parseJson(await response.text()), response, this.#clock.now());
      const stream = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as ReadableStream);
      stream.once('close', release);
      return { headers: response.headers, stream };
    } catch (fault) {
      release();
      throw fault;
    }
  }

  /** The transport of all of matrix-bot-sdk's own methods that speak JSON. */
  override doRequest(method: Method, path: string, query?: Record<string, unknown> | null, body?: unknown): Promise<unknown> {
    const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
      [value ?? []].flat().map((one): [string, string] => [key, String(one)]),
    );
    return this.call(method, path, { query: pairs, ...(body !== undefined && body !== null && { body }) });
  }
}

function toMatrixError(answer: unknown, { status, headers }: Response, now: number): MatrixError {
  const { data } = errorBody.safeParse(answer);
  const wait = data?.retry_after_ms ?? readRetryAfter(headers.get('retry-after') ?? '', now);
  const body = { errcode: data?.errcode ?? '', error: data?.error || `status ${status}` };
  return new MatrixError(wait === undefined ? body : { ...body, retry_after_ms: wait }, status);
}

/** Milliseconds from a `Retry-After` header, which names seconds or a date; undefined if it doesn't. */
function readRetryAfter(header: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Whether trying again later can help. */
export function isPassing(fault: unknown): boolean {
  return !(fault instanceof MatrixError) || fault.errcode === '' || fault.statusCode === 429 || fault.statusCode >= 500;
}

const accountFaults: ReadonlySet<string> = new Set(['M_UNKNOWN_TOKEN', 'M_MISSING_TOKEN', 'M_USER_DEACTIVATED', 'M_USER_LOCKED']);

/** Whether the homeserver does not let us in (any more). */
export function isTokenRefused(fault: unknown): boolean {
  return fault instanceof MatrixError && accountFaults.has(fault.errcode);
}

/** Whether the homeserver has certainly not done what we asked for. */
export function isRefused(fault: unknown): boolean {
  if (!(fault instanceof MatrixError)) return false;
  return fault.statusCode === 429 || (fault.errcode !== '' && fault.statusCode < 500);
}

/** Whether what we asked for isn't there, or isn't known to an older homeserver. */
export function isAbsent(fault: unknown): fault is MatrixError {
  return fault instanceof MatrixError && (fault.errcode === 'M_NOT_FOUND' || fault.errcode === 'M_UNRECOGNIZED');
}

/** Whether we may not do what we asked for. */
export function isForbidden(fault: unknown): boolean {
  return fault instanceof MatrixError && fault.errcode === 'M_FORBIDDEN';
}

/** The wait in milliseconds that the homeserver asked for. */
export function retryAfter(fault: unknown): number | undefined {
  return fault instanceof MatrixError ? fault.retryAfterMs : undefined;
}

/** What went wrong, in a few words for the operator. */
export function describe(fault: unknown): string {
  if (fault instanceof MatrixError) return `${fault.errcode} ${fault.error}`.trim().slice(0, 300);
  if (fault instanceof z.ZodError) return 'the answer is not what a Matrix homeserver would say';
  if (!(fault instanceof Error)) return String(fault);
  const { cause } = fault;
  // Where a name has several addresses, the cause has no message.
  return cause instanceof Error ? cause.message || ('code' in cause && String(cause.code)) || fault.message : fault.message;
}

/** Sends what matrix-bot-sdk says to our log; it knows one log per process. Of objects only an error's message is kept. */
export function routeSdkLog(log: Logger): void {
  const say =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') =>
    (module: string, ...parts: unknown[]) => {
      const words = parts.map((part) => (part instanceof Error ? part.message : typeof part === 'string' ? part : ''));
      log[level]({ module }, words.filter((word) => word !== '').join(' '));
    };
  const logger: ILogger = { trace: say('trace'), debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  LogService.setLogger(logger);
  LogService.setLevel(LogLevel.INFO);
}
