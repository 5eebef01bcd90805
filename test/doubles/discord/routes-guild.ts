/** Routes about bots, users, guilds and channels. */
import { z } from 'zod';
import { invalidForm, refusals } from './errors.ts';
import { can } from './permissions.ts';
import { type BotCall, ok, type Route } from './router.ts';
import { applicationShape, channelShape, guildShape, memberWithUser, ownUserShape, roleShape, userShape } from './shapes.ts';
import { bySnowflake } from './snowflake.ts';
import type { Bot, Channel, Guild, Member } from './state.ts';

/** The guild of the path. A bot knows only its own. */
export function guildOf({ world, bot, param }: BotCall): Guild {
  const guild = world.guilds.get(param('guild'));
  if (!guild?.members.has(bot.user.id)) throw refusals.unknownGuild();
  return guild;
}

/** The channel of the path, if the bot may see it. */
export function channelOf({ world, bot, param }: BotCall): Channel {
  const channel = world.channels.get(param('channel'));
  if (!channel) throw refusals.unknownChannel();
  if (!can(channel, bot.user.id, 'ViewChannel')) throw refusals.missingAccess();
  return channel;
}

function application({ world, bot }: BotCall) {
  const guilds = [...world.guilds.values()].filter(({ members }) => members.has(bot.user.id));
  const [owner] = world.users.values();
  return ok(applicationShape(bot, owner ?? bot.user, guilds.length));
}

/** A whole number in the query. */
export function limitOf(query: URLSearchParams, fallback: number, max: number): number {
  const limit = z.coerce
    .number()
    .int()
    .min(1)
    .max(max)
    .safeParse(query.get('limit') ?? fallback);
  if (limit.success) return limit.data;
  const message = `int value should be between 1 and ${max}.`;
  throw invalidForm([{ path: ['limit'], error: { code: 'NUMBER_TYPE_RANGE', message } }]);
}

/** Lists of members need the intent that the portal grants. https://discord.com/developers/docs/resources/guild#list-guild-members */
function requireMembersIntent(bot: Bot): void {
  if (!bot.privileged.has('GuildMembers')) throw refusals.missingAccess();
}

function isAfter(after: string): (member: Member) => boolean {
  return ({ user }) => bySnowflake({ id: after }, user) < 0;
}

function listMembers(call: BotCall) {
  const guild = guildOf(call);
  requireMembersIntent(call.bot);
  const members = [...guild.members.values()].filter(isAfter(call.query.get('after') ?? '0'));
  const page = members.sort((a, b) => bySnowflake(a.user, b.user)).slice(0, limitOf(call.query, 1, 1000));
  return ok(page.map(memberWithUser));
}

function searchMembers(call: BotCall) {
  const query = (call.query.get('query') ?? '').toLowerCase();
  const members = [...guildOf(call).members.values()].filter(({ nick, user }) =>
    [nick, user.globalName, user.username].some((name) => name?.toLowerCase().startsWith(query)),
  );
  return ok(members.slice(0, limitOf(call.query, 1, 1000)).map(memberWithUser));
}

function getMember(call: BotCall) {
  const member = guildOf(call).members.get(call.param('user'));
  if (member) return ok(memberWithUser(member));
  throw call.world.users.has(call.param('user')) ? refusals.unknownMember() : refusals.unknownUser();
}

function getUser({ world, param }: BotCall) {
  const user = world.users.get(param('user'));
  if (!user) throw refusals.unknownUser();
  return ok(userShape(user));
}

function getRole(call: BotCall) {
  const role = guildOf(call).roles.get(call.param('role'));
  if (!role) throw refusals.unknownRole();
  return ok(roleShape(role));
}

function activeThreads(call: BotCall) {
  const threads = [...guildOf(call).channels.values()].filter(
    (channel) => channel.parent && !channel.archived && can(channel, call.bot.user.id, 'ViewChannel'),
  );
  return ok({ threads: threads.map((thread) => channelShape(thread)), members: [] });
}

export const guildRoutes: readonly Route[] = [
  { auth: 'bot', name: 'GET /users/@me', handle: ({ bot }) => ok(ownUserShape(bot.user)) },
  { auth: 'bot', name: 'GET /users/:user', handle: getUser },
  { auth: 'bot', name: 'GET /applications/@me', handle: application },
  { auth: 'bot', name: 'GET /oauth2/applications/@me', handle: application },
  {
    auth: 'bot',
    name: 'GET /guilds/:guild',
    handle: (call) => ok({ ...guildShape(guildOf(call)), ...counts(call) }),
  },
  {
    auth: 'bot',
    name: 'GET /guilds/:guild/channels',
    handle: (call) =>
      ok([...guildOf(call).channels.values()].filter(({ parent }) => !parent).map((channel) => channelShape(channel))),
  },
  { auth: 'bot', name: 'GET /guilds/:guild/threads/active', handle: activeThreads },
  { auth: 'bot', name: 'GET /guilds/:guild/roles', handle: (call) => ok([...guildOf(call).roles.values()].map(roleShape)) },
  { auth: 'bot', name: 'GET /guilds/:guild/roles/:role', handle: getRole },
  { auth: 'bot', name: 'GET /guilds/:guild/members', handle: listMembers },
  { auth: 'bot', name: 'GET /guilds/:guild/members/search', handle: searchMembers },
  { auth: 'bot', name: 'GET /guilds/:guild/members/:user', handle: getMember },
  { auth: 'bot', name: 'GET /channels/:channel', handle: (call) => ok(channelShape(channelOf(call))) },
];

function counts(call: BotCall): object {
  const { size } = guildOf(call).members;
  return call.query.get('with_counts') === 'true' ? { approximate_member_count: size, approximate_presence_count: size } : {};
}
