/** What a test can ask about afterwards: the latest requests, and everything that broke a rule. */

/** How many of each are kept. */
const KEPT = 2000;

/** A request that was answered, or that was left without an answer on purpose. */
export interface RequestRecord {
  readonly method: string;
  /** As `METHOD /path/:parameter`; `unknown` when there is no such route. */
  readonly route: string;
  /** Without a webhook's token. */
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
  /** Names of the files that came with it. */
  readonly files: readonly string[];
  /** The answer's status; 0 for none. */
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Something that Discord's documentation forbids. */
export interface Violation {
  readonly kind: 'body' | 'rate limit' | 'gateway';
  /** The route, or what happened on the gateway. */
  readonly where: string;
  /** Discord's own code where it has one. */
  readonly code: number;
  readonly detail: string;
}

/** Keeps the latest. */
export class Log<T> {
  readonly entries: T[] = [];

  add(entry: T): void {
    this.entries.push(entry);
    if (this.entries.length > KEPT) this.entries.shift();
  }
}
