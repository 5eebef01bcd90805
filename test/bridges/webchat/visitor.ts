/** A web chat over real HTTP, and people with browsers of their own. */
import { onTestFinished } from 'vitest';
import { type Extras, WebChat } from '../../../bridges/webchat/chat.ts';
import { configSchema } from '../../../bridges/webchat/config.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { eventId, type Message, type Place, type RoomRef, type ServerId } from '../../../src/event.ts';
import { HttpServer } from '../../../src/http/server.ts';
import { literal } from '../../../src/text/tree.ts';
import type { Answer, Entry, Incoming, Requests, Welcome } from '../../../web/chat/wire.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { eventsIn } from '../../support/event-stream.ts';
import { Recorder, type TestHost, type TestHostOptions, testHost } from '../../support/host.ts';

/** One web chat, served. */
export interface Site {
  readonly chat: WebChat;
  readonly host: TestHost;
  readonly url: string;
  stop(): Promise<void>;
}

export interface SiteOptions extends Omit<TestHostOptions, 'webUrl'> {
  readonly config?: Record<string, unknown>;
  readonly extras?: Extras;
  readonly publicUrl?: string;
  readonly port?: number;
}

/** Starts one with guests. It ends with the test. */
export async function startSite({
  config = { guests: true },
  extras,
  publicUrl,
  port = 0,
  ...options
}: SiteOptions = {}): Promise<Site> {
  let http: HttpServer | undefined;
  const clock: Clock = options.clock ?? systemClock;
  const host = testHost({ id: 'web', rooms: ['main'], ...options, webUrl: () => publicUrl ?? http?.url ?? '' });
  const chat = new WebChat(configSchema.parse(config), host, extras);
  http = await HttpServer.start({ host: '127.0.0.1', port, routes: chat.routes, clock, log: host.log });
  await chat.start();
  const stop = async () => {
    await chat.stop();
    await http?.stop();
  };
  onTestFinished(stop);
  return { chat, host, url: http.url, stop };
}

/** Somebody with a browser. */
export class Visitor {
  readonly site: Pick<Site, 'url'>;
  cookie = '';

  constructor(site: Pick<Site, 'url'>) {
    this.site = site;
  }

  /** Gets in with a nickname. */
  static async enter(site: Pick<Site, 'url'>, name: string): Promise<Visitor> {
    const visitor = new Visitor(site);
    const answer = await visitor.post('guest', { name });
    if (answer.fault !== undefined) throw new Error(answer.fault);
    return visitor;
  }

  /** Asks for something as a browser does. */
  async fetch(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const answer = await fetch(`${this.site.url}/chat/${path}`, {
      redirect: 'manual',
      ...init,
      headers: { ...(this.cookie && { cookie: this.cookie }), ...init.headers },
    });
    for (const set of answer.headers.getSetCookie()) this.#keep(set);
    return answer;
  }

  /** Sends what the page sends. */
  async post<Path extends keyof Requests>(path: Path, body: Requests[Path]): Promise<Answer & { status: number }> {
    const answer = await this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.site.url },
      body: JSON.stringify(body),
    });
    return { status: answer.status, ...((await answer.json()) as Answer) };
  }

  /** Says something. */
  say(text: string, more: Partial<Requests['say']> = {}): Promise<Answer & { status: number }> {
    return this.post('say', { room: 'main', text, nonce: crypto.randomUUID(), ...more });
  }

  async welcome(): Promise<Welcome> {
    return (await (await this.fetch('welcome')).json()) as Welcome;
  }

  /** Opens the stream. @param last the event that was heard last */
  async open(last = ''): Promise<Page> {
    const ending = new AbortController();
    onTestFinished(() => ending.abort());
    const answer = await this.fetch('events', { headers: last === '' ? {} : { 'last-event-id': last }, signal: ending.signal });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    return new Page(answer, () => ending.abort());
  }

  #keep(set: string): void {
    const [pair = ''] = set.split(';');
    const name = `${pair.split('=')[0]}=`;
    const others = this.cookie.split('; ').filter((one) => one !== '' && !one.startsWith(name));
    this.cookie = [...others, ...(/Max-Age=0(;|$)/.test(set) ? [] : [pair])].join('; ');
  }
}

type Heard = { readonly [Name in keyof Incoming]: { readonly name: Name; readonly data: Incoming[Name] } }[keyof Incoming];

/** A page that is open. */
export class Page {
  readonly heard = new Recorder<Heard>();
  /** The texts of the entries as they came, `name: text`. */
  readonly lines = new Recorder<string>();
  /** Resolves when the bridge has ended the stream. */
  readonly ended: Promise<void>;
  /** What a browser would say when it comes back. */
  last = '';
  readonly close: () => void;

  constructor(answer: Response, close: () => void) {
    this.close = close;
    this.ended = this.#read(answer).catch(() => {});
  }

  async waitFor<Name extends keyof Incoming>(
    name: Name,
    fits: (data: Incoming[Name]) => boolean = () => true,
  ): Promise<Incoming[Name]> {
    const found = await this.heard.waitFor((one) => one.name === name && fits(one.data as Incoming[Name]));
    return found.data as Incoming[Name];
  }

  /** The entry that has these words. */
  entry(text: string): Promise<Entry> {
    return this.waitFor('entry', (entry) => wordsOf(entry) === text);
  }

  async #read({ body }: Response): Promise<void> {
    for await (const event of eventsIn(body)) this.#take(event);
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
    this.last = field('id') || this.last;
    const one = { name: field('event'), data: JSON.parse(field('data')) } as Heard;
    if (one.name === 'entry') this.lines.add(`${one.data.author?.name ?? ''}: ${wordsOf(one.data)}`);
    this.heard.add(one);
  }
}

/** The words of an entry, without markup. */
export function wordsOf({ body }: Pick<Entry, 'body'>): string {
  return body.map((node) => ('text' in node ? node.text : '')).join('');
}

let count = 0;

/** What a player says, as the core hands it over. */
export function fromPlayer(text: string, more: Partial<Message> = {}): Message {
  const place: Place = { kind: 'server', server: 'alpha' as ServerId };
  count += 1;
  return {
    kind: 'message',
    id: eventId(place, String(count)),
    at: Date.now(),
    place,
    tag: 'alpha',
    author: { id: '7', name: 'Gordon' },
    body: literal(text),
    attachments: [],
    ...more,
  };
}

/** Delivers a message to the room `main`. @returns its id there */
export async function deliver({ chat }: Site, message: Message): Promise<string> {
  const one = new TestAttempt();
  await chat.send('main' as RoomRef, message, one);
  return one.shown[0] ?? '';
}
