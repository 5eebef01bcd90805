/** How the bridge fares, in plain words. */
import type { ChannelReport, RoomReport } from '../control.ts';
import { count } from '../text/count.ts';
import { toLine } from '../text/line.ts';
import { asLines } from '../text/lines.ts';
import { inWords } from '../text/time.ts';
import { literal, type RichText } from '../text/tree.ts';
import type { AdapterReport, Command, Given } from './command.ts';
import { bold, listUpTo } from './words.ts';

const MAX_ROOMS = 30;
const MAX_FAULTS = 10;

/** Whether it works, and how much waits for whom. */
export const status: Command = {
  name: 'status',
  description: 'Whether the bridge works, and what waits',
  rank: 'everybody',
  options: [],
  run(given) {
    const { services, view, invocation } = given;
    const isAdmin = invocation.caller.rank === 'admin';
    const faults = services.health();
    return asLines([
      literal(networkWords(given)),
      listUpTo(
        MAX_ROOMS,
        services.adapters().map((adapter) => literal(adapterWords(adapter, isAdmin))),
      ),
      ...view.channels.map((channel) => channelBlock(channel, given)),
      faults.length === 0 ? literal('All is well.') : [],
      faults.length > 0 && !isAdmin ? literal('Something is not as it should be; an admin sees here what.') : [],
      isAdmin
        ? listUpTo(
            MAX_FAULTS,
            faults.map((fault) => literal(toLine(fault))),
          )
        : [],
    ]);
  },
};

function networkWords({ origin, view }: Given): string {
  if (origin.server.chat.status !== 'ready')
    return 'The bridge has no connection to the MQTT broker: game servers are out of reach.';
  const servers = view.servers();
  const players = servers.reduce((sum, { users }) => sum + users.size, 0);
  return `The bridge is on the network: ${count(servers.length, 'game server')} online, with ${count(players, 'player')}.`;
}

function adapterWords({ id, platform, fault }: AdapterReport, isAdmin: boolean): string {
  const name = platform.toLowerCase() === id ? platform : `${platform} (${id})`;
  if (fault === undefined) return `${name} runs`;
  return `${name} does not run${isAdmin ? `: ${toLine(fault)}` : ''}`;
}

function channelBlock({ name, paused, rooms }: ChannelReport, given: Given): RichText {
  return asLines([
    [...literal('Channel '), ...bold(toLine(name)), ...literal(paused ? ' is paused' : '')],
    listUpTo(
      MAX_ROOMS,
      rooms.map((room) => literal(roomWords(room, given))),
    ),
  ]);
}

/** `Discord 123 (this room): 12 wait since 3 min` */
export function roomWords(
  { platform, adapter, room, paused, queue, fault }: RoomReport,
  { invocation, origin, services }: Given,
): string {
  const here = adapter === origin.id && room === invocation.room ? ' (this room)' : '';
  const { state, waiting, oldest } = queue;
  const since = oldest === undefined ? '' : ` since ${inWords(Math.max(0, services.clock.now() - oldest))}`;
  const waits = waiting === 0 ? '' : `, ${count(waiting, 'message')} waiting${since}`;
  const isAdmin = invocation.caller.rank === 'admin';
  const fares = fault === undefined ? STATES[state] : isAdmin ? toLine(fault) : 'out of order';
  return `${platform} ${toLine(room)}${here}: ${paused ? 'paused' : fares}${waits}`;
}

const STATES: Readonly<Record<RoomReport['queue']['state'], string>> = {
  up: 'works',
  slow: 'takes messages slowly',
  down: 'can not be reached',
  recovering: 'is catching up',
};
