/** Slash commands, in guilds and in private chats with the bot: somebody gives one, and gets an answer that nobody else sees. */
import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type Client,
  Events,
  type Interaction,
} from 'discord.js';
import type { Clock } from '../../../src/clock.ts';
import { reasonOf } from '../faults.ts';
import { answerContent } from './answer.ts';
import { definitionsOf, privateDefinitionsOf } from './definitions.ts';
import { namedFor } from './grants.ts';
import { invocationOf, type Rules } from './invocation.ts';
import { Reach } from './reach.ts';
import { Registration } from './registration.ts';
import type { Choices, CommandRequests } from './requests.ts';

interface SlashOptions extends Omit<Rules, 'reach'> {
  readonly requests: CommandRequests;
  readonly applicationId: string;
  /** Aborted when the adapter stops. */
  readonly signal: AbortSignal;
}

type Answering = Rules & Pick<SlashOptions, 'requests'>;

/** Milliseconds until Discord is told that an answer takes a while, or is none: it waits for 3 s, and the way there takes some of them. */
const patience = 1_500;
const unknownCaller = 'Discord does not tell now which servers you are in, so nothing was done. Try again in a minute.';

export class SlashCommands {
  readonly #options: SlashOptions;
  readonly #registration: Registration;
  readonly #answering: Answering;

  constructor(options: SlashOptions) {
    const { host, requests, applicationId, signal, grants, allowLua } = options;
    const { clock, log } = host;
    const offered = host.commands.all.filter(({ needsListing }) => allowLua || !needsListing);
    const definitions = definitionsOf(offered, (name) => namedFor(grants, name, Object.keys(grants.rooms)) !== undefined);
    const privateDefinitions = privateDefinitionsOf(offered);
    this.#options = options;
    this.#answering = { ...options, reach: new Reach(clock) };
    this.#registration = new Registration({ requests, applicationId, definitions, privateDefinitions, clock, log, signal });
  }

  /** Answers whoever gives a command, and registers the commands in guilds that the bot is let into. */
  listen(client: Client): void {
    const { host, signal } = this.#options;
    client
      .on(Events.GuildCreate, (guild) => this.#registration.add(guild))
      .on(Events.InteractionCreate, (interaction) => {
        if (signal.aborted) return;
        answer(interaction, this.#answering).catch((error: unknown) =>
          host.log.warn(`A command could not be answered: ${reasonOf(error)}`),
        );
      });
  }

  /** Registers the commands in the guilds that the bot is in, and for private chats. To be called when everything more urgent is done. */
  register({ guilds }: Client): void {
    for (const guild of guilds.cache.values()) this.#registration.add(guild);
    this.#registration.addPrivate();
  }
}

async function answer(interaction: Interaction, answering: Answering): Promise<void> {
  if (interaction.isAutocomplete()) await suggest(interaction, answering);
  else if (interaction.isChatInputCommand()) await run(interaction, answering);
}

async function run(interaction: ChatInputCommandInteraction, answering: Answering): Promise<void> {
  const { requests, host } = answering;
  const content = answerTo(interaction, answering);
  const inTime = await within(host.clock, content);
  if (inTime !== undefined) return requests.answer(interaction, inTime);
  await requests.defer(interaction);
  await requests.answerLate(interaction, await content);
}

async function answerTo(interaction: ChatInputCommandInteraction, answering: Answering): Promise<string> {
  const { host } = answering;
  try {
    const invocation = await invocationOf(interaction, answering);
    return invocation === undefined ? 'There are no commands here.' : answerContent(await host.commands.run(invocation));
  } catch (error) {
    host.log.warn(`A command was not carried out, since Discord does not tell who gave it: ${reasonOf(error)}`);
    return unknownCaller;
  }
}

async function suggest(interaction: AutocompleteInteraction, answering: Answering): Promise<void> {
  const { requests, host } = answering;
  // To have none is better than to be told that they could not be loaded: with the next letter they are asked for again.
  await requests.suggest(interaction, (await within(host.clock, choicesFor(interaction, answering))) ?? []);
}

async function choicesFor(interaction: AutocompleteInteraction, answering: Answering): Promise<Choices> {
  const { name } = interaction.options.getFocused(true);
  try {
    const invocation = await invocationOf(interaction, answering);
    const suggestions = invocation === undefined ? [] : await answering.host.commands.complete(invocation, name);
    return suggestions.map(({ label, value }) => ({ name: label, value }));
  } catch (error) {
    answering.host.log.debug(`Nothing is suggested, since Discord does not tell who asks: ${reasonOf(error)}`);
    return [];
  }
}

/** What is found out in time to answer at once; undefined where it takes longer. */
async function within<T>(clock: Clock, found: Promise<T>): Promise<T | undefined> {
  let cancel = () => {};
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(patience, () => resolve(undefined));
  });
  const inTime = await Promise.race([found, late]);
  cancel();
  return inTime;
}
