/** Routes by which a moderator times somebody out, or throws them out. */
import { refusals } from './errors.ts';
import { guildPermissions, permissionBits } from './permissions.ts';
import { type BotCall, noContent, ok, type Route } from './router.ts';
import { guildOf } from './routes-guild.ts';
import { memberWithUser } from './shapes.ts';
import type { Member } from './state.ts';

/** The member of the path, if the bot may do this to them. https://discord.com/developers/docs/topics/permissions#permission-hierarchy */
function victimOf(call: BotCall, permission: 'ModerateMembers' | 'KickMembers' | 'BanMembers'): Member {
  const guild = guildOf(call);
  const member = guild.members.get(call.param('user'));
  if (!member) throw refusals.unknownMember();
  const { bot } = call;
  const mayIt = (guildPermissions(guild, bot.user.id) & permissionBits([permission])) !== 0n;
  const standing = (id: string) =>
    Math.max(0, ...[...(guild.members.get(id)?.roles ?? [])].map((role) => guild.roles.get(role)?.position ?? 0));
  const isAbove = member.user.id !== guild.ownerId && standing(bot.user.id) > standing(member.user.id);
  const isAdmin = (guildPermissions(guild, member.user.id) & permissionBits(['Administrator'])) !== 0n;
  if (!mayIt || !isAbove || (permission === 'ModerateMembers' && isAdmin)) throw refusals.missingPermissions();
  return member;
}

function timeOut(call: BotCall) {
  const member = victimOf(call, 'ModerateMembers');
  const { communication_disabled_until: until } = call.body as { communication_disabled_until: string };
  if (Date.parse(until) > call.world.clock.now() + 28 * 86_400_000 + 1_000) throw refusals.invalidTimeout();
  call.world.sanctions.push(`${member.user.username} timed out until ${until}`);
  return ok(memberWithUser(member));
}

function throwOut(call: BotCall, how: 'kicked' | 'banned') {
  const member = victimOf(call, how === 'kicked' ? 'KickMembers' : 'BanMembers');
  call.world.sanctions.push(`${member.user.username} ${how}`);
  call.world.removeMember(member);
  return noContent;
}

export const sanctionRoutes: readonly Route[] = [
  { auth: 'bot', name: 'PATCH /guilds/:guild/members/:user', takes: 'updateMember', handle: timeOut },
  { auth: 'bot', name: 'DELETE /guilds/:guild/members/:user', handle: (call) => throwOut(call, 'kicked') },
  { auth: 'bot', name: 'PUT /guilds/:guild/bans/:user', takes: 'banMember', handle: (call) => throwOut(call, 'banned') },
];
