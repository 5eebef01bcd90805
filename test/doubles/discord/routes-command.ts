/** Routes about application commands, and about answering who gives one. */
import {
  type APIApplicationCommand,
  type APIApplicationCommandOption,
  ApplicationCommandType,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
} from 'discord.js';
import { invalidForm, refusals } from './errors.ts';
import { commandsKey, FIRST_ANSWER, type Interaction, LAST_ANSWER } from './interactions.ts';
import { mentionsIn, permitted } from './mentions.ts';
import { type BotCall, type Call, noContent, ok, type Route } from './router.ts';
import { guildOf } from './routes-guild.ts';
import { checkBody, type MessageBody } from './validation.ts';

/** https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming */
const commandName = /^[-_'\p{Ll}\p{Lm}\p{Lo}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const MAX_COMMANDS = 100;
const MAX_OPTIONS = 25;
/** Of the names, descriptions and values of one command. */
const MAX_LENGTH = 8_000;

/** The guild that a request is about; undefined for one about commands that belong to none. */
type GuildIdOf = (call: BotCall) => string | undefined;

const ofGuild: GuildIdOf = (call) => guildOf(call).id;
const ofNone: GuildIdOf = () => undefined;

function keyOf(call: BotCall, guildId: string | undefined): string {
  if (call.param('application') !== call.bot.applicationId) throw refusals.missingAccess();
  return commandsKey(call.bot.applicationId, guildId);
}

function list(call: BotCall, guildIdOf: GuildIdOf) {
  return ok((call.world.commands.get(keyOf(call, guildIdOf(call))) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}

function overwrite(call: BotCall, guildIdOf: GuildIdOf) {
  const guildId = guildIdOf(call);
  const key = keyOf(call, guildId);
  const given = call.body as APIApplicationCommand[];
  const faults = [
    ...(given.length > MAX_COMMANDS ? [fault([], 'APPLICATION_COMMAND_TOO_MANY', 'too many commands')] : []),
    ...given.flatMap((command, at) => commandFaults(command, [at])),
    ...twice(given, []),
  ];
  if (faults.length > 0) throw invalidForm(faults);
  const before = call.world.commands.get(key) ?? [];
  const commands = given.map((command) => registered(call, guildId, command, before));
  call.world.commands.set(key, commands);
  return ok(commands);
}

/** As Discord lists it: with ids, and without what is off. */
function registered(
  call: BotCall,
  guildId: string | undefined,
  command: APIApplicationCommand,
  before: readonly APIApplicationCommand[],
): APIApplicationCommand {
  const {
    name,
    description,
    options = [],
    default_member_permissions = null,
    contexts = null,
    integration_types = [0],
  } = command;
  return {
    id: before.find((one) => one.name === name)?.id ?? call.world.nextId(),
    application_id: call.bot.applicationId,
    ...(guildId !== undefined && { guild_id: guildId }),
    version: call.world.nextId(),
    type: ApplicationCommandType.ChatInput,
    name,
    name_localizations: null,
    description,
    description_localizations: null,
    default_member_permissions,
    nsfw: false,
    contexts: guildId === undefined ? contexts : null,
    integration_types,
    ...(options.length > 0 && { options: options.map(withoutWhatIsOff) }),
  };
}

function withoutWhatIsOff(option: APIApplicationCommandOption): APIApplicationCommandOption {
  const kept = Object.entries(option).filter(([, value]) => value !== false);
  const { options = [], ...rest } = Object.fromEntries(kept) as { options?: APIApplicationCommandOption[] };
  return { ...rest, ...(options.length > 0 && { options: options.map(withoutWhatIsOff) }) } as APIApplicationCommandOption;
}

type Fault = ReturnType<typeof fault>;

function fault(path: readonly PropertyKey[], code: string, message: string) {
  return { path, error: { code, message } };
}

/** What the published schemas leave out. */
function commandFaults(command: APIApplicationCommand, path: readonly PropertyKey[]): Fault[] {
  const size = lengthOf(command);
  return [
    ...nameFaults(command, path),
    ...(command.description ? [] : [fault([...path, 'description'], 'BASE_TYPE_REQUIRED', 'This field is required')]),
    ...(size > MAX_LENGTH ? [fault(path, 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${MAX_LENGTH})`)] : []),
    ...optionFaults(command.options ?? [], path),
  ];
}

function optionFaults(options: readonly APIApplicationCommandOption[], path: readonly PropertyKey[]): Fault[] {
  const firstFree = options.findIndex(({ required }) => !required);
  const late = firstFree === -1 ? undefined : options.slice(firstFree).find(({ required }) => required);
  return [
    ...(options.length > MAX_OPTIONS
      ? [fault(path, 'BASE_TYPE_BAD_LENGTH', `Must be between 0 and ${MAX_OPTIONS} in length.`)]
      : []),
    ...(late
      ? [
          fault(
            path,
            'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
            'Required options must be placed before non-required options',
          ),
        ]
      : []),
    ...twice(options, [...path, 'options']),
    ...options.flatMap((option, at) => {
      const where = [...path, 'options', at];
      const both = 'choices' in option && option.choices && 'autocomplete' in option && option.autocomplete;
      return [
        ...nameFaults(option, where),
        ...(both
          ? [fault(where, 'APPLICATION_COMMAND_OPTIONS_CHOICES_AND_AUTOCOMPLETE', 'choices and autocomplete exclude each other')]
          : []),
        ...('options' in option ? optionFaults(option.options ?? [], where) : []),
      ];
    }),
  ];
}

function nameFaults({ name }: { readonly name: string }, path: readonly PropertyKey[]): Fault[] {
  if (commandName.test(name) && name === name.toLowerCase()) return [];
  return [fault([...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid')];
}

function twice(named: readonly { readonly name: string }[], path: readonly PropertyKey[]): Fault[] {
  const names = named.map(({ name }) => name);
  return new Set(names).size === names.length ? [] : [fault(path, 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'names must be unique')];
}

function lengthOf(part: { readonly name: string; readonly description?: string; readonly options?: readonly unknown[] }): number {
  const inner = (part.options ?? []) as (typeof part)[];
  const own = part.name.length + (part.description ?? '').length;
  return inner.reduce((sum, option) => sum + lengthOf(option), own);
}

/** The interaction of the path, while it can be answered. */
function asked({ world, param }: Call, name: string, is: (interaction: Interaction) => boolean): Interaction {
  const interaction =
    world.interactions.get(param(name)) ?? [...world.interactions.values()].find(({ token }) => token === param('token'));
  if (interaction?.token !== param('token') || !is(interaction)) throw refusals.unknownInteraction();
  return interaction;
}

function callback(call: Call) {
  const interaction = asked(call, 'interaction', ({ at }) => call.world.clock.now() - at <= FIRST_ANSWER);
  if (interaction.state !== 'waiting') throw refusals.alreadyAcknowledged();
  const { type, data } = call.body as { type: InteractionResponseType; data?: unknown };
  const isCommand = interaction.kind === InteractionType.ApplicationCommand;
  if (type === InteractionResponseType.ApplicationCommandAutocompleteResult && !isCommand) {
    checkBody('suggestions', call.body);
    interaction.choices = (data as Pick<Interaction, 'choices'>).choices;
    interaction.state = 'answered';
  } else if (type === InteractionResponseType.ChannelMessageWithSource && isCommand) {
    checkBody('interactionMessage', data);
    answer(interaction, data as MessageBody);
  } else if (type === InteractionResponseType.DeferredChannelMessageWithSource && isCommand) {
    interaction.flags = (data as MessageBody | undefined)?.flags ?? 0;
    interaction.state = 'thinking';
  } else throw invalidForm([fault(['type'], 'BASE_TYPE_CHOICES', 'Value is not one that this interaction takes')]);
  return noContent;
}

/** The first answer is changed, or comes after all. */
function editOriginal(call: Call) {
  const interaction = asked(
    call,
    'application',
    ({ bot, at }) => bot.applicationId === call.param('application') && call.world.clock.now() - at <= LAST_ANSWER,
  );
  if (interaction.state === 'waiting') throw refusals.unknownMessage();
  answer(interaction, { ...(call.body as MessageBody), flags: interaction.flags });
  return ok({ id: interaction.id, channel_id: interaction.channel.id, content: interaction.content });
}

function answer(interaction: Interaction, { content, embeds, flags, allowed_mentions }: MessageBody): void {
  if (!content?.trim() && !embeds?.length) throw refusals.emptyMessage();
  interaction.content = content ?? '';
  interaction.flags = flags ?? 0;
  // What only one sees can ping nobody else; what is wrong with it shall be seen all the same.
  interaction.pings = permitted(mentionsIn(interaction.content), allowed_mentions);
  interaction.state = 'answered';
}

/** Whether only who asked sees the answer. */
export function isEphemeral({ flags }: Interaction): boolean {
  return (flags & MessageFlags.Ephemeral) !== 0;
}

export const commandRoutes: readonly Route[] = [
  { auth: 'bot', name: 'GET /applications/:application/commands', handle: (call) => list(call, ofNone) },
  {
    auth: 'bot',
    name: 'PUT /applications/:application/commands',
    takes: 'commands',
    handle: (call) => overwrite(call, ofNone),
  },
  { auth: 'bot', name: 'GET /applications/:application/guilds/:guild/commands', handle: (call) => list(call, ofGuild) },
  {
    auth: 'bot',
    name: 'PUT /applications/:application/guilds/:guild/commands',
    takes: 'commands',
    handle: (call) => overwrite(call, ofGuild),
  },
  { auth: 'token', name: 'POST /interactions/:interaction/:token/callback', takes: 'interactionCallback', handle: callback },
  {
    auth: 'token',
    name: 'PATCH /webhooks/:application/:token/messages/@original',
    takes: 'editInteractionMessage',
    handle: editOriginal,
  },
];
