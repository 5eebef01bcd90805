/** Who is on the servers, and what the servers are. */
import type { CrossChatServer } from '../crosschat/index.ts';
import { count } from '../text/count.ts';
import { asLines } from '../text/lines.ts';
import { nearest } from '../text/nearest.ts';
import { gameOf } from '../text/server.ts';
import { inWords, moment } from '../text/time.ts';
import { literal, type RichText } from '../text/tree.ts';
import { type Command, type Given, optionOf } from './command.ts';
import { Refusal } from './refusal.ts';
import type { Candidate } from './suggest.ts';
import type { Person, View } from './view.ts';
import { bold, listUpTo, serverName } from './words.ts';

/** Players of one server that are named, when all servers are asked for, and when one is. */
const FEW = 20;
const MANY = 60;
/** Servers that are named. */
const MAX_SERVERS = 40;

/** Who plays, by server. */
export const players: Command = {
  name: 'players',
  description: 'Who is on the game servers',
  rank: 'everybody',
  needsNetwork: true,
  options: [{ name: 'server', description: 'Only this server', required: false, suggests: true }],
  run(given) {
    const { view } = given;
    const wanted = optionOf(given, 'server');
    const servers = wanted === '' ? view.servers() : [serverCalled(wanted, view.servers())];
    if (servers.length === 0) return literal('No game server is online.');
    const most = servers.length === 1 ? MANY : FEW;
    const blocks = servers.slice(0, MAX_SERVERS).flatMap((server): RichText[] => {
      const people = view.playersOn(server);
      return [
        [...headOf(server), ...literal(`: ${people.length === 0 ? 'nobody' : count(people.length, 'player')}`)],
        listUpTo(
          most,
          people.map((person) => literal(`${person.name} (${playTime(person, given)})`)),
        ),
      ];
    });
    const total = servers.reduce((sum, { users }) => sum + users.size, 0);
    const summary = `${count(total, 'player')} on ${count(servers.length, 'server')}.`;
    return asLines(servers.length > 1 ? [...blocks, literal(summary)] : blocks);
  },
  candidates: (_option, { view }) => serverCandidates(view),
};

/** The servers. */
export const servers: Command = {
  name: 'servers',
  description: 'The game servers that are online',
  rank: 'everybody',
  needsNetwork: true,
  options: [],
  run({ view }) {
    const online = view.servers();
    if (online.length === 0) return literal('No game server is online.');
    return listUpTo(
      MAX_SERVERS,
      online.map((server) => [
        ...headOf(server),
        ...literal(`, ${count(server.users.size, 'player')}, up since ${moment(server.started * 1_000)}`),
      ]),
    );
  },
};

/** Servers to choose from. */
export function serverCandidates(view: View): Candidate[] {
  return view.servers().map(({ id }) => ({ value: id, label: id }));
}

/** @throws {Refusal} when there is no such server online */
export function serverCalled(text: string, online: readonly CrossChatServer[]): CrossChatServer {
  const found = online.find(({ id }) => id === text) ?? online.find(({ id }) => id.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const close = nearest(
    text,
    online.map(({ id }) => id),
  );
  const hint = close === undefined ? '' : `; did you mean ${serverName(close)}?`;
  throw new Refusal(`There is no server ${serverName(text)} online${hint || '.'}`);
}

/** `alpha (gm_construct, sandbox)` */
function headOf(server: CrossChatServer): RichText {
  const { map, gamemode } = gameOf(server);
  const about = [map, gamemode].filter((value) => value !== '');
  return [...bold(serverName(server.id)), ...literal(about.length > 0 ? ` (${about.join(', ')})` : '')];
}

function playTime({ user }: Person, { services }: Given): string {
  return inWords(Math.max(0, services.clock.now() - user.firstSeen * 1_000));
}
