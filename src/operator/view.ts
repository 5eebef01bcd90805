/** A bridge as the operator's page shows it, from what is in memory. */
import type { Ban, Bans, Channel, Connection, Problem, Queue, Server, Servers, State } from '../../web/operator/wire.ts';
import { roomId } from '../channels.ts';
import type { ChannelReport, Control, RoomReport } from '../control.ts';
import { connections, health, type Parts } from '../health.ts';
import type { Guises } from '../moderation/same-bans.ts';
import type { QueueReport } from '../outbox/queue-report.ts';
import type { Ban as HeldBan } from '../store/bans.ts';
import { toLine } from '../text/line.ts';
import { sanitizeName } from '../text/names.ts';
import { gameOf } from '../text/server.ts';

/** The parts of a bridge, and what can be done with it. */
export interface Shown extends Parts {
  readonly control: Control | undefined;
  /** Who is the same person on several platforms. */
  readonly identities: Guises | undefined;
}

/** So many game servers are listed, so many players of each are named, and so many of all. */
const MAX_SERVERS = 100;
const MAX_NAMED = 50;
const MAX_NAMED_IN_ALL = 1_000;
const MAX_BANS = 200;
/** Problems that are told; more of them have one cause. */
const MAX_PROBLEMS = 30;

/** An instance that is not active. @param why in a sentence */
export function idleState(role: 'standby' | 'standstill', why: string): State {
  return { role, problems: [{ level: 'bad', text: why }], connections: [], channels: [], others: [], speakers: 0 };
}

/** How a bridge stands. @param made how often a connection was made, where that is known */
export function stateOf(parts: Shown, made: (connection: string) => number | undefined): State {
  const { servers, members, outbox, control, standstill } = parts;
  if (standstill !== undefined) return idleState('standstill', standstill);
  const everywhere = members.filter((member) => member.everywhere);
  const platforms = everywhere.map(({ adapter }) => adapter.platform);
  const channels = (control?.channels() ?? []).map((channel) => channelOf(channel, platforms));
  const listed = new Set(channels.flatMap(({ rooms }) => rooms.map((room) => roomId(room as RoomReport))));
  const isTold = (id: string, { state, waiting }: QueueReport) =>
    listed.has(id) || (state === 'up' && waiting === 0 && everywhere.some((member) => id.startsWith(`room/${member.id}/`)));
  return {
    role: 'active',
    problems: problemsOf(parts, channels),
    connections: connections(parts).map(({ name, fault }): Connection => {
      const count = made(name);
      return { name, title: titleOf(name, parts), ...(fault && { fault }), ...(count !== undefined && { made: count }) };
    }),
    channels,
    others: (outbox?.reports() ?? []).flatMap(([id, report]) => (isTold(id, report) ? [] : [queueOf(report)])),
    speakers: servers.reduce((sum, { chat }) => sum + chat.state.me().users.size, 0),
  };
}

/** The game servers that are online. */
export function serversOf({ servers }: Parts): Servers {
  const online = [...new Map(servers.flatMap(({ chat }) => chat.state.online()).map((server) => [server.id, server])).values()];
  let left = MAX_NAMED_IN_ALL;
  const listed = online
    .sort((one, other) => other.users.size - one.users.size || (one.id < other.id ? -1 : 1))
    .slice(0, MAX_SERVERS)
    .map((server): Server => {
      const named = [...server.users.values()].slice(0, Math.min(left, MAX_NAMED));
      left -= named.length;
      const players = named.map(({ id, name }) => sanitizeName(name) || `Player ${id}`);
      return { id: server.id, ...gameOf(server), count: server.users.size, players };
    });
  const players = online.reduce((sum, { users }) => sum + users.size, 0);
  return { servers: listed, more: online.length - listed.length, players };
}

/** The bans that hold. */
export function bansOf(all: readonly HeldBan[]): Bans {
  const bans = all.slice(0, MAX_BANS).map(({ adapter, userId, name, reason, by, at, until }): Ban => {
    const shown = { name: sanitizeName(name) || userId, reason: toLine(reason), by: toLine(by) };
    return { adapter, userId, ...shown, at, ...(until !== undefined && { until }) };
  });
  return { total: all.length, bans };
}

/** What does not work; then what is late, and what somebody has paused. */
function problemsOf(parts: Parts, channels: readonly Channel[]): Problem[] {
  const late = (parts.outbox?.reports() ?? []).filter(([, { state }]) => state === 'slow' || state === 'recovering');
  const isLate = (sentence: string) => late.some(([, { name }]) => sentence.startsWith(`${name} is `));
  const reasons = new Set(connections(parts).flatMap(({ fault }) => fault ?? []));
  const others = health(parts).filter((sentence) => !reasons.has(sentence));
  const paused = channels.flatMap(({ name, paused: whole, rooms }) => [
    ...(whole ? [`The channel "${name}" is paused: nothing is carried to or from it.`] : []),
    ...rooms.flatMap((one) => (one.paused ? [`${one.platform} room ${one.room} is paused.`] : [])),
  ]);
  const problems = [
    ...[...reasons, ...others.filter((sentence) => !isLate(sentence))].map(
      (text): Problem => ({ level: 'bad', text: toLine(text) }),
    ),
    ...[...others.filter(isLate), ...paused].map((text): Problem => ({ level: 'look', text: toLine(text) })),
  ];
  if (problems.length <= MAX_PROBLEMS) return problems;
  return [...problems.slice(0, MAX_PROBLEMS), { level: 'look', text: `… and ${problems.length - MAX_PROBLEMS} more.` }];
}

function channelOf({ name, servers, paused, rooms }: ChannelReport, everywhere: readonly string[]): Channel {
  return {
    name,
    servers,
    paused,
    everywhere,
    rooms: rooms.map(({ adapter, room, platform, nativeId, paused: itself, fault, queue }) => ({
      adapter,
      room,
      platform,
      nativeId,
      paused: itself,
      ...(fault && { fault: toLine(fault) }),
      queue: queueOf(queue),
    })),
  };
}

function queueOf({ name, state, waiting, oldest, fault }: QueueReport): Queue {
  return {
    name,
    state,
    waiting,
    ...(oldest !== undefined && waiting > 0 && { oldest }),
    ...(fault && { fault: { reason: toLine(fault.reason), at: fault.at } }),
  };
}

function titleOf(connection: string, { members, servers }: Parts): string {
  const [kind, ...rest] = connection.split('/');
  const id = rest.join('/');
  if (kind === 'store') return 'Database';
  if (kind === 'mqtt') return servers.length === 1 ? 'MQTT broker' : `MQTT broker, as ${id}`;
  const platform = members.find((member) => member.id === id)?.adapter.platform ?? id;
  return platform.toLowerCase().replaceAll(' ', '') === id ? platform : `${platform} (${id})`;
}
