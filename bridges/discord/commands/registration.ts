/** Lets Discord know the commands, in every guild that the bot is in, and in its private chats. */
import type { Logger } from 'pino';
import type { Clock } from '../../../src/clock.ts';
import { isForbidden, reasonOf, waitOf } from '../faults.ts';
import { passed } from '../passed.ts';
import { inviteLink } from '../permissions.ts';
import { type Definitions, isRegistered } from './definitions.ts';
import type { CommandRequests } from './requests.ts';

interface RegistrationOptions {
  readonly requests: CommandRequests;
  readonly applicationId: string;
  /** For guilds. */
  readonly definitions: Definitions;
  readonly privateDefinitions: Definitions;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Where commands are registered. */
interface Target {
  /** Undefined for private chats. */
  readonly guildId: string | undefined;
  /** What people call it. */
  readonly name: string;
  readonly definitions: Definitions;
}

/** So often it is tried, with growing pauses; the next start tries again. */
const maxTries = 6;
const firstPause = 2_000;

export class Registration {
  readonly #options: RegistrationOptions;
  /** One after the other: a bot in many guilds shall not begin with a burst. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Registers the commands in a guild, unless they are. Never throws. */
  add({ id, name }: { readonly id: string; readonly name: string }): void {
    this.#next({ guildId: id, name, definitions: this.#options.definitions });
  }

  /** Registers those for private chats, unless they are. Never throws. */
  addPrivate(): void {
    this.#next({ guildId: undefined, name: 'private chats', definitions: this.#options.privateDefinitions });
  }

  #next(target: Target): void {
    this.#turn = this.#turn.then(() => this.#insist(target));
  }

  async #insist(target: Target): Promise<void> {
    const { clock, log, signal, applicationId } = this.#options;
    const { name } = target;
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        await this.#register(target);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (isForbidden(error)) {
          log.warn(`Discord lets the bot have no commands in ${name}: invite it again with ${inviteLink(applicationId)}`);
          return;
        }
        if (tries === maxTries) {
          log.warn(`The commands could not be registered in ${name}: ${reasonOf(error)}. It is tried again at the next start.`);
          return;
        }
        await passed(waitOf(error) ?? firstPause * 2 ** (tries - 1), clock, signal);
      }
    }
  }

  async #register({ guildId, name, definitions }: Target): Promise<void> {
    const { requests, applicationId, log, signal } = this.#options;
    if (isRegistered(await requests.registered(applicationId, guildId, signal), definitions)) return;
    await requests.register(applicationId, guildId, definitions, signal);
    log.info(`The commands are registered in ${name}`);
  }
}
