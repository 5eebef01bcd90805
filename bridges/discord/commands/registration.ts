/** Lets Discord know the commands, in every guild that the bot is in. */
import type { RESTPutAPIApplicationGuildCommandsJSONBody } from 'discord.js';
import type { Logger } from 'pino';
import type { Clock } from '../../../src/clock.ts';
import { isForbidden, reasonOf, waitOf } from '../faults.ts';
import { passed } from '../passed.ts';
import { inviteLink } from '../permissions.ts';
import { isRegistered } from './definitions.ts';
import type { CommandRequests } from './requests.ts';

interface RegistrationOptions {
  readonly requests: CommandRequests;
  readonly applicationId: string;
  readonly definitions: RESTPutAPIApplicationGuildCommandsJSONBody;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** So often it is tried, with growing pauses; the next start tries again. */
const maxTries = 6;
const firstPause = 2_000;

export class Registration {
  readonly #options: RegistrationOptions;
  /** One guild after the other: a bot in many guilds shall not begin with a burst. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Registers the commands in a guild, unless they are. Never throws. */
  add(guild: { readonly id: string; readonly name: string }): void {
    this.#turn = this.#turn.then(() => this.#insist(guild.id, guild.name));
  }

  async #insist(guildId: string, name: string): Promise<void> {
    const { clock, log, signal, applicationId } = this.#options;
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        await this.#register(guildId, name);
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

  async #register(guildId: string, name: string): Promise<void> {
    const { requests, applicationId, definitions, log, signal } = this.#options;
    if (isRegistered(await requests.registered(applicationId, guildId, signal), definitions)) return;
    await requests.register(applicationId, guildId, definitions, signal);
    log.info(`The commands are registered in ${name}`);
  }
}
