/** What moderators elsewhere do to a member, done on Discord as well. */
import { PermissionFlagsBits as Flags, Routes } from 'discord.js';
import type { Finding, Sanction } from '../../src/adapter.ts';
import { inWords } from '../../src/text/time.ts';
import type { Account, Guild } from './answers.ts';
import type { Api } from './api.ts';
import type { DiscordConfig } from './config.ts';
import { isMemberGone, reasonOf } from './faults.ts';
import { permissionsOf } from './permissions.ts';

/** What is done to somebody in a guild. */
type Measure = 'timeout' | 'kick' | 'ban';

/** https://discord.com/developers/docs/resources/guild#modify-guild-member */
const longestTimeout = 28 * 86_400_000;
/** The longest reason that stands in the audit log of a guild. https://discord.com/developers/docs/reference#audit-log-reason */
const maxReason = 512;

const permissions: Readonly<Record<Measure, { readonly name: string; readonly flag: bigint }>> = {
  timeout: { name: 'Moderate Members', flag: Flags.ModerateMembers },
  kick: { name: 'Kick Members', flag: Flags.KickMembers },
  ban: { name: 'Ban Members', flag: Flags.BanMembers },
};

/** What it works with. */
interface SanctionsOptions {
  readonly api: Api;
  readonly account: Account;
  readonly config: Pick<DiscordConfig, 'mirror_kick' | 'mirror_ban' | 'admins' | 'moderators'>;
  /** The mapped channels. */
  readonly rooms: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** The permissions that the configured measures take. */
function permissionsFor({ mirror_kick, mirror_ban }: SanctionsOptions['config']): readonly { name: string; flag: bigint }[] {
  const measures = new Set([mirror_kick, mirror_ban]);
  // A ban for some time is a time-out: Discord's bans have no end.
  if (mirror_ban === 'ban') measures.add('timeout');
  return [...measures].flatMap((measure) => (measure === 'none' ? [] : permissions[measure]));
}

/** The guilds of channels, each once. */
async function guildsOf(api: Api, rooms: readonly string[], signal?: AbortSignal): Promise<Guild[]> {
  const channels = await Promise.all(rooms.map((room) => api.channel(room, signal).catch(() => undefined)));
  const ids = new Set(channels.flatMap((channel) => channel?.guildId ?? []));
  return Promise.all([...ids].map((id) => api.guild(id, signal)));
}

/**
 * Does what the configuration says in every guild in which the member is.
 * @returns what came of it, in words; undefined where the configuration wants nothing
 */
export async function sanction(
  target: Sanction,
  { account: look, ...given }: Omit<SanctionsOptions, 'account'> & { readonly account: () => Promise<Account> },
): Promise<string | undefined> {
  const { config, api, rooms, signal } = given;
  const wanted = target.action === 'kick' ? config.mirror_kick : config.mirror_ban;
  if (wanted === 'none') return undefined;
  const measure = wanted === 'ban' && target.until !== undefined ? 'timeout' : wanted;
  try {
    const options = { ...given, account: await look() };
    const guilds = await guildsOf(api, rooms, signal);
    const outcomes = await Promise.all(guilds.map((guild) => inGuild(guild, measure, target, options)));
    const told = outcomes.flatMap((outcome) => outcome ?? []);
    return told.length === 0 ? 'they are a member nowhere' : told.join('; ');
  } catch (error) {
    return `nothing was done: ${reasonOf(error)}`;
  }
}

/** @returns undefined where they are no member */
async function inGuild(guild: Guild, measure: Measure, target: Sanction, options: SanctionsOptions): Promise<string | undefined> {
  const { api, account, signal } = options;
  const { userId } = target;
  try {
    const roles = await api.roles(guild.id, userId, signal).catch((error: unknown) => {
      if (isMemberGone(error)) return undefined;
      throw error;
    });
    if (roles === undefined) return undefined;
    const ours = await api.roles(guild.id, account.userId, signal);
    const why = whyNot(guild, measure, { id: userId, roles }, { id: account.userId, roles: ours }, options);
    return why === undefined ? await carryOut(guild, measure, target, options) : `nothing was done in ${guild.name}: ${why}`;
  } catch (error) {
    return `nothing was done in ${guild.name}: ${reasonOf(error)}`;
  }
}

interface Somebody {
  readonly id: string;
  readonly roles: readonly string[];
}

/** Why a member is left alone. https://discord.com/developers/docs/topics/permissions#permission-hierarchy */
function whyNot(
  guild: Guild,
  measure: Measure,
  target: Somebody,
  bot: Somebody,
  { config, account }: Pick<SanctionsOptions, 'config' | 'account'>,
): string | undefined {
  const listed = [...config.admins, ...config.moderators, ...account.owners];
  if (listed.includes(target.id) || target.roles.some((role) => listed.includes(role))) return 'the bridge is told to trust them';
  const standing = (roles: readonly string[]) =>
    Math.max(0, ...guild.roles.filter(({ id }) => roles.includes(id)).map(({ position }) => position));
  const isHigh = target.id === guild.ownerId || standing(target.roles) >= standing(bot.roles);
  const isAdmin = (permissionsOf(guild, target, []) & Flags.Administrator) !== 0n;
  if (isHigh || isAdmin) return "they stand as high as the bridge's bot";
  const { name, flag } = permissions[measure];
  return (permissionsOf(guild, bot, []) & (flag | Flags.Administrator)) === 0n ? `the bot lacks ${name}` : undefined;
}

async function carryOut(
  { id, name }: Guild,
  measure: Measure,
  { userId, by, reason, until }: Sanction,
  { api, now, signal }: SanctionsOptions,
): Promise<string> {
  const why = `${by}${reason === '' ? '' : `: ${reason}`}`.slice(0, maxReason);
  const send = (method: 'put' | 'patch' | 'delete', route: `/${string}`, body?: object) =>
    api.requests.request(method, route, { ...(body && { body }), reason: why, signal, patient: true });
  if (measure === 'ban') await send('put', Routes.guildBan(id, userId), {});
  else if (measure === 'kick') await send('delete', Routes.guildMember(id, userId));
  else {
    const span = Math.min(longestTimeout, Math.max(0, (until ?? Number.POSITIVE_INFINITY) - now));
    const end = new Date(now + span).toISOString();
    await send('patch', Routes.guildMember(id, userId), { communication_disabled_until: end });
    return `timed out for ${inWords(span)} in ${name}`;
  }
  return `${measure === 'ban' ? 'banned from' : 'kicked from'} ${name}`;
}

/** One finding for each guild, if anything is configured. Never throws. */
export async function* sanctionFindings(
  api: Api,
  { userId, applicationId }: Account,
  rooms: readonly string[],
  config: SanctionsOptions['config'],
): AsyncGenerator<Finding> {
  const wanted = permissionsFor(config);
  if (wanted.length === 0) return;
  try {
    for (const guild of await guildsOf(api, rooms)) {
      const granted = permissionsOf(guild, { id: userId, roles: await api.roles(guild.id, userId) }, []);
      const missing = wanted.filter(({ flag }) => (granted & (flag | Flags.Administrator)) === 0n).map(({ name }) => name);
      const text =
        missing.length === 0
          ? `Discord server ${guild.name}: the bot can do to members what is done to them elsewhere, if its role stands above theirs`
          : `Discord server ${guild.name}: to do to members what is done to them elsewhere (mirror_kick, mirror_ban), the bot lacks ${missing.join(', ')}: allow it to the role of the application ${applicationId} under Server Settings, Roles`;
      yield { ok: missing.length === 0, text };
    }
  } catch (error) {
    yield { ok: false, text: `What the bot may do to members on Discord could not be checked: ${reasonOf(error)}` };
  }
}
