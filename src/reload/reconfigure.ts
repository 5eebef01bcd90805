/** Lets a bridge that runs follow another configuration, without an end to any connection that did not change. */
import type { Logger } from 'pino';
import type { RoomAddress } from '../channels.ts';
import type { Clock } from '../clock.ts';
import type { AdapterConfig, Config } from '../config.ts';
import type { Plan } from '../control/controller.ts';
import { actorWords } from '../control/deeds.ts';
import { openRoom } from '../control/opening.ts';
import { roomless } from '../control/restore.ts';
import type { Actor } from '../control.ts';
import type { Core } from '../core.ts';
import type { Member } from '../member.ts';
import type { Members } from '../members.ts';
import type { Audit } from '../store/audit.ts';
import { type Changes, changesBetween } from './changes.ts';
import { type Places, type RoomChanges, roomChanges } from './rooms.ts';
import { type Moved, outcome } from './wording.ts';

/** A bridge, as far as it follows. */
export interface Follower {
  /** The configuration as it is now. */
  readonly config: () => Config;
  /** From now on it is this one. */
  readonly adopt: (config: Config) => void;
  readonly map: Places['map'];
  /** The ids of the virtual servers. */
  readonly servers: ReadonlySet<string>;
  readonly core: Core;
  readonly members: Members;
  readonly audit: Audit;
  /** Aborted when the bridge ends. */
  readonly ended: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is going to happen. */
interface Steps {
  readonly plan: Plan;
  readonly rooms: RoomChanges;
  /** Adapters that are replaced, with their configuration from then on. */
  readonly replaced: ReadonlyMap<Member, AdapterConfig>;
  readonly removed: readonly Member[];
}

/**
 * Follows a configuration, after all that was asked for before. Rooms that are new are opened first: where one can't be, nothing changes.
 * @returns what is so now: sentences
 * @throws {ControlError} when nothing has changed, and why
 */
export function reconfigure(follower: Follower, next: Config, by: Actor): Promise<string> {
  const { config, servers, core, audit, log } = follower;
  return core.control.inTurn(async () => {
    const changes = changesBetween(config(), next, servers);
    await openRooms(follower, stepsTo(follower, changes));
    // Something may have been paused meanwhile. From here on without waiting: what is said next is carried as it is configured now.
    const steps = stepsTo(follower, changes);
    const moved = await follow(follower, changes, steps);
    const { map, restored } = steps.plan;
    for (const sentence of [...restored.ignored, ...roomless(map, changes.config.adapters)]) log.warn(sentence);
    const words = outcome(changes, moved);
    audit.note({ who: actorWords(by), action: 'reload', target: 'the configuration', detail: words }).catch(() => {});
    return words;
  });
}

function stepsTo({ config, map, core, members }: Follower, changes: Changes): Steps {
  const plan = core.control.plan(changes.config);
  const rooms = roomChanges({ map, modLog: config().modLog }, { map: plan.map, modLog: changes.config.modLog });
  const replaced = new Map<Member, AdapterConfig>();
  const removed: Member[] = [];
  for (const member of members.all) {
    const wanted = changes.config.adapters.find(({ id }) => id === member.id);
    if (wanted === undefined) removed.push(member);
    else if (changes.adapters.changed.includes(wanted) || isStuck(member, rooms) || members.whyNot(member) !== undefined)
      replaced.set(member, wanted);
  }
  return { plan, rooms, replaced, removed };
}

/** Whether an adapter can't follow its rooms as it is. */
function isStuck({ id, adapter, everywhere }: Member, { opened, closed }: RoomChanges): boolean {
  return !everywhere && (!adapter.open || !adapter.close) && [...opened, ...closed].some((room) => room.adapter === id);
}

/** Opens those of adapters that stay as they are. @throws {ControlError} when one can't be: then none is */
async function openRooms(follower: Follower, { rooms, replaced }: Steps): Promise<void> {
  const wanted = rooms.opened.flatMap(({ adapter, room }) => {
    const member = memberOf(follower, adapter);
    return member?.adapter.open && !replaced.has(member) ? [{ adapter: member.adapter, room }] : [];
  });
  const results = await Promise.allSettled(wanted.map(({ adapter, room }) => openRoom(adapter, room, follower)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  for (const [index, { adapter, room }] of wanted.entries()) {
    if (results[index]?.status === 'fulfilled') adapter.close?.(room);
  }
  throw failed.reason;
}

/** Does it, all that can be at once. */
async function follow(follower: Follower, changes: Changes, { plan, rooms, replaced, removed }: Steps): Promise<Moved[]> {
  const { core, members, log } = follower;
  core.control.adopt(plan);
  follower.adopt(changes.config);
  const ofRemoved = (member: Member) => rooms.closed.filter(({ adapter }) => adapter === member.id);
  const going = removed.map((member) => members.remove(member, ofRemoved(member)));
  for (const address of rooms.kept) core.hub.forgetRoom(address);
  const closed = rooms.closed.map((address) => close(follower, address, replaced));
  for (const address of rooms.opened) open(follower, address, replaced);
  core.hub.followPauses();
  const added = changes.adapters.added.map((config) => members.add(config));
  // Without it, new adapters learn the ids of their rooms when they have started.
  await core.hub.restore().catch((error: unknown) => log.debug({ err: error }, 'what was known of rooms could not be read'));
  await Promise.all([...going, ...closed, members.start(added), ...[...replaced].map((each) => members.replace(...each))]);
  return [
    ...added.map((member) => moved(member, 'added', members.whyNot(member))),
    ...[...replaced.keys()].map((member) => moved(member, 'replaced', members.whyNot(member))),
    ...removed.map((member) => moved(member, 'removed')),
  ];
}

async function close(follower: Follower, address: RoomAddress, replaced: Steps['replaced']): Promise<void> {
  const member = memberOf(follower, address.adapter);
  if (member === undefined) return;
  await follower.core.hub.removeRoom(address);
  if (!replaced.has(member)) member.adapter.close?.(address.room);
}

function open(follower: Follower, address: RoomAddress, replaced: Steps['replaced']): void {
  const { core, map } = follower;
  const member = memberOf(follower, address.adapter);
  if (member === undefined) return;
  if (map.has(address)) core.hub.addRoom(member, address.room);
  else core.modLog.join(member);
  if (!replaced.has(member)) core.outbox.release(member.id);
}

function memberOf({ members }: Follower, adapter: string): Member | undefined {
  return members.all.find(({ id }) => id === adapter);
}

function moved({ id, adapter }: Member, how: Moved['how'], fault?: string): Moved {
  return { name: `${adapter.platform} (${id})`, how, fault };
}
