/** What moderators elsewhere do to somebody, done in the rooms as well. */
import type { Finding, Sanction } from '../../src/adapter.ts';
import type { RoomRef } from '../../src/event.ts';
import type { MatrixConfig } from './config.ts';
import { describe, type Homeserver } from './homeserver.ts';
import { type Powers, readPowers } from './powers.ts';
import { isMember } from './room-state.ts';
import * as sentences from './sentences.ts';

type Measure = 'kick' | 'ban';
type Keys = Pick<MatrixConfig, 'mirror_kick' | 'mirror_ban' | 'admins' | 'moderators'>;

/** What it works with. */
interface SanctionsOptions {
  readonly homeserver: Homeserver;
  /** Our own user id. */
  readonly userId: string;
  readonly config: Keys;
  /** The ids of the open rooms. */
  readonly roomIds: readonly string[];
}

/**
 * Does what the configuration says in every room that they are in. A ban for some time is a kick: Matrix's bans have no end.
 * @returns what came of it, in words; undefined where the configuration wants nothing
 */
export async function sanction(target: Sanction, options: SanctionsOptions): Promise<string | undefined> {
  const { config, roomIds } = options;
  const wanted = target.action === 'kick' ? config.mirror_kick : config.mirror_ban;
  if (wanted === 'none') return undefined;
  const measure = wanted === 'ban' && target.until !== undefined ? 'kick' : wanted;
  if ([...config.admins, ...config.moderators].includes(target.userId))
    return 'nothing was done: the bridge is told to trust them';
  const outcomes: string[] = [];
  // One room after the other, since homeservers limit how fast this may go.
  for (const roomId of roomIds) {
    const outcome = await inRoom(roomId, measure, target, options).catch(
      (fault: unknown) => `nothing was done: ${describe(fault)}`,
    );
    if (outcome !== undefined) outcomes.push(`${outcome} (${roomId})`);
  }
  return outcomes.length === 0 ? 'they are in no room' : outcomes.join('; ');
}

/** @returns undefined where they are not there */
async function inRoom(
  roomId: string,
  measure: Measure,
  { userId: target, by, reason }: Sanction,
  { homeserver, userId }: SanctionsOptions,
): Promise<string | undefined> {
  if (!(await isMember(homeserver, roomId, target))) return undefined;
  const powers = await readPowers(homeserver, roomId);
  if (powers.of(target) >= powers.of(userId)) return `nothing was done: they stand as high as ${userId}`;
  if (!mayDo(measure, powers, userId)) return `nothing was done: ${userId} has not the power to ${measure} people`;
  const body = { user_id: target, reason: reason === '' ? by : `${by}: ${reason}` };
  await homeserver.call('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/${measure}`, { body });
  return measure === 'kick' ? 'kicked' : 'banned';
}

/** @see https://spec.matrix.org/v1.16/client-server-api/#mroompower_levels */
function mayDo(measure: Measure, powers: Powers, userId: string): boolean {
  return powers.of(userId) >= (measure === 'kick' ? powers.toKick : powers.toBan);
}

/** What the bridge lacks in a room to do what is configured; undefined when that is nothing. Rejects when the homeserver doesn't tell. */
export async function sanctionFinding(
  ref: RoomRef,
  roomId: string,
  { homeserver, userId, config }: Omit<SanctionsOptions, 'roomIds'>,
): Promise<Finding | undefined> {
  const wanted = new Set<Measure | 'none'>([config.mirror_kick, config.mirror_ban]);
  if (config.mirror_ban === 'ban') wanted.add('kick');
  wanted.delete('none');
  if (wanted.size === 0) return undefined;
  const powers = await readPowers(homeserver, roomId);
  const lacking = (['kick', 'ban'] as const).filter((measure) => wanted.has(measure) && !mayDo(measure, powers, userId));
  return lacking.length === 0 ? undefined : { ok: false, text: sentences.mayNotSanction(ref, userId, lacking) };
}
