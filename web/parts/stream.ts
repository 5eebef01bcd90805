/** What comes in: server-sent events, again and again until the page is closed. */

/** Where a stream stands. */
export type StreamState = 'connecting' | 'open' | 'waiting';

/** What a stream is made with. */
export interface StreamOptions {
  /** Where it comes from, relative to the page. */
  readonly url: string;
  /** The names of the events. */
  readonly names: readonly string[];
  /** An event, with its data out of JSON. */
  readonly heard: (name: string, data: unknown) => void;
  readonly changed: (state: StreamState) => void;
  /** Asked before each new try: whether to go on. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** Pauses between two tries, in milliseconds: the first, and the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** The bridge tells every 20 s that all is well. When nothing comes for so long, the connection is dead, whatever the browser thinks. */
const SILENCE = 50_000;

/** A stream that comes back by itself, and says where it stopped. */
export class Stream {
  readonly #options: StreamOptions;
  #source: EventSource | undefined;
  /** The last event that had a number. */
  #last = '';
  #pause = FIRST_PAUSE;
  #timer = 0;
  #ended = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    // Nobody needs to wait who has just come back to the page, or to the network.
    addEventListener('online', () => this.#hurry());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#hurry();
    });
  }

  /** Begins. */
  open(): void {
    const { url, names, heard, changed } = this.#options;
    clearTimeout(this.#timer);
    changed('connecting');
    const source = new EventSource(`${url}?last=${encodeURIComponent(this.#last)}`);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#pause = FIRST_PAUSE;
      changed('open');
      this.#watch();
    });
    source.addEventListener('error', () => this.#broke());
    source.addEventListener('beat', () => this.#watch());
    for (const name of names) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (source !== this.#source) return;
        this.#watch();
        heard(name, JSON.parse(event.data));
        if (event.lastEventId !== '') this.#last = event.lastEventId;
      });
    }
  }

  /** Ends for good. */
  close(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#broke(), SILENCE);
  }

  /** Browsers try again by themselves after some failures and not after others: we always do. */
  #broke(): void {
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#timer);
    if (this.#ended) return;
    this.#options.changed('waiting');
    // Not all pages at once.
    this.#timer = setTimeout(() => void this.#again(), this.#pause * (0.5 + Math.random()));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #hurry(): void {
    if (this.#source !== undefined || this.#ended) return;
    clearTimeout(this.#timer);
    void this.#again();
  }

  async #again(): Promise<void> {
    const goesOn = await this.#options.mayGoOn().catch(() => undefined);
    if (this.#source !== undefined) return;
    if (goesOn === true) this.open();
    else if (goesOn === undefined) this.#broke();
  }
}
