/** The commands of the bridge: checks who gives one, carries it out, and says what came of it. */
import { type CommandInfo, type Invocation, reaches, type Suggestion } from '../command.ts';
import { ControlError } from '../control.ts';
import { FloodLimiter } from '../flood.ts';
import { toLine } from '../text/line.ts';
import { literal, type RichText } from '../text/tree.ts';
import { bans, unban } from './bans.ts';
import { bridgeCommands } from './bridge.ts';
import type { Command, CommandsFor, Given, Services } from './command.ts';
import { link, unlink } from './link.ts';
import { ban, kick, slap } from './moderation.ts';
import { players, servers } from './players.ts';
import { pm } from './pm.ts';
import { privacy } from './privacy.ts';
import { recordLater } from './record.ts';
import { Refusal } from './refusal.ts';
import { status } from './status.ts';
import { suggest } from './suggest.ts';
import { viewOf } from './view.ts';
import { whois } from './whois.ts';

/** Every command, in the order of the help. */
const ALL: readonly Command[] = [
  players,
  servers,
  whois,
  status,
  pm,
  link,
  unlink,
  privacy,
  kick,
  slap,
  ban,
  unban,
  bans,
  ...bridgeCommands,
];
const BY_NAME: ReadonlyMap<string, Command> = new Map(ALL.map((command) => [command.name, command]));

/** How many commands somebody may give in a minute. */
const PER_MINUTE = 30;
/** The longest value of an option: Discord's limit. */
const MAX_VALUE = 6_000;

/** Makes the commands as each adapter uses them. */
export function commandsOf(services: Services): CommandsFor {
  const { clock, log } = services;
  const flood = new FloodLimiter({ perMinute: PER_MINUTE, clock });
  return (origin) => ({
    all: ALL.map(infoOf),
    async run(invocation) {
      const { author } = invocation.caller;
      if (flood.allow(`${origin.id}/${author.id}`) !== 'yes') return literal('Those were too many commands. Wait a minute.');
      try {
        return await run({ invocation, services, origin, view: viewOf(invocation, services, origin) });
      } catch (error) {
        if (error instanceof Refusal || error instanceof ControlError) return literal(error.message);
        log.error({ err: error, command: invocation.command, adapter: origin.id }, 'a command failed, by a fault in the bridge');
        return literal('That did not work, because of a fault in the bridge. Its log says more.');
      }
    },
    async complete(invocation, option): Promise<readonly Suggestion[]> {
      const command = BY_NAME.get(invocation.command);
      const given: Given = { invocation, services, origin, view: viewOf(invocation, services, origin) };
      if (command?.candidates === undefined || whyNot(command, given) !== undefined) return [];
      try {
        return suggest(invocation.options.get(option) ?? '', await command.candidates(option, given));
      } catch (error) {
        log.debug({ err: error, command: command.name }, 'values for an option could not be had');
        return [];
      }
    },
  });
}

async function run(given: Given): Promise<RichText> {
  const { invocation } = given;
  const command = BY_NAME.get(invocation.command);
  if (command === undefined) throw new Refusal(`There is no command ${toLine(invocation.command)}.`);
  const reason = whyNot(command, given);
  if (reason !== undefined) {
    if (command.rank !== 'everybody')
      recordLater(given, { action: `${command.name} refused`, target: wordsOf(invocation), detail: reason });
    throw new Refusal(reason);
  }
  const fault = faultIn(command, invocation);
  if (fault !== undefined) throw new Refusal(fault);
  if (command.needsNetwork && given.origin.server.chat.status !== 'ready') {
    throw new Refusal('The bridge has no connection to the MQTT broker now, so game servers are out of reach. Try again later.');
  }
  return command.run(given);
}

/** Why a caller may not give a command here: a sentence. */
function whyNot({ name, rank }: Command, { invocation: { caller }, view }: Given): string | undefined {
  if (!reaches(caller.rank, rank)) return `Only ${rank}s may use ${name}.`;
  if (view.isMapped || (caller.isOperator && rank !== 'moderator')) return undefined;
  return caller.isOperator
    ? `No room here is in a channel, so ${name} would act on strangers. Use it where the players are heard.`
    : 'No room here is joined to game servers yet. Whoever runs the bridge joins one with the command "bridge add".';
}

/** What is wrong with the options: a sentence. */
function faultIn({ name, options }: Command, given: Invocation): string | undefined {
  for (const { name: option, required, choices } of options) {
    const value = given.options.get(option)?.trim() ?? '';
    if (value === '' && required) return `${name} needs ${option}: ${options.map(usageOf).join(' ')}`;
    if (value.length > MAX_VALUE) return `${option} is too long.`;
    if (value !== '' && choices !== undefined && !choices.includes(value)) return `${option} is one of ${choices.join(', ')}.`;
  }
  return undefined;
}

function usageOf({ name, required }: CommandInfo['options'][number]): string {
  return required ? `<${name}>` : `[${name}]`;
}

function wordsOf({ options }: Invocation): string {
  return toLine([...options.values()].join(' ')).slice(0, 200);
}

function infoOf({ name, description, rank, isConfidential, options }: Command): CommandInfo {
  return { name, description, rank, ...(isConfidential && { isConfidential }), options };
}
