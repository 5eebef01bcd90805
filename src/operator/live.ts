/** What the open pages are told: how it is when they open, and from then on what is different. */
import type { Readable } from 'node:stream';
import type { AuditEntry, Incoming, Letters, Sample } from '../../web/operator/wire.ts';
import type { Clock } from '../clock.ts';
import { EventStreams, eventText } from '../http/event-streams.ts';
import type { LogLines } from './log-lines.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Source } from './source.ts';

/** What it is made of. */
export interface LiveOptions {
  readonly source: Source;
  /** What was noted so far. */
  readonly samples: () => readonly Sample[];
  readonly lines: LogLines;
  /** Where one signs in; undefined where nobody has to. */
  readonly sessions: Sessions | undefined;
  readonly clock: Clock;
}

/** So many pages may be open. */
const MAX_PAGES = 20;
/** While one is, what is in memory is looked at so often, in milliseconds, and the database after so many looks at the latest. */
const PACE = 500;
const LOOKS = 4;
/** When it has not answered after so long, in milliseconds, that is told. */
const PATIENCE = 2_000;
/** A page that is so many bytes behind is cut off: twice what it is told first, at most. */
const MAX_BEHIND = 4_000_000;
/** So many lines of the log are sent at once: more can't be read anyway. */
const MAX_LINES = 100;

/** All open pages. */
export class Live {
  readonly #options: LiveOptions;
  readonly #streams: EventStreams;
  readonly #pages = new Map<Readable, Session | undefined>();
  /** What was told last, by the name of the event. */
  readonly #told = new Map<keyof Incoming, string>();
  /** The last line of the log that was told. */
  #line = 0;
  #cancel: (() => void) | undefined;
  /** How many looks ago the database was asked. */
  #asked = 0;
  #isAsking = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#streams = new EventStreams(options.clock, MAX_BEHIND);
  }

  /** Opens a page's stream; undefined when there are too many. */
  open(session: Session | undefined): Readable | undefined {
    if (this.#pages.size >= MAX_PAGES) return undefined;
    // Those who are here are told what they have not heard: this page is about to be told all of it.
    if (this.#cancel === undefined) this.#begin();
    else this.#look();
    const { source, samples, lines, clock } = this.#options;
    const hello = { now: clock.now(), ids: source.ids() };
    const log = lines.after(0);
    const first = [
      eventText('hello', hello),
      ...this.#told.values(),
      eventText('samples', samples()),
      eventText('log', { ...log, missed: 0 }),
    ];
    const stream = this.#streams.open(first.join(''));
    this.#pages.set(stream, session);
    stream.once('close', () => this.#pages.delete(stream));
    this.#ask();
    return stream;
  }

  /** A sample was taken. */
  sampled(sample: Sample): void {
    this.#streams.tell(eventText('samples', [sample]));
  }

  /** Something was done from a page: all of them show at once what is so now. */
  stir(): void {
    if (this.#cancel === undefined) return;
    this.#look();
    // The database may be answering already, without what was done: then it is asked again at the next look.
    this.#asked = LOOKS;
    this.#ask();
  }

  /** Ends the pages of whoever signed out. */
  dismiss(session: Session): void {
    this.#out((one) => one === session, 'You have signed out.');
  }

  /** Ends all pages: they come back when the bridge does. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#streams.close();
    this.#pages.clear();
  }

  /** The first page came: what was told before is of another time. */
  #begin(): void {
    this.#told.clear();
    this.#line = this.#options.lines.last;
    this.#look();
    this.#later();
  }

  #later(): void {
    this.#cancel = this.#options.clock.after(PACE, () => {
      this.#cancel = undefined;
      if (this.#pages.size === 0) return;
      this.#look();
      this.#asked += 1;
      if (this.#asked >= LOOKS) this.#ask();
      this.#later();
    });
  }

  #look(): void {
    const { source, lines, sessions } = this.#options;
    if (sessions)
      this.#out((one) => one !== undefined && !sessions.holds(one), 'That was twelve hours. Bring the token once more.');
    this.#tell('state', source.state());
    this.#tell('servers', source.servers());
    this.#tell('bans', source.bans());
    if (lines.last === this.#line) return;
    const log = lines.after(this.#line, MAX_LINES);
    this.#line = lines.last;
    this.#streams.tell(eventText('log', log));
  }

  /** Asks the database, unless it has not answered yet. */
  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#asked = 0;
    const { source, clock } = this.#options;
    const unknown = () => 'unknown' as const;
    const tell = ([letters, audit]: [Letters | 'unknown', readonly AuditEntry[] | 'unknown']) => {
      this.#tell('letters', letters);
      this.#tell('audit', audit);
    };
    const cancel = clock.after(PATIENCE, () => tell([unknown(), unknown()]));
    void Promise.all([source.letters().catch(unknown), source.audit().catch(unknown)]).then((answers) => {
      cancel();
      this.#isAsking = false;
      tell(answers);
    });
  }

  /** Tells all pages what is different from what they were told. */
  #tell<Name extends keyof Incoming>(name: Name, data: Incoming[Name]): void {
    const text = eventText(name, data);
    if (this.#told.get(name) === text) return;
    this.#told.set(name, text);
    this.#streams.tell(text);
  }

  #out(whose: (session: Session | undefined) => boolean, why: string): void {
    for (const [stream, session] of this.#pages) if (whose(session)) this.#streams.end(stream, eventText('out', { why }));
  }
}
