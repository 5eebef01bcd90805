/** Sources, and that what each of them hands over is taken in that order. */

/** The turns of sources. */
export class Sources {
  /** From a source to the end of its last turn. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /**
   * Calls `take` when `ready` is there and the source's turns before are over. The next turn does not wait for what `take` promises,
   * and a fault is that of its own turn only.
   */
  inTurn<Ready>(source: string, ready: Promise<Ready>, take: (ready: Ready) => Promise<void> | undefined): Promise<void> {
    // Wrapped: what is promised is not waited for.
    const turn = Promise.all([ready, this.#turns.get(source)]).then(([found]) => ({ taken: take(found) }));
    this.#turns.set(
      source,
      turn.catch(() => {}),
    );
    return turn.then(({ taken }) => taken);
  }
}
