/** Slash commands: somebody gives one, and gets an answer that nobody else sees. */
import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type Client,
  type CommandInteractionOption,
  Events,
  type Interaction,
} from 'discord.js';
import type { AdapterHost, Invocation } from '../../../src/adapter.ts';
import type { RoomRef } from '../../../src/event.ts';
import { reasonOf } from '../faults.ts';
import { authorOf } from '../incoming/author.ts';
import { answerContent } from './answer.ts';
import { definitionsOf } from './definitions.ts';
import { type Grants, namedFor } from './grants.ts';
import { rankFor, type Trusted } from './powers.ts';
import { Registration } from './registration.ts';
import type { CommandRequests } from './requests.ts';

interface SlashOptions {
  readonly host: AdapterHost;
  readonly requests: CommandRequests;
  readonly applicationId: string;
  readonly trusted: Trusted;
  readonly grants: Grants;
  /** Whether anybody may run Lua code on game servers. */
  readonly allowLua: boolean;
  /** Aborted when the adapter stops. */
  readonly signal: AbortSignal;
}

/** Milliseconds until Discord is told that an answer takes a while: it waits for 3 s, and the way there takes some of them. */
const patience = 1_500;

export class SlashCommands {
  readonly #options: SlashOptions;
  readonly #registration: Registration;

  constructor(options: SlashOptions) {
    const { host, requests, applicationId, signal, grants, allowLua } = options;
    const { clock, log } = host;
    const offered = host.commands.all.filter(({ needsListing }) => allowLua || !needsListing);
    const definitions = definitionsOf(offered, (name) => namedFor(grants, name, Object.keys(grants.rooms)) !== undefined);
    this.#options = options;
    this.#registration = new Registration({ requests, applicationId, definitions, clock, log, signal });
  }

  /** Answers whoever gives a command, and registers the commands in guilds that the bot is let into. */
  listen(client: Client): void {
    const { host, signal } = this.#options;
    client
      .on(Events.GuildCreate, (guild) => this.#registration.add(guild))
      .on(Events.InteractionCreate, (interaction) => {
        if (signal.aborted) return;
        answer(interaction, this.#options).catch((error: unknown) =>
          host.log.warn(`A command could not be answered: ${reasonOf(error)}`),
        );
      });
  }

  /** Registers the commands in the guilds that the bot is in. To be called when everything more urgent is done. */
  register({ guilds }: Client): void {
    for (const guild of guilds.cache.values()) this.#registration.add(guild);
  }
}

async function answer(interaction: Interaction, options: SlashOptions): Promise<void> {
  if (!interaction.inCachedGuild()) return;
  if (interaction.isAutocomplete()) await suggest(interaction, options);
  else if (interaction.isChatInputCommand()) await run(interaction, options);
}

async function run(interaction: ChatInputCommandInteraction<'cached'>, options: SlashOptions): Promise<void> {
  const { requests, host } = options;
  const content = host.commands.run(invocationOf(interaction, options)).then(answerContent);
  let cancel = () => {};
  const late = new Promise<undefined>((resolve) => {
    cancel = host.clock.after(patience, () => resolve(undefined));
  });
  const inTime = await Promise.race([content, late]);
  cancel();
  if (inTime !== undefined) return requests.answer(interaction, inTime);
  await requests.defer(interaction);
  await requests.answerLate(interaction, await content);
}

async function suggest(interaction: AutocompleteInteraction<'cached'>, options: SlashOptions): Promise<void> {
  const { name } = interaction.options.getFocused(true);
  const suggestions = await options.host.commands.complete(invocationOf(interaction, options), name);
  const choices = suggestions.map(({ label, value }) => ({ name: label, value }));
  await options.requests.suggest(interaction, choices);
}

type Given = ChatInputCommandInteraction<'cached'> | AutocompleteInteraction<'cached'>;

function invocationOf(interaction: Given, { host, trusted, grants, allowLua }: SlashOptions): Invocation {
  const { member, guildId, client, channelId, channel } = interaction;
  const subcommand = interaction.options.getSubcommand(false);
  const name = subcommand === null ? interaction.commandName : `${interaction.commandName} ${subcommand}`;
  const { rank = 'admin', needsListing = false } = host.commands.all.find((command) => command.name === name) ?? {};
  const places = [channelId, ...(channel?.isThread() && channel.parentId !== null ? [channel.parentId] : [])];
  const names = needsListing && !allowLua ? [] : namedFor(grants, name, places);
  const powers = {
    userId: member.id,
    roleIds: [...member.roles.cache.keys()],
    permissions: interaction.memberPermissions.bitfield,
  };
  return {
    command: name,
    options: new Map(textsIn(interaction.options.data)),
    caller: { author: authorOf(member.user, member), ...rankFor({ name, rank }, powers, trusted, names) },
    room: channelId as RoomRef,
    rooms: host.rooms.filter((room) => {
      const channel = client.channels.cache.get(room);
      return channel !== undefined && 'guildId' in channel && channel.guildId === guildId;
    }),
  };
}

/** The options that were given, those of a sub-command too. A channel that is mentioned stands for its id. */
function textsIn(given: readonly CommandInteractionOption[]): [string, string][] {
  return given.flatMap(({ name, value, options }): [string, string][] =>
    options === undefined ? [[name, String(value ?? '').replace(/^<#(\d{1,20})>$/, '$1')]] : textsIn(options),
  );
}
