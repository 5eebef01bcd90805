/** Who wrote a message. */
import type { Message as DiscordMessage, GuildMember, User } from 'discord.js';
import type { Author } from '../../../src/event.ts';

/** The author of a message. A message that answers a command is by the application's bot, though Discord calls it a webhook's. */
export function authorOfMessage({ author, member, webhookId, applicationId }: DiscordMessage<true>): Author {
  return webhookId === null || webhookId === applicationId ? authorOf(author, member) : webhookAuthor(author, webhookId);
}

/** A user as they appear in a guild, or, where their membership isn't known, everywhere. */
export function authorOf(user: User, member: GuildMember | null): Author {
  const color = member?.roles.color?.hexColor;
  return {
    id: user.id,
    name: member?.displayName ?? user.displayName,
    avatar: (member ?? user).displayAvatarURL({ extension: 'png', size: 128 }),
    link: `https://discord.com/users/${user.id}`,
    ...(color !== undefined && { color }),
  };
}

/** Many may speak through one webhook, each by a name: to others, each is somebody else. There is no profile to look at. */
function webhookAuthor(user: User, webhookId: string): Author {
  const { displayName: name } = user;
  return { id: `${webhookId}/${name}`, name, avatar: user.displayAvatarURL({ extension: 'png', size: 128 }) };
}
