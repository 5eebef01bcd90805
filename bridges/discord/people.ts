/** Who is called what, who types, and who leaves, in the guilds of the mapped channels. */
import { type Client, Events } from 'discord.js';
import type { Author, RoomRef } from '../../src/event.ts';
import { authorOf } from './incoming/author.ts';

export interface PeopleEvents {
  /** Somebody's name, picture or color changed. */
  profile(author: Author): void;
  /** Somebody is in none of the guilds any more. */
  left(userId: string): void;
  /** Somebody types in a mapped channel. */
  typing(room: RoomRef, author: Author): void;
}

/** @param rooms the mapped channels */
export function listenToPeople(client: Client, rooms: readonly RoomRef[], { profile, left, typing }: PeopleEvents): void {
  const isMember = (guild: string, user: string) => client.guilds.cache.get(guild)?.members.cache.has(user) ?? false;
  client
    .on(Events.GuildMemberUpdate, (_, member) => {
      if (guildsOf(client, rooms).has(member.guild.id)) profile(authorOf(member.user, member));
    })
    .on(Events.UserUpdate, (_, user) => {
      for (const guild of guildsOf(client, rooms)) {
        const member = client.guilds.cache.get(guild)?.members.cache.get(user.id);
        if (member !== undefined) profile(authorOf(user, member));
      }
    })
    .on(Events.GuildRoleUpdate, (before, role) => {
      const looksOther = before.hexColor !== role.hexColor || before.rawPosition !== role.rawPosition;
      if (!looksOther || !guildsOf(client, rooms).has(role.guild.id)) return;
      for (const member of role.members.values()) profile(authorOf(member.user, member));
    })
    .on(Events.GuildRoleDelete, ({ guild }) => {
      if (!guildsOf(client, rooms).has(guild.id)) return;
      // Whose it was is not known any more.
      for (const member of guild.members.cache.values()) profile(authorOf(member.user, member));
    })
    .on(Events.GuildMemberRemove, (member) => {
      const guilds = guildsOf(client, rooms);
      if (!guilds.delete(member.guild.id)) return;
      if (![...guilds].some((id) => isMember(id, member.id))) left(member.id);
    })
    .on(Events.TypingStart, ({ channel, user, member }) => {
      const room = rooms.find((id) => id === channel.id);
      if (room !== undefined && !user.partial && !user.bot) typing(room, authorOf(user, member));
    });
}

function guildsOf({ channels }: Client, rooms: readonly string[]): Set<string> {
  return new Set(
    rooms.flatMap((room) => {
      const channel = channels.cache.get(room);
      return channel !== undefined && 'guildId' in channel && channel.guildId !== null ? [channel.guildId] : [];
    }),
  );
}
