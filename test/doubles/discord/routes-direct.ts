/** Private chats. https://discord.com/developers/docs/resources/user#create-dm */
import { refusals } from './errors.ts';
import { type BotCall, ok, type Route } from './router.ts';
import { channelShape } from './shapes.ts';
import type { Bot, User } from './state.ts';
import type { World } from './world.ts';

function open({ world, bot, body }: BotCall) {
  const { recipient_id: id } = body as { recipient_id?: string | null };
  const user = world.users.get(id ?? '');
  if (!user || user.bot) throw refusals.invalidRecipient();
  return ok(channelShape(world.directOf(bot.user, user)));
}

/** @throws {ApiError} 50007 when a user wants no direct messages, or is in no guild with the bot */
export function requireOpen(world: World, user: User, bot: Bot): void {
  const areTogether = [...world.guilds.values()].some(({ members }) => members.has(user.id) && members.has(bot.user.id));
  if (user.takesNoDirect || !areTogether) throw refusals.noDirectMessages();
}

export const directRoutes: readonly Route[] = [
  { auth: 'bot', name: 'POST /users/@me/channels', takes: 'openDirect', handle: open },
];
