/** Group commit: what is to be written at about the same time becomes one transaction. */
import type { Database, Statement } from './database.ts';

interface Group {
  readonly statements: readonly Statement[];
  readonly written: () => void;
}

/** The one who writes to a database. Everything is written in the order of the calls. */
export class Writer {
  readonly #database: Database;
  #waiting: Group[] = [];
  #running: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Adds statements to the next transaction: whatever is added without waiting in between is written together or not at all.
   * Resolves when they would outlive a crash.
   */
  add(...statements: Statement[]): Promise<void> {
    const result = new Promise<void>((written) => {
      this.#waiting.push({ statements, written });
    });
    this.#running ??= this.#run();
    return result;
  }

  /** Like {@link add}, but resolves at once while the database can't be written: for what need not wait to be kept. */
  async addUnlessFaulty(...statements: Statement[]): Promise<void> {
    await this.add(...statements);
  }

  /** Resolves when all that was added so far would outlive a crash; undefined when it already does. */
  flushed(): Promise<void> | undefined {
    return this.#running && this.add();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise(setImmediate);
      const groups = this.#waiting;
      this.#waiting = [];
      await this.#database.write(groups.flatMap(({ statements }) => statements));
      for (const { written } of groups) written();
    }
    this.#running = undefined;
  }
}
