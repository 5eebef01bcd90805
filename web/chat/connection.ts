/** The connection to the bridge: what comes in, how it stands, and whether one is still signed in. */
import { h } from '../parts/dom.ts';
import { Stream, type StreamState } from '../parts/stream.ts';
import type { Incoming, Me, Welcome } from './wire.ts';

/** What is done with each event. */
export type Handlers = { readonly [Name in keyof Incoming]: (data: Incoming[Name]) => void };

const STATES: Readonly<Record<StreamState, string>> = {
  connecting: 'Connecting …',
  open: 'Connected',
  waiting: 'No connection. Trying again …',
};

/** A connection that comes back by itself, until one is signed out. */
export class Connection {
  /** Says how it stands. */
  readonly element = h('p', { class: 'state', role: 'status' });
  readonly #me: Me;
  readonly #handlers: Handlers;
  readonly #stream: Stream;

  constructor(me: Me, handlers: Handlers) {
    this.#me = me;
    this.#handlers = handlers;
    this.#stream = new Stream({
      url: 'events',
      names: Object.keys(handlers),
      heard: (name, data) => this.#heard(name as keyof Incoming, data as never),
      changed: (state) => this.#changed(state),
      mayGoOn: () => this.#mayGoOn(),
    });
  }

  open(): void {
    this.#stream.open();
  }

  /** Ends it for good. */
  close(): void {
    this.#stream.close();
  }

  #heard<Name extends keyof Incoming>(name: Name, data: Incoming[Name]): void {
    this.#handlers[name](data);
  }

  #changed(state: StreamState): void {
    this.element.textContent = STATES[state];
    this.element.dataset['state'] = state;
  }

  /** Whether they are still signed in. Rejects when the bridge can't be reached. */
  async #mayGoOn(): Promise<boolean> {
    const answer = await fetch('welcome');
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const { me } = (await answer.json()) as Welcome;
    if (me?.person.key === this.#me.person.key) return true;
    this.#handlers.out({ why: 'You are not signed in any more.' });
    return false;
  }
}
