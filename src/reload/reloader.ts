/** Reads the configuration anew when somebody asks, one time after the other, and lets whatever runs follow it. */
import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config.ts';
import { type Actor, ControlError } from '../control.ts';

/** Follows another configuration. @returns what is so now @throws {ControlError} or {ConfigError} when nothing has changed */
type Follow = (next: Config, by: Actor) => Promise<string>;

/** What reading takes. */
export interface ReloaderOptions {
  /** Reads it as it is written now. @throws {ConfigError} */
  readonly read: () => Promise<Config>;
  /** It holds from now on. */
  readonly accepted: (config: Config) => void;
  readonly log: Logger;
}

/** Reads the configuration of one process. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #follow: Follow | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
  }

  /** This follows from now on, until something else does. */
  followedBy(follow: Follow): void {
    this.#follow = follow;
  }

  /**
   * Reads it anew. What came of it stands in the log as well.
   * @returns what is so now: sentences
   * @throws {ControlError} when nothing has changed, and why
   */
  reload(by: Actor): Promise<string> {
    const done = this.#turn.then(() => this.#reload(by));
    this.#turn = done.catch(() => {});
    return done;
  }

  async #reload(by: Actor): Promise<string> {
    const { read, accepted, log } = this.#options;
    const who = { who: `${by.name} (${by.via} ${by.id})` };
    try {
      if (!this.#follow) throw new ControlError('The bridge does not run yet.');
      const next = await read();
      const words = await this.#follow(next, by);
      accepted(next);
      for (const sentence of [words, ...next.notes]) log.info(who, sentence);
      return words;
    } catch (error) {
      const why =
        error instanceof ConfigError ? error.problems.join(' ') : error instanceof ControlError ? error.message : undefined;
      if (why === undefined) {
        log.error({ ...who, err: error }, 'the configuration could not be read anew, because of a fault in the bridge');
        throw error;
      }
      const sentence = `The configuration was read anew, and nothing has changed. ${why}`;
      log.error(who, sentence);
      throw new ControlError(sentence);
    }
  }
}
