/** The requests that commands take. Errors are those of discord.js. */
import {
  InteractionResponseType,
  MessageFlags,
  RESTJSONErrorCodes,
  type RESTPostAPIInteractionCallbackJSONBody,
  Routes,
} from 'discord.js';
import type { Clock } from '../../../src/clock.ts';
import { codeOf, isSaidByDiscord, waitOf } from '../faults.ts';
import { passed } from '../passed.ts';
import type { Requests } from '../rest.ts';
import type { Definitions } from './definitions.ts';

type Route = `/${string}`;
/** What somebody asked over the gateway: it is answered under its token. */
interface Asked {
  readonly id: string;
  readonly token: string;
  readonly applicationId: string;
}
/** Values for an option, as Discord shows them. */
export type Choices = readonly { readonly name: string; readonly value: string }[];

/** Only who asked sees it. */
const forThem = { flags: MessageFlags.Ephemeral as number };
const pingNobody = { allowed_mentions: { parse: [] } };

/** The pause in milliseconds before what Discord did not answer is tried again; the pauses double. */
const firstPause = 250;
/** So often it is tried to answer within 3 s, and later: for about a minute. */
const maxTries = 4;
const maxLateTries = 9;

interface CommandRequestsOptions {
  readonly requests: Requests;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export class CommandRequests {
  readonly #requests: Requests;
  readonly #options: CommandRequestsOptions;

  constructor(options: CommandRequestsOptions) {
    this.#requests = options.requests;
    this.#options = options;
  }

  /** The commands that are registered for a guild, or for none, as Discord lists them. */
  registered(applicationId: string, guildId: string | undefined, signal: AbortSignal): Promise<unknown> {
    return this.#requests.request('get', commandsRoute(applicationId, guildId), { signal, patient: true });
  }

  /** Registers exactly these, for a guild or for none. */
  async register(applicationId: string, guildId: string | undefined, body: Definitions, signal: AbortSignal): Promise<void> {
    await this.#requests.request('put', commandsRoute(applicationId, guildId), { body, signal, patient: true });
  }

  /** Answers at once; Discord waits for 3 s. https://discord.com/developers/docs/interactions/receiving-and-responding */
  answer(asked: Asked, content: string): Promise<void> {
    const type = InteractionResponseType.ChannelMessageWithSource;
    return this.#callback(asked, { type, data: { content, ...forThem, allowed_mentions: { parse: [] } } });
  }

  /** Says that the answer takes a while: up to 15 minutes. */
  defer(asked: Asked): Promise<void> {
    return this.#callback(asked, { type: InteractionResponseType.DeferredChannelMessageWithSource, data: forThem });
  }

  /** Gives the answer that was waited for. */
  async answerLate({ applicationId, token }: Asked, content: string): Promise<void> {
    const route = Routes.webhookMessage(applicationId, token, '@original');
    const body = { content, ...pingNobody };
    await this.#insist(maxLateTries, () => this.#requests.request('patch', route, { body, auth: false }));
  }

  /** Suggests values for an option. */
  suggest(asked: Asked, choices: Choices): Promise<void> {
    const type = InteractionResponseType.ApplicationCommandAutocompleteResult;
    return this.#callback(asked, { type, data: { choices: [...choices] } });
  }

  async #callback({ id, token }: Asked, body: RESTPostAPIInteractionCallbackJSONBody): Promise<void> {
    const route: Route = Routes.interactionCallback(id, token);
    await this.#insist(maxTries, async (isFirst) => {
      try {
        await this.#requests.request('post', route, { body, auth: false });
      } catch (error) {
        // It was heard the first time.
        if (isFirst || codeOf(error) !== RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged) throw error;
      }
    });
  }

  /** Somebody waits for it: a passing fault passes, what Discord itself refuses stays refused. */
  async #insist(tries: number, send: (isFirst: boolean) => Promise<unknown>): Promise<void> {
    const { clock, signal } = this.#options;
    for (let nth = 1; ; nth++) {
      try {
        await send(nth === 1);
        return;
      } catch (error) {
        if (nth === tries || signal.aborted || isSaidByDiscord(error) || waitOf(error) !== undefined) throw error;
        await passed(firstPause * 2 ** (nth - 1), clock, signal);
      }
    }
  }
}

function commandsRoute(applicationId: string, guildId: string | undefined): Route {
  return guildId === undefined
    ? Routes.applicationCommands(applicationId)
    : Routes.applicationGuildCommands(applicationId, guildId);
}
