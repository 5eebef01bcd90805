import type { Message as DiscordMessage, MessageSnapshot } from 'discord.js';
import type { Names } from '../markdown/parse.ts';

/**
 * The names behind the ids in a message, as people see them in its guild, if it is in one.
 * @param mentions of the message itself, or of the one that it forwards
 */
export function namesIn(
  { guild }: Pick<DiscordMessage, 'guild'>,
  { users }: DiscordMessage['mentions'] | MessageSnapshot['mentions'],
): Names {
  return {
    user: (id) => (guild?.members.cache.get(id) ?? users.get(id))?.displayName,
    role: (id) => guild?.roles.cache.get(id)?.name,
    channel: (id) => guild?.channels.cache.get(id)?.name,
  };
}
