/** The commands of the bridge: checks who gives one, carries it out, and says what came of it. */
import { type CommandInfo, type Invocation, reaches, type Suggestion } from '../command.ts';
import { ControlError } from '../control.ts';
import { FloodLimiter } from '../flood.ts';
import { RepeatedNotes } from '../moderation/repeated-notes.ts';
import { toLine } from '../text/line.ts';
import { toPlain } from '../text/plain.ts';
import { literal, type RichText } from '../text/tree.ts';
import { bans, unban } from './bans.ts';
import { block, unblock } from './block.ts';
import { bridgeCommands } from './bridge.ts';
import type { Command, CommandsFor, Given, Services } from './command.ts';
import { link, unlink } from './link.ts';
import { lua } from './lua.ts';
import { banCommand, kick, slap } from './moderation.ts';
import { players, servers } from './players.ts';
import { pm } from './pm.ts';
import { privacy } from './privacy.ts';
import { whoIs } from './record.ts';
import { Refusal } from './refusal.ts';
import { status } from './status.ts';
import { suggest } from './suggest.ts';
import { viewOf } from './view.ts';
import { whois } from './whois.ts';

/** Every command, in the order of the help. */
const commandList = ({ banNeedsReason }: Services): readonly Command[] => [
  players,
  servers,
  whois,
  status,
  pm,
  block,
  unblock,
  link,
  unlink,
  privacy,
  kick,
  slap,
  banCommand(banNeedsReason),
  unban,
  bans,
  ...bridgeCommands,
  lua,
];

/** How many commands somebody may give in a minute. */
const PER_MINUTE = 30;
/** How many of them may do something to others. */
const DEEDS_PER_MINUTE = 10;
/** So many different refusals are told apart within a minute. */
const MAX_REFUSALS = 1_000;
/** The longest value of an option: Discord's limit. */
const MAX_VALUE = 6_000;

/** Makes the commands as each adapter uses them. */
export function commandsOf(services: Services): CommandsFor {
  const { clock, log, store } = services;
  const all = commandList(services);
  const byName: ReadonlyMap<string, Command> = new Map(all.map((command) => [command.name, command]));
  const flood = new FloodLimiter({ perMinute: PER_MINUTE, clock });
  const limits = {
    deeds: new FloodLimiter({ perMinute: DEEDS_PER_MINUTE, clock }),
    refusals: new RepeatedNotes({ audit: store.audit, clock, most: MAX_REFUSALS }),
  };
  return (origin) => ({
    all: all.map(infoOf),
    async run(invocation) {
      const { author } = invocation.caller;
      if (flood.allow(`${origin.id}/${author.id}`) !== 'yes') return literal('Those were too many commands. Wait a minute.');
      try {
        const command = byName.get(invocation.command);
        if (command === undefined) throw new Refusal(`There is no command ${toLine(invocation.command)}.`);
        return await run(command, { invocation, services, origin, view: viewOf(invocation, services, origin) }, limits);
      } catch (error) {
        if (error instanceof Refusal || error instanceof ControlError) return literal(error.message);
        log.error({ err: error, command: invocation.command, adapter: origin.id }, 'a command failed, by a fault in the bridge');
        return literal('That did not work, because of a fault in the bridge. Its log says more.');
      }
    },
    async complete(invocation, option): Promise<readonly Suggestion[]> {
      const command = byName.get(invocation.command);
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

/** What commands are held to, whichever adapter they come from. */
interface Limits {
  /** How much somebody may do to others. */
  readonly deeds: FloodLimiter;
  readonly refusals: RepeatedNotes;
}

async function run(command: Command, given: Given, { deeds, refusals }: Limits): Promise<RichText> {
  try {
    return await checkedRun(command, given, deeds);
  } catch (error) {
    // What everybody may do concerns nobody else: whom they whisper to, or block, stands in no log.
    const isNews = error instanceof Refusal && !error.isNoted && (command.isDeed || command.rank !== 'everybody');
    if (isNews) {
      const { origin, invocation } = given;
      const key = JSON.stringify([origin.id, invocation.caller.author.id, command.name, error.message]);
      const target = wordsOf(invocation);
      refusals.note(key, { who: whoIs(given), action: `${command.name} refused`, target, detail: error.message });
    }
    throw error;
  }
}

/** @throws {Refusal} or {ControlError} */
async function checkedRun(command: Command, given: Given, deeds: FloodLimiter): Promise<RichText> {
  const { invocation, origin } = given;
  const fault = whyNot(command, given) ?? faultIn(command, invocation);
  if (fault !== undefined) throw new Refusal(fault);
  if (command.needsNetwork && origin.server.chat.status !== 'ready') {
    throw new Refusal('The bridge has no connection to the MQTT broker now, so game servers are out of reach. Try again later.');
  }
  if (command.isDeed && deeds.allow(`${origin.id}/${invocation.caller.author.id}`) !== 'yes')
    throw new Refusal('That was too much at once. Nothing was done; wait a minute.');
  return command.isConfidential && invocation.isPublic ? inPrivate(command, given) : command.run(given);
}

/** Gives the answer where nobody else reads it. */
async function inPrivate(command: Command, given: Given): Promise<RichText> {
  const { invocation, origin, services } = given;
  const { author } = invocation.caller;
  if (services.moderation.memberOf({ adapter: origin.id })?.adapter.whisper === undefined)
    throw new Refusal(`The answer to ${command.name} is for you alone, and here everybody would read it.`);
  const answer = toPlain(await command.run(given));
  services.whispers.tell({ kind: 'user', adapter: origin.id, author }, answer, origin.server);
  return literal('The answer is for you alone, so it comes in a direct chat.');
}

/** Why a caller may not give a command here: a sentence. */
function whyNot({ name, rank, needsListing, isPersonal }: Command, { invocation: { caller }, view }: Given): string | undefined {
  if (needsListing ? !caller.isListed : !reaches(caller.rank, rank))
    return needsListing ? `Only those whom the configuration names for it may use ${name}.` : `Only ${rank}s may use ${name}.`;
  if (view.isMapped || isPersonal || (caller.isOperator && rank !== 'moderator')) return undefined;
  return caller.isOperator
    ? `No room here is in a channel, so ${name} would act on strangers. Use it where the players are heard.`
    : 'No room here is joined to game servers yet, or none that you see. Whoever runs the bridge joins one with the command "bridge add".';
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

function infoOf({ name, description, rank, needsListing, options }: Command): CommandInfo {
  return { name, description, rank, ...(needsListing && { needsListing }), options };
}
