/** Application commands: which there are, and what becomes of one that somebody gives. https://discord.com/developers/docs/interactions/application-commands */
import { randomBytes } from 'node:crypto';
import {
  type APIApplicationCommand,
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ComponentType,
  GatewayDispatchEvents,
  InteractionContextType,
  InteractionType,
} from 'discord.js';
import { envelope } from './interaction-shape.ts';
import { messageShape } from './message-shape.ts';
import { channelPermissions, permissionBits } from './permissions.ts';
import type { Bot, Channel, Mentions, Message, User } from './state.ts';
import type { World } from './world.ts';

/** What somebody asked, and what they were answered. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly bot: Bot;
  readonly channel: Channel;
  readonly user: User;
  readonly kind: Exclude<InteractionType, InteractionType.Ping>;
  /** Milliseconds since the epoch. */
  readonly at: number;
  state: 'waiting' | 'thinking' | 'answered';
  content: string;
  flags: number;
  /** Who was notified by the answer. */
  pings: Mentions;
  choices: readonly { readonly name: string; readonly value: string }[];
}

/** Discord waits so long for the first answer, and so long it can be changed, in milliseconds. */
export const FIRST_ANSWER = 3_000;
export const LAST_ANSWER = 15 * 60_000;

/** The key of the commands that an application has in a guild, or of those that belong to none. */
export function commandsKey(applicationId: string, guildId = ''): string {
  return `${applicationId}/${guildId}`;
}

/** The options that somebody filled in, by name. */
export type Filled = Readonly<Record<string, string>>;

/** What somebody asks for. */
interface Request {
  readonly user: User;
  readonly channel: Channel;
  /** As it is typed: `kick`, `bridge add`. */
  readonly name: string;
  readonly options: Filled;
  /** The option that is being typed, where values for it are asked for. */
  readonly focused?: string;
  /** Whether an admin of the guild let everybody use it. */
  readonly anyway?: boolean;
}

/** Somebody gives a command, or is about to. @throws {Error} when their client would not let them */
export function interact(world: World, { user, channel, name, options, focused, anyway = false }: Request): Interaction {
  const { bot, command } = commandCalled(world, channel, name.split(' ')[0] ?? '');
  const permissions = channelPermissions(channel, user.id);
  const needed = BigInt(command.default_member_permissions ?? '0') | permissionBits(['UseApplicationCommands']);
  // In private, nothing is hidden from anybody.
  if (!anyway && !channel.recipient && (permissions & needed) !== needed)
    throw new Error(`/${name} is not shown to ${user.username}`);
  const kind = focused === undefined ? InteractionType.ApplicationCommand : InteractionType.ApplicationCommandAutocomplete;
  const interaction = begun(world, { bot, channel, user, kind });
  const data = {
    id: command.id,
    name: command.name,
    type: ApplicationCommandType.ChatInput,
    options: filledIn(command, name, options, focused),
  };
  tell(world, interaction, permissions, { data });
  return interaction;
}

/** Somebody presses a button on a message, whichever it is said to have: a client can be made to say anything. */
export function press(world: World, user: User, bot: Bot, message: Message, customId: string): Interaction {
  const { channel } = message;
  const interaction = begun(world, { bot, channel, user, kind: InteractionType.MessageComponent });
  const data = { component_type: ComponentType.Button, custom_id: customId };
  tell(world, interaction, channelPermissions(channel, user.id), {
    data,
    message: messageShape(world, message, { viewer: undefined, event: false }),
  });
  return interaction;
}

function begun(world: World, fields: Pick<Interaction, 'bot' | 'channel' | 'user' | 'kind'>): Interaction {
  const interaction: Interaction = {
    id: world.nextId(),
    token: randomBytes(60).toString('base64url'),
    ...fields,
    at: world.clock.now(),
    state: 'waiting',
    content: '',
    flags: 0,
    pings: { everyone: false, users: [], roles: [] },
    choices: [],
  };
  world.interactions.set(interaction.id, interaction);
  return interaction;
}

function tell(world: World, interaction: Interaction, permissions: bigint, more: object): void {
  const { bot, channel } = interaction;
  const render = () => ({ ...envelope(interaction, permissions, channelPermissions(channel, bot.user.id)), ...more });
  world.dispatch({ type: GatewayDispatchEvents.InteractionCreate, guild: channel.guild, to: bot.user.id, render });
}

/** Commands of a guild are there only; the others are where their contexts say, which is everywhere by default. */
function commandCalled(world: World, { guild, recipient }: Channel, name: string) {
  const context = recipient ? InteractionContextType.BotDM : InteractionContextType.Guild;
  for (const bot of world.bots.values()) {
    if (!guild.members.has(bot.user.id)) continue;
    const ofNone = world.commands.get(commandsKey(bot.applicationId)) ?? [];
    const offered = [
      ...(recipient ? [] : (world.commands.get(commandsKey(bot.applicationId, guild.id)) ?? [])),
      ...ofNone.filter(({ contexts }) => contexts?.includes(context) ?? true),
    ].filter((one) => one.name === name);
    const [command, ...twins] = offered;
    if (twins.length > 0) throw new Error(`/${name} is shown twice`);
    if (command) return { bot, command };
  }
  throw new Error(`there is no command /${name} here`);
}

/** The options as the interaction holds them, checked as a client does. */
function filledIn(command: APIApplicationCommand, name: string, filled: Filled, focused: string | undefined): object[] {
  const [, ...path] = name.split(' ');
  let options: readonly APIApplicationCommandOption[] = command.options ?? [];
  for (const part of path) {
    const sub = options.find((option) => option.name === part && option.type === ApplicationCommandOptionType.Subcommand);
    if (!sub) throw new Error(`there is no /${name}`);
    options = 'options' in sub ? (sub.options ?? []) : [];
  }
  const unknown = Object.keys(filled).find((key) => !options.some((option) => option.name === key));
  if (unknown !== undefined) throw new Error(`/${name} has no option ${unknown}`);
  const values = options.flatMap((option) => filledOption(option, filled[option.name], focused));
  const needed = options.find((option) => option.required && filled[option.name] === undefined);
  if (needed && focused === undefined) throw new Error(`/${name} needs ${needed.name}`);
  return path.reduceRight<object[]>(
    (inner, part) => [{ type: ApplicationCommandOptionType.Subcommand, name: part, options: inner }],
    values,
  );
}

function filledOption(option: APIApplicationCommandOption, value: string | undefined, focused: string | undefined): object[] {
  const { name, type } = option;
  const isFocused = focused === name;
  if (isFocused && !('autocomplete' in option && option.autocomplete === true))
    throw new Error(`nothing is suggested for ${name}`);
  if (value === undefined && !isFocused) return [];
  const choices = 'choices' in option ? option.choices : undefined;
  if (choices !== undefined && !choices.some((choice) => choice.value === value)) throw new Error(`${name} can't be ${value}`);
  return [{ name, type, value: value ?? '', ...(isFocused && { focused: true }) }];
}
