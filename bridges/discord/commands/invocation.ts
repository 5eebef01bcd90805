/** What somebody asks for by a slash command, as the core takes it. */
import {
  type AutocompleteInteraction,
  type ChatInputCommandInteraction,
  type CommandInteractionOption,
  InteractionContextType,
} from 'discord.js';
import type { AdapterHost, Invocation } from '../../../src/adapter.ts';
import type { RoomRef } from '../../../src/event.ts';
import { authorOf } from '../incoming/author.ts';
import { type Grants, namedFor, type Powers } from './grants.ts';
import { rankFor, type Trusted } from './powers.ts';
import { type Reach, roomsSeenBy } from './reach.ts';

/** A command that is given, or typed so far. */
export type Given = ChatInputCommandInteraction | AutocompleteInteraction;

/** What decides who may do what, where. */
export interface Rules {
  readonly host: AdapterHost;
  readonly trusted: Trusted;
  readonly grants: Grants;
  /** Whether anybody may run Lua code on game servers. */
  readonly allowLua: boolean;
  readonly reach: Reach;
}

/** Undefined for what is asked where no commands of ours are. Rejects when Discord does not tell who it is that asks. */
export async function invocationOf(given: Given, rules: Rules): Promise<Invocation | undefined> {
  const { user, channelId, client } = given;
  const { host, reach } = rules;
  const subcommand = given.options.getSubcommand(false);
  const common = {
    command: subcommand === null ? given.commandName : `${given.commandName} ${subcommand}`,
    options: new Map(textsIn(given.options.data)),
    room: channelId as RoomRef,
  };
  if (given.inCachedGuild()) {
    const { member, channel } = given;
    const places = [channelId, ...(channel?.isThread() && channel.parentId !== null ? [channel.parentId] : [])];
    const permissions = given.memberPermissions.bitfield;
    const powers = { userId: user.id, roleIds: [...member.roles.cache.keys()], permissions };
    return {
      ...common,
      caller: { author: authorOf(user, member), ...standing(common.command, powers, places, rules) },
      rooms: roomsSeenBy(member, host.rooms, channelId),
    };
  }
  if (given.context !== InteractionContextType.BotDM) return undefined;
  // Nobody has roles or permissions there.
  const powers = { userId: user.id, roleIds: [], permissions: 0n };
  return {
    ...common,
    caller: { author: authorOf(user, null), ...standing(common.command, powers, [], rules) },
    rooms: await reach.roomsOf(client, user.id, host.rooms),
  };
}

function standing(name: string, powers: Powers, places: readonly string[], { host, trusted, grants, allowLua }: Rules) {
  const { rank = 'admin', needsListing = false } = host.commands.all.find((command) => command.name === name) ?? {};
  const names = needsListing && !allowLua ? [] : namedFor(grants, name, places);
  return rankFor({ name, rank }, powers, trusted, names);
}

/** The options that were given, those of a sub-command too. A channel that is mentioned stands for its id. */
function textsIn(given: readonly CommandInteractionOption[]): [string, string][] {
  return given.flatMap(({ name, value, options }): [string, string][] =>
    options === undefined ? [[name, String(value ?? '').replace(/^<#(\d{1,20})>$/, '$1')]] : textsIn(options),
  );
}
