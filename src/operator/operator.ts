/** The operator's page: how the bridge is at a look, what is wrong, and what can be done about it. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Assets, loadAssets } from '../http/assets.ts';
import type { Route } from '../http/route.ts';
import { History, type Reading } from './history.ts';
import { Live } from './live.ts';
import type { LogLines } from './log-lines.ts';
import { operatorRoutes, PREFIX } from './routes.ts';
import { Sessions } from './sessions.ts';
import type { Source } from './source.ts';

/** What the page is made of. */
export interface OperatorOptions {
  readonly http: NonNullable<Config['http']>;
  readonly source: Source;
  /** Reads what is counted; absent where nothing is. */
  readonly read?: () => Promise<Reading>;
  readonly lines: LogLines;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The page of one bridge. */
export class Operator {
  readonly http: OperatorOptions['http'];
  readonly source: Source;
  readonly live: Live;
  /** Who is signed in; undefined where nobody has to. */
  readonly sessions: Sessions | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly routes: readonly Route[];
  /** The page's files; undefined where it was not built. */
  readonly assets: Assets | undefined;
  readonly #history: History | undefined;
  #url: string | undefined;

  constructor({ http, source, read, lines, clock, log }: OperatorOptions) {
    this.http = http;
    this.source = source;
    this.clock = clock;
    this.log = log;
    this.sessions = http.operatorToken === undefined ? undefined : new Sessions(http.operatorToken, clock);
    this.#history = read && new History({ clock, read, taken: (sample) => this.live.sampled(sample) });
    this.live = new Live({ source, samples: () => this.#history?.samples ?? [], lines, sessions: this.sessions, clock });
    this.routes = operatorRoutes(this);
    try {
      this.assets = loadAssets(['parts', 'operator']);
    } catch (error) {
      log.warn({ err: error }, "The operator's page is not there; run `npm run build`.");
    }
  }

  /** Where people reach the bridge, without a `/` at its end. */
  get base(): string | undefined {
    return this.http.publicUrl ?? this.#url;
  }

  /** The bridge serves now. @param url where */
  start(url: string): void {
    this.#url = url;
    this.#history?.start();
    const who = this.sessions ? 'for whoever has the token' : 'for browsers on this machine';
    if (this.sessions || this.http.publicUrl === undefined) this.log.info(`Operator's page, ${who}: ${this.base}${PREFIX}`);
  }

  /** Ends all that it does by itself. */
  stop(): void {
    this.#history?.stop();
    this.live.close();
  }
}
