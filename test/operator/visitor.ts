/** The operator's page over real HTTP, and somebody with a browser. */
import { request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Answer, Incoming, Requests, Welcome } from '../../web/operator/wire.ts';
import { eventsIn } from '../support/event-stream.ts';
import { Recorder } from '../support/host.ts';

type Heard = { readonly [Name in keyof Incoming]: { readonly name: Name; readonly data: Incoming[Name] } }[keyof Incoming];

/** Somebody with a browser, which keeps its cookie. */
export class Visitor {
  readonly url: string;
  cookie = '';

  /** @param url where the bridge serves */
  constructor(url = '') {
    this.url = url;
  }

  /** Asks for something below `/operator/`. */
  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(`${this.url}/operator/${path}`, { headers: this.#headers(headers), redirect: 'manual' });
  }

  /** Asks for something with headers that a browser sets by itself, and that `fetch` does not let anybody set. @param body sent by POST */
  raw(path: string, headers: Record<string, string>, body?: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const options = { method: body === undefined ? 'GET' : 'POST', headers: this.#headers(headers) };
      const asked = request(`${this.url}/operator/${path}`, options, async (answer) => {
        const text = (await answer.toArray()).join('');
        resolve({ status: answer.statusCode ?? 0, text });
      });
      asked.on('error', reject).end(body);
    });
  }

  async welcome(): Promise<Welcome> {
    return (await (await this.get('welcome')).json()) as Welcome;
  }

  /** Sends what the page sends. */
  async post<Path extends keyof Requests>(
    path: Path,
    body: Requests[Path],
    headers: Record<string, string> = {},
  ): Promise<Answer & { status: number }> {
    const answer = await fetch(`${this.url}/operator/${path}`, {
      method: 'POST',
      headers: this.#headers({ 'content-type': 'application/json', origin: this.url, ...headers }),
      body: JSON.stringify(body),
    });
    for (const set of answer.headers.getSetCookie()) this.cookie = /Max-Age=0(;|$)/.test(set) ? '' : (set.split(';')[0] ?? '');
    const text = await answer.text();
    return { status: answer.status, ...(text.startsWith('{') ? (JSON.parse(text) as Answer) : {}) };
  }

  /** Opens the page's stream. */
  async open(): Promise<Page> {
    const ending = new AbortController();
    onTestFinished(() => ending.abort());
    const answer = await fetch(`${this.url}/operator/events`, { headers: this.#headers({}), signal: ending.signal });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    return new Page(answer, () => ending.abort());
  }

  #headers(more: Record<string, string>): Record<string, string> {
    return { ...(this.cookie && { cookie: this.cookie }), ...more };
  }
}

/** A page that is open. */
export class Page {
  readonly heard = new Recorder<Heard>();
  readonly close: () => void;
  /** Resolves when the bridge has ended the stream. */
  readonly ended: Promise<void>;

  constructor({ body }: Response, close: () => void) {
    this.close = close;
    this.ended = this.#read(body).catch(() => {});
  }

  /** The first that fits, past or future. */
  async waitFor<Name extends keyof Incoming>(
    name: Name,
    fits: (data: Incoming[Name]) => boolean = () => true,
  ): Promise<Incoming[Name]> {
    const found = await this.heard.waitFor((one) => one.name === name && fits(one.data as Incoming[Name]), 12_000);
    return found.data as Incoming[Name];
  }

  async #read(body: Response['body']): Promise<void> {
    for await (const event of eventsIn(body)) {
      const [, name = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? [];
      if (name !== 'beat') this.heard.add({ name, data: JSON.parse(data) } as Heard);
    }
  }
}
