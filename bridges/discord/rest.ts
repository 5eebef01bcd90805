/** Requests to Discord's REST interface: each can be given up, and no limit that Discord told of is ever overrun. */
import { DefaultRestOptions, RateLimitError, type RawFile, REST } from 'discord.js';
import type { Clock } from '../../src/clock.ts';

type Send = typeof DefaultRestOptions.makeRequest;
type Answer = Awaited<ReturnType<Send>>;
type Route = `/${string}`;

/** How a request is made. */
interface RequestOptions {
  readonly query?: URLSearchParams;
  readonly body?: unknown;
  /** Sent along with the body. */
  readonly files?: RawFile[];
  /** Why, for the audit log of the guild. */
  readonly reason?: string;
  /** False for requests that a webhook's token in the route allows. */
  readonly auth?: false;
  /** Ends the wait for the answer. */
  readonly signal?: AbortSignal | undefined;
  /** Whether a short limit is waited for, rather than told at once. By default only where nobody sets a time with `signal`. */
  readonly patient?: boolean;
}

/** The longest limit that is worth waiting for, in milliseconds. */
const longestWait = 10_000;
/** The wait when Discord, or the proxy before it, refuses without a word about time, in milliseconds. */
const unknownWait = 30_000;

export class Requests {
  readonly #rest: REST;
  readonly #token: string;
  readonly #clock: Clock;
  /** Until when requests of a kind are refused; discord.js forgets it when it may not wait itself. */
  readonly #refusedUntil = new Map<string, number>();
  #clockOffset = 0;

  constructor(token: string, url: string | undefined, clock: Clock) {
    this.#token = token;
    this.#clock = clock;
    this.#rest = new REST({
      ...(url !== undefined && { api: url }),
      // Requests are repeated by the core, which knows what may be sent twice, and to which rooms it is slow.
      retries: 0,
      rejectOnRateLimit: () => true,
      makeRequest: (address, init) => this.#send(address, init),
    });
  }

  /** By how many milliseconds Discord's clock is ahead of ours, to about a second; 0 before the first answer. */
  get clockOffset(): number {
    return this.#clockOffset;
  }

  /**
   * The answer's body.
   * @throws {RateLimitError} when Discord doesn't take it before a time that it told; anything else that discord.js throws
   */
  async request(
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    route: Route,
    options: RequestOptions = {},
  ): Promise<unknown> {
    const { signal, patient = signal === undefined, query, body, files, reason, auth } = options;
    const request = (own: { signal?: AbortSignal }) =>
      // With the token, which discord.js drops when it is refused once.
      this.#rest.setToken(this.#token)[method](route, {
        ...(query && { query }),
        ...(body !== undefined && { body }),
        ...(files && { files }),
        ...(reason !== undefined && { reason }),
        ...(auth === false && { auth }),
        ...own,
      });
    for (;;) {
      try {
        return await abortable(signal, request);
      } catch (error) {
        if (!patient || !(error instanceof RateLimitError) || error.retryAfter > longestWait) throw error;
        await this.#wait(error.retryAfter, signal);
      }
    }
  }

  #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    let cancel = () => {};
    const over = new Promise<void>((resolve) => {
      cancel = this.#clock.after(ms, resolve);
    });
    return abortable(signal, () => over).finally(cancel);
  }

  async #send(address: string, init: Parameters<Send>[1]): Promise<Answer> {
    const kind = kindOf(init.method ?? 'GET', address);
    const left = (this.#refusedUntil.get(kind) ?? 0) - this.#clock.now();
    if (left > 0) return refusal(left, false);
    this.#refusedUntil.delete(kind);
    const answer = await DefaultRestOptions.makeRequest(address, init);
    const date = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.#clockOffset = date - this.#clock.now();
    if (answer.status !== 429) {
      // discord.js forgets what the first answer of a kind said.
      if (answer.headers.get('x-ratelimit-remaining') === '0') this.#refusedUntil.set(kind, this.#clock.now() + resetOf(answer));
      return answer;
    }
    const { wait, global } = await limitOf(answer);
    this.#refusedUntil.set(kind, this.#clock.now() + wait);
    return refusal(wait, global);
  }
}

/** What shares a limit: a method and a path, where the messages of one webhook or channel are one, and the reactions to them. */
function kindOf(method: string, address: string): string {
  return `${method} ${new URL(address).pathname.replace(/\/messages\/\d+(?:(\/reactions)\/.*)?$/, '/messages$1')}`;
}

/** How long to wait: Discord tells it in its body more exactly than in the header, which proxies fill in as well. */
async function limitOf(answer: Answer): Promise<{ wait: number; global: boolean }> {
  const body: unknown = await answer
    .text()
    .then(JSON.parse)
    .catch(() => undefined);
  const told = typeof body === 'object' && body !== null ? body : undefined;
  const exact = told && 'retry_after' in told ? Number(told.retry_after) : Number.NaN;
  const rough = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const seconds = [exact, rough].find((wait) => wait > 0 && Number.isFinite(wait));
  // A page that isn't Discord's is by the proxy before it, and keeps out everything from this address.
  const global = told === undefined || ('global' in told && told.global === true) || answer.headers.has('x-ratelimit-global');
  return { wait: seconds === undefined ? unknownWait : seconds * 1_000, global };
}

/** After how many milliseconds more is taken. */
function resetOf({ headers }: Answer): number {
  const seconds = Number(headers.get('x-ratelimit-reset-after') ?? Number.NaN);
  return seconds > 0 ? seconds * 1_000 : 0;
}

/** A refusal as discord.js reads it. */
function refusal(ms: number, global: boolean): Answer {
  const headers = { 'retry-after': String(ms / 1_000), ...(global && { 'x-ratelimit-global': 'true' }) };
  return new Response(null, { status: 429, headers });
}

/**
 * Waits no longer than the signal allows: discord.js waits for its turn without looking at it.
 * @param request gets a signal of its own, since discord.js never takes its listener off
 */
async function abortable<T>(
  signal: AbortSignal | undefined,
  request: (options: { signal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return request({});
  signal.throwIfAborted();
  const ending = new AbortController();
  let end = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = () => {
      ending.abort();
      reject(new DOMException('The time for this attempt is over', 'AbortError'));
    };
  });
  signal.addEventListener('abort', end);
  try {
    return await Promise.race([request({ signal: ending.signal }), ended]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
