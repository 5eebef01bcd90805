/** The outgoing side of a socket, as far as it can be held. */
export interface Held {
  cork(): void;
  uncork(): void;
}

/**
 * Lets nothing out before it is kept what it depends on.
 *
 * All that happens until the event loop turns is one batch: it is worked on, and what has to be answered waits in the socket's
 * buffer until the batch is kept. What comes later waits for the next batch, so that a steady flow can't hold the buffer for ever.
 */
export class Gate {
  readonly #kept: () => Promise<void> | undefined;
  readonly #stream: Held;
  #state: 'open' | 'batch' | 'closed' | 'shut' = 'open';
  /** When the latest of what was noted is kept. */
  #latest: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  constructor(stream: Held, kept: () => Promise<void> | undefined) {
    this.#stream = stream;
    this.#kept = kept;
  }

  /** Something may have been noted: what is written from now on leaves when that is kept. */
  touch(): void {
    const kept = this.#kept();
    if (kept === undefined) return;
    this.#latest = kept;
    if (this.#state === 'open') this.#close();
  }

  /** Goes on now, or with the next batch. */
  pass(action: () => void): void {
    if (this.#state === 'closed') this.#waiting.push(action);
    else if (this.#state !== 'shut') action();
  }

  /** Resolves when nothing is held. */
  async opened(): Promise<void> {
    while (this.#state === 'batch' || this.#state === 'closed') {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Lets nobody pass any more: the connection ends. */
  shut(): void {
    this.#state = 'shut';
    this.#waiting = [];
  }

  #close(): void {
    this.#state = 'batch';
    this.#stream.cork();
    setImmediate(() => void this.#release());
  }

  async #release(): Promise<void> {
    if (this.#state === 'shut') return;
    this.#state = 'closed';
    const latest = this.#latest;
    this.#latest = undefined;
    await latest;
    if (this.#isShut()) return;
    this.#stream.uncork();
    this.#state = 'open';
    if (this.#latest !== undefined) this.#close();
    for (const action of this.#waiting.splice(0)) action();
  }

  #isShut(): boolean {
    return this.#state === 'shut';
  }
}
