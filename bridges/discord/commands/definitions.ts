/** The bridge's commands as Discord registers them. https://discord.com/developers/docs/interactions/application-commands */
import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord.js';
import { z } from 'zod';
import type { CommandInfo, CommandOption } from '../../../src/adapter.ts';
import { permissionFor } from './powers.ts';

/** Commands as Discord takes them. */
export type Definitions = RESTPutAPIApplicationCommandsJSONBody;
type Definition = Definitions[number];

/**
 * What is to be registered: commands of two words become sub-commands of the first one.
 * @param isNamed whether the configuration says who may give a command: it is hidden from nobody, since they may have any permission
 */
export function definitionsOf(
  commands: readonly CommandInfo[],
  isNamed: (command: string) => boolean = () => false,
): Definitions {
  const groups = new Map<string, CommandInfo[]>();
  for (const command of commands) {
    const [first = ''] = command.name.split(' ');
    groups.set(first, [...(groups.get(first) ?? []), command]);
  }
  return [...groups].map(([name, members]) => definitionOf(name, members, isNamed(name)));
}

/**
 * What is to be registered for the private chats with the bot: those that everybody may give, since Discord hides nothing there. Only
 * commands without a guild can be used there; saying so keeps them out of the guilds, which have their own.
 */
export function privateDefinitionsOf(commands: readonly CommandInfo[]): Definitions {
  return definitionsOf(commands.filter(({ rank }) => rank === 'everybody')).map((definition) => ({
    ...definition,
    contexts: [InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  }));
}

function definitionOf(name: string, members: readonly CommandInfo[], isForNamed: boolean): Definition {
  const [first] = members;
  const permission = first && !isForNamed ? permissionFor(first) : undefined;
  // It only hides the command from others: whoever gives it is looked at again.
  const common = { name, default_member_permissions: permission === undefined ? null : String(permission) };
  if (first !== undefined && first.name === name)
    return { ...common, description: first.description, options: first.options.map(optionOf) };
  const subcommands = members.map((member) => ({
    type: ApplicationCommandOptionType.Subcommand as const,
    name: member.name.slice(name.length + 1),
    description: member.description,
    options: member.options.map(optionOf),
  }));
  return { ...common, description: subcommands.map((one) => one.name).join(', '), options: subcommands };
}

function optionOf({ name, description, required, suggests = false, choices }: CommandOption) {
  return {
    type: ApplicationCommandOptionType.String as const,
    name,
    description,
    required,
    ...(choices === undefined ? { autocomplete: suggests } : { choices: choices.map((value) => ({ name: value, value })) }),
  };
}

const choice = z.object({ name: z.string(), value: z.unknown() });
const plainOption = z.object({
  type: z.number(),
  name: z.string(),
  description: z.string(),
  required: z.boolean().default(false),
  autocomplete: z.boolean().default(false),
  choices: z.array(choice).default([]),
});
const option = plainOption.extend({ options: z.array(plainOption).default([]) });
/** What of a command matters: Discord adds its own ids, and what we left out. */
const comparable = z.object({
  type: z.number().default(1),
  name: z.string(),
  description: z.string(),
  default_member_permissions: z.string().nullable().default(null),
  options: z.array(option).default([]),
});
/** Of one for private chats, also where it can be used. */
const comparableInPrivate = comparable.extend({ contexts: z.array(z.number()), integration_types: z.array(z.number()) });

/** Whether what Discord has is what it is to have. @param registered Discord's answer, of any form */
export function isRegistered(registered: unknown, wanted: Definitions): boolean {
  const all = z.array(wanted.some(({ contexts }) => contexts !== undefined) ? comparableInPrivate : comparable);
  const found = all.safeParse(registered);
  return found.success && sorted(found.data) === sorted(all.parse(wanted));
}

/** Discord lists the commands in an order of its own. */
function sorted(commands: readonly z.infer<typeof comparable>[]): string {
  return JSON.stringify([...commands].sort((a, b) => (a.name < b.name ? -1 : 1)));
}
