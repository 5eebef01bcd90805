/** One thing after the other for each person, and nobody waits for anybody else. */
export class Turns {
  /** From a person to the end of their last turn. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /** Does something after all that is under way for the same person, whatever became of that. */
  take<T>(person: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(person) ?? Promise.resolve()).then(act);
    const over = turn
      .catch(() => {})
      .then(() => {
        if (this.#turns.get(person) === over) this.#turns.delete(person);
      });
    this.#turns.set(person, over);
    return turn;
  }
}
