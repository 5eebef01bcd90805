/** Kick, slap and ban: one message to every server that the moderator can see. */
import type { CommandOption } from '../command.ts';
import { type AowlAction, NotConnectedError, PublishError, RefusedError } from '../crosschat/index.ts';
import { toLine } from '../text/line.ts';
import { inWords, moment, parseDuration } from '../text/time.ts';
import { literal } from '../text/tree.ts';
import { type Command, type Given, optionOf } from './command.ts';
import { type Departure, watchDeparture } from './departure.ts';
import { candidatesOf } from './people.ts';
import { record, recordLater } from './record.ts';
import { Refusal } from './refusal.ts';
import { describeTarget, type Target, targetCalled } from './target.ts';
import { listed, serverName } from './words.ts';

/** Milliseconds that a departure is waited for. */
const PATIENCE = 5_000;
/** UTF-16 units of a reason. */
const MAX_REASON = 500;

const player: CommandOption = { name: 'player', description: 'Their name, or a SteamID', required: true, suggests: true };
const forWhat: CommandOption = { name: 'reason', description: 'Why', required: false, isText: true };

/** Throws a player off their server. */
export const kick: Command = {
  name: 'kick',
  description: 'Throw a player off their server',
  rank: 'moderator',
  needsNetwork: true,
  options: [player, forWhat],
  run: (given) => moderate(given, 'kick'),
  candidates: (_option, { view }) => candidatesOf(view.players()),
};

/** Slaps a player. */
export const slap: Command = {
  name: 'slap',
  description: 'Slap a player',
  rank: 'moderator',
  needsNetwork: true,
  options: [player, forWhat],
  run: (given) => moderate(given, 'slap'),
  candidates: (_option, { view }) => candidatesOf(view.players()),
};

/** Bans a player from all servers. */
export const ban: Command = {
  name: 'ban',
  description: 'Ban a player from the servers',
  rank: 'moderator',
  needsNetwork: true,
  options: [
    player,
    { ...forWhat, required: true, isText: false },
    { name: 'duration', description: 'For how long, like 30m, 2h or 7d; for ever without it', required: false },
  ],
  run: (given) => moderate(given, 'ban', durationIn(given)),
  candidates: (_option, { view }) => candidatesOf(view.players()),
};

function durationIn(given: Given): number | undefined {
  const text = optionOf(given, 'duration');
  if (text === '') return undefined;
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  throw new Refusal(`${toLine(text)} is no duration. Write it like 30m, 2h, 7d or 1w; a reason of several words needs quotes.`);
}

/** @param duration of a ban, in milliseconds; undefined for ever */
async function moderate(given: Given, action: AowlAction, duration?: number) {
  const { view, origin, services } = given;
  const { chat } = origin.server;
  const target = targetCalled(optionOf(given, 'player'), view);
  const reason = toLine(optionOf(given, 'reason')).slice(0, MAX_REASON);
  if (action === 'ban' && reason === '') throw new Refusal('A ban needs a reason.');
  const servers = view.servers().map(({ id }) => id);
  const whom = describeTarget(target);
  const detail = [reason || 'no reason given', ...(duration === undefined ? [] : [`for ${inWords(duration)}`])].join('; ');
  if (servers.length === 0) throw new Refusal('No game server is online, so nobody could act: nothing was sent.');
  await record(given, { action, target: whom, detail });
  const departure = watchDeparture(chat, target.is, { clock: services.clock, ms: PATIENCE });
  try {
    const { refused, late } = await send(given, action, target, reason, duration);
    const reached = servers.filter((id) => !refused.includes(id));
    if (reached.length === 0) throw new Refusal('The MQTT broker refused it, so nobody could act.');
    if (action === 'ban') keepBan(given, target, reason, duration);
    const but = [
      late.length === 0 ? '' : ` ${listed(late.map(serverName))} will get it when the connection to the broker is back.`,
      refused.length === 0 ? '' : ` The broker refused it for ${listed(refused.map(serverName))}.`,
    ].join('');
    const outcome = await outcomeOf(action, target, departure);
    recordLater(given, { action: `${action} result`, target: whom, detail: outcome });
    return literal(`${headline(given, action, target, duration)} sent to ${listed(reached.map(serverName))}; ${outcome}.${but}`);
  } catch (error) {
    if (error instanceof Refusal) recordLater(given, { action: `${action} result`, target: whom, detail: error.message });
    throw error;
  } finally {
    departure.stop();
  }
}

/** Sends it, and tells for which servers the broker refused it, and which get it later. @throws {Refusal} when it was not sent */
async function send(
  given: Given,
  action: AowlAction,
  target: Target,
  reason: string,
  duration: number | undefined,
): Promise<{ refused: readonly string[]; late: readonly string[] }> {
  const { view, origin } = given;
  const extra = duration === undefined ? {} : { duration: Math.round(duration / 1_000) };
  try {
    await origin.server.chat.state.sendAowl(action, target.aowl, reason, { extra, to: ({ id }) => view.includes(id) });
    return { refused: [], late: [] };
  } catch (error) {
    if (error instanceof NotConnectedError) throw new Refusal('The connection to the MQTT broker was lost: nothing was sent.');
    if (!(error instanceof PublishError)) throw error;
    // What the connection could not carry is kept, and goes out with the next one.
    const { undelivered, cause } = error;
    return cause instanceof RefusedError ? { refused: undelivered, late: [] } : { refused: [], late: undelivered };
  }
}

function keepBan({ services, invocation }: Given, target: Target, reason: string, duration: number | undefined): void {
  const at = services.clock.now();
  const by = invocation.caller.author.name;
  const until = duration === undefined ? undefined : at + duration;
  // That it is kept is not waited for: it holds already, and the audit log has it.
  services.store.bans.add({ ...banKey(target), name: target.name, reason, by, at, until }).catch(() => {});
}

/** Under which name {@link Bans} keep somebody who is on game servers. */
function banKey({ handle, aowl }: Target): { adapter: string; userId: string } {
  return { adapter: 'steamid64' in aowl ? 'steam' : 'server', userId: handle };
}

async function outcomeOf(action: AowlAction, { name, person }: Target, departure: Departure): Promise<string> {
  if (action === 'slap') return 'servers do not confirm a slap';
  if (person === undefined) return 'nobody with this SteamID is there now, so nothing can confirm it';
  const left = await departure.seen;
  if (left !== undefined) return `confirmed: ${name} left ${serverName(left.server.id)}`;
  return `without confirmation: ${name} did not leave within ${PATIENCE / 1_000} seconds`;
}

function headline({ services }: Given, action: AowlAction, { name }: Target, duration: number | undefined): string {
  if (action !== 'ban') return `${action === 'kick' ? 'Kick' : 'Slap'} ${name}:`;
  const until = duration === undefined ? 'for ever' : `until ${moment(services.clock.now() + duration)}`;
  return `Ban ${name} ${until}:`;
}
