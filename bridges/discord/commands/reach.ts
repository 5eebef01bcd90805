/** Which of the mapped channels somebody sees: commands show what is heard there, and act on it. */
import { ChannelType, type Client, PermissionFlagsBits as Flags, type GuildMember } from 'discord.js';
import type { Clock } from '../../../src/clock.ts';
import type { RoomRef } from '../../../src/event.ts';
import { findMember } from '../find-member.ts';

/** For so many milliseconds it is believed where somebody is: their client asks for suggestions with every letter that they type. */
const believedFor = 30_000;
/** Of so many people it is remembered; then everybody is looked up anew. */
const maxPeople = 1_000;

interface Known {
  readonly at: number;
  readonly rooms: Promise<readonly RoomRef[]>;
}

/** The mapped channels of a guild that a member of it sees. @param here where they are: they see that */
export function roomsSeenBy(member: GuildMember, rooms: readonly RoomRef[], here?: string): RoomRef[] {
  return rooms.filter((room) => {
    const channel = member.client.channels.cache.get(room);
    if (channel === undefined || channel.isDMBased() || channel.guildId !== member.guild.id) return false;
    // Nobody tells who was let into a private thread.
    const needed = channel.type === ChannelType.PrivateThread ? Flags.ViewChannel | Flags.ManageThreads : Flags.ViewChannel;
    return room === here || channel.permissionsFor(member).has(needed);
  });
}

/** Finds out what people see who are in a private chat with the bot. */
export class Reach {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The mapped channels of all guilds that a user sees. Rejects when Discord does not tell. */
  async roomsOf(client: Client, userId: string, rooms: readonly RoomRef[]): Promise<readonly RoomRef[]> {
    const now = this.#clock.now();
    const known = this.#known.get(userId);
    if (known !== undefined && now - known.at < believedFor) return known.rooms;
    const found = look(client, userId, rooms);
    if (this.#known.size >= maxPeople) this.#known.clear();
    this.#known.set(userId, { at: now, rooms: found });
    found.catch(() => this.#known.delete(userId));
    return found;
  }
}

async function look({ guilds }: Client, userId: string, rooms: readonly RoomRef[]): Promise<readonly RoomRef[]> {
  const mapped = guilds.cache.filter(({ channels }) => rooms.some((room) => channels.cache.has(room)));
  const seen = mapped.map(async (guild) => {
    const member = await findMember(guild, userId, { isFresh: true });
    return member === undefined ? [] : roomsSeenBy(member, rooms);
  });
  return (await Promise.all(seen)).flat();
}
