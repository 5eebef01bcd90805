/** The account's connection: logged in, in its rooms, and told of what happens, for as long as that is wanted. */
import { z } from 'zod';
import { AdapterError, type Connection as ConnectionState } from '../../src/adapter.ts';
import { tokenRefused } from './check.ts';
import { describe, isTokenRefused, retryAfter } from './homeserver.ts';
import * as sentences from './sentences.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** The longest pause in milliseconds between two tries to reach the homeserver. */
const maxPause = 60_000;
/** Milliseconds that messages wait for rooms to be joined. */
const visitTime = 5_000;

const whoAmI = z.object({ user_id: z.string() });

export class Connection {
  readonly #options: SessionOptions;
  #session: Session | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The complaint that holds at the moment, so that it is made once. */
  #complaint: string | undefined;
  #refusal: string | undefined;
  /** How often the homeserver answered after it had not. */
  #made = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Undefined as long as we don't know who we are. */
  get session(): Session | undefined {
    return this.#session;
  }

  get state(): ConnectionState {
    const { homeserver_url: url } = this.#options.config;
    return { lost: this.#complaint ?? (this.#made === 0 ? sentences.notAnswered(url) : undefined), made: this.#made };
  }

  /** Why nothing will work any more until the operator acts. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /**
   * Resolves when the homeserver has answered, or can't be reached yet. Doesn't wait until the core has taken what is caught up on: that
   * may take as long as its disk is full.
   * @throws {AdapterError} when it can never work as configured
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isUp = false;
      const up = () => {
        isUp = true;
        resolve();
      };
      this.#running = this.#attempt(up).then(
        (fault) => {
          up();
          return this.#run(fault);
        },
        (refusal) => (isUp ? this.#refuse(refusal) : reject(refusal)),
      );
    });
  }

  /** Resolves when nothing runs any more, after the end was signalled. */
  async ended(): Promise<void> {
    await this.#running;
    const { positions, known, chats, edits, appservice } = this.#options;
    await Promise.all([...[positions, known, chats, edits].map((kept) => kept.settled()), appservice?.settled()]);
  }

  /** @param fault what the attempt before has failed with, if it has */
  async #run(fault: unknown): Promise<void> {
    let failures = 0;
    let last = fault;
    while (!this.#options.ended.aborted) {
      failures = last === undefined ? 0 : failures + 1;
      if (failures > 0) await this.#pause(this.#backOff(failures, retryAfter(last)));
      try {
        last = await this.#attempt();
      } catch (refusal) {
        this.#refuse(refusal);
        return;
      }
    }
  }

  #refuse(refusal: unknown): void {
    this.#refusal = describe(refusal);
    this.#options.host.log.error(this.#refusal);
  }

  /**
   * Logs in and joins the rooms where that is still to be done, and takes the next events.
   * @param answered called when the homeserver has said what the next events are
   * @returns what it has failed with, if trying again can help
   * @throws {AdapterError} if it can't
   */
  async #attempt(answered: () => void = () => {}): Promise<unknown> {
    const { config, host, ended } = this.#options;
    const { homeserver_url: url } = config;
    try {
      this.#session ??= await this.#logIn();
      await this.#visitRooms(this.#session);
      await this.#session.source.follow(this.#session.inbox, answered);
    } catch (fault) {
      if (ended.aborted) return fault;
      if (fault instanceof AdapterError) throw fault;
      if (isTokenRefused(fault)) throw new AdapterError(tokenRefused(config)(url, describe(fault)));
      const complaint = sentences.interrupted(url, describe(fault));
      if (complaint !== this.#complaint) host.log.warn(complaint);
      this.#complaint = complaint;
      return fault;
    }
    if (this.#complaint !== undefined) host.log.info(sentences.resumed(url));
    if (this.#complaint !== undefined || this.#made === 0) this.#made++;
    this.#complaint = undefined;
    return undefined;
  }

  async #logIn(): Promise<Session> {
    const { host, homeserver, appservice } = this.#options;
    await appservice?.register();
    const { user_id: userId } = whoAmI.parse(await homeserver.getWhoAmI());
    appservice?.requireSelf(userId);
    host.log.info(sentences.loggedIn(userId));
    await Promise.all([this.#options.known.restore(host.rooms), this.#options.chats.restore(), this.#options.edits.restore()]);
    return openSession(userId, this.#options);
  }

  /** Looks at the rooms where that is due, and waits for a while only: a room that takes long holds up no other. */
  async #visitRooms({ visits }: Session): Promise<void> {
    if (this.#options.rooms.due().length === 0) return;
    await Promise.race([visits.toDue(), this.#pause(visitTime)]);
  }

  /** As long as the homeserver asked for; else twice as long with every failure, varied so that not everybody comes back at once. */
  #backOff(failures: number, asked: number | undefined): number {
    return Math.min(asked ?? 500 * 2 ** failures * (0.5 + this.#options.host.random() / 2), maxPause);
  }

  /** Waits, unless the adapter is stopped. */
  #pause(ms: number): Promise<void> {
    const { host, ended } = this.#options;
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        ended.removeEventListener('abort', end);
        resolve();
      };
      const cancel = host.clock.after(ms, end);
      ended.addEventListener('abort', end);
    });
  }
}
