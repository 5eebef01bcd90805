/** Faults on order: what goes wrong with the next requests. */

/** What happens instead of a proper answer. */
export interface Fault {
  /** Whether the request takes effect all the same, so that only its answer is lost. */
  readonly stored: boolean;
  /** No answer at all, a broken connection, or this answer. */
  readonly answer: 'hang' | 'reset' | FaultyAnswer;
}

export interface FaultyAnswer {
  readonly status: number;
  /** JSON, or the page of a proxy. Default: Discord's, for a 429 that of a rate limit; a page for 5xx. */
  readonly body?: object | 'page';
  /** A 429's wait, in seconds; with a `body` of your own, it is in the header alone. */
  readonly retryAfter?: number;
  /** Whether a 429 is for the whole bot. */
  readonly global?: boolean;
  /** Whether a 429 comes with headers; default true. Without them, only its body says how long to wait. */
  readonly headers?: boolean;
}

/** The faults that are still to come. */
export class Faults {
  readonly #routes: ReadonlySet<string>;
  #planned: { left: number; readonly route: string | undefined; readonly fault: Fault }[] = [];

  constructor(routes: ReadonlySet<string>) {
    this.#routes = routes;
  }

  /**
   * The next so many requests go wrong.
   * @param route as `METHOD /path/:parameter`; all routes when left out
   * @throws {RangeError} when there is no such route
   */
  next(count: number, fault: Fault, route?: string): void {
    if (route !== undefined && !this.#routes.has(route))
      throw new RangeError(`no route ${route}: ${[...this.#routes].join(', ')}`);
    this.#planned.push({ left: count, route, fault });
  }

  /** Nothing more goes wrong. */
  clear(): void {
    this.#planned = [];
  }

  /** What goes wrong with this request. */
  take(route: string): Fault | undefined {
    const plan = this.#planned.find((planned) => planned.route === undefined || planned.route === route);
    if (!plan) return undefined;
    plan.left--;
    this.#planned = this.#planned.filter(({ left }) => left > 0);
    return plan.fault;
  }
}
