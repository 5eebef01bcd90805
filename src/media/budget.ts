/** How much may be in memory at once. */

/** Bytes that are lent out, first come, first served. */
export class Budget {
  #left: number;
  readonly #total: number;
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];

  constructor(total: number) {
    this.#total = total;
    this.#left = total;
  }

  /**
   * Waits until so many bytes are free, and takes them: all there are, where it asks for more. Gives what gives them back.
   * @throws the signal's reason
   */
  async take(bytes: number, signal: AbortSignal): Promise<() => void> {
    const share = Math.min(bytes, this.#total);
    signal.throwIfAborted();
    if (this.#waiting.length > 0 || share > this.#left) await this.#turn(share, signal);
    else this.#left -= share;
    return () => {
      this.#left += share;
      this.#serve();
    };
  }

  #turn(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
        reject(signal.reason);
        // It may have been in the way of smaller ones.
        this.#serve();
      };
      const one = {
        bytes,
        go: () => {
          signal.removeEventListener('abort', end);
          resolve();
        },
      };
      this.#waiting.push(one);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  #serve(): void {
    for (let [next] = this.#waiting; next !== undefined && next.bytes <= this.#left; [next] = this.#waiting) {
      this.#waiting.shift();
      this.#left -= next.bytes;
      next.go();
    }
  }
}
