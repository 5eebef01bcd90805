/** Whether somebody who writes to the bot is a member where people are heard: who was banned there shall not go on by this way. */
import type { Client } from 'discord.js';
import type { RoomRef } from '../../../src/event.ts';
import { findMember } from '../find-member.ts';

/**
 * Whether somebody is in none of the guilds of the mapped channels. Where Discord does not tell, they are taken for a member. Never rejects.
 * @param isFresh whether Discord is asked each time: a bot without the intent for members is not told who leaves
 */
export async function isStranger(
  { guilds }: Client,
  userId: string,
  rooms: readonly RoomRef[],
  isFresh: boolean,
): Promise<boolean> {
  const mapped = guilds.cache.filter(({ channels }) => rooms.some((room) => channels.cache.has(room)));
  try {
    const found = await Promise.all(mapped.map((guild) => findMember(guild, userId, { isFresh })));
    return found.length > 0 && found.every((member) => member === undefined);
  } catch {
    return false;
  }
}
