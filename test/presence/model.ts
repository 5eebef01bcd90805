/** Who is to be seen on the network, by the rules alone: what the property test holds the bridge to. */

/** What can happen. Users are named by their ids. */
export type Step =
  | { readonly kind: 'speak' | 'leave' | 'kick'; readonly user: string }
  | { readonly kind: 'rename'; readonly user: string; readonly name: string }
  | { readonly kind: 'idle' | 'restart' | 'crash' | 'cut' | 'mend' }
  | { readonly kind: 'server restart'; readonly server: string };

/** The network as it has to be. */
export class Model {
  /** What each user is called. */
  readonly names = new Map<string, string>();
  isConnected = true;
  /** Those who are seen, by what they are called there. */
  readonly #seen = new Map<string, string>();
  /** Those who were kicked, and are not heard. */
  readonly #muted = new Set<string>();
  /** What happened while there was no connection, and what it does to those who are seen. */
  #waiting: (() => void)[] = [];

  /** Takes a step. What is said while there is no connection waits for it, in order. */
  take(step: Step): void {
    switch (step.kind) {
      case 'speak':
        if (!this.#muted.has(step.user)) {
          const name = this.names.get(step.user) ?? step.user;
          this.#soon(() => this.#seen.set(step.user, name));
        }
        break;
      case 'rename':
        this.names.set(step.user, step.name);
        this.#soon(() => {
          if (this.#seen.has(step.user)) this.#seen.set(step.user, step.name);
        });
        break;
      case 'leave':
        this.#soon(() => this.#seen.delete(step.user));
        break;
      case 'kick':
        this.#seen.delete(step.user);
        this.#muted.add(step.user);
        break;
      case 'idle':
        this.#seen.clear();
        this.#muted.clear();
        break;
      case 'cut':
        this.isConnected = false;
        break;
      case 'mend':
        this.isConnected = true;
        for (const effect of this.#waiting) effect();
        this.#waiting = [];
        break;
      case 'restart':
      case 'crash':
      case 'server restart':
        break;
    }
  }

  isSeen(user: string): boolean {
    return this.#seen.has(user);
  }

  /** The names of those who are seen. */
  seen(): string[] {
    return [...this.#seen.values()].sort();
  }

  #soon(effect: () => void): void {
    if (this.isConnected) effect();
    else this.#waiting.push(effect);
  }
}
