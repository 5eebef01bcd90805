/** Whether the mapped channels are there for the bot, and if not, what the operator has to do. */
import { ChannelType, RESTJSONErrorCodes } from 'discord.js';
import type { Finding } from '../../src/adapter.ts';
import type { Account, Channel, Guild } from './answers.ts';
import type { Api } from './api.ts';
import { codeOf, missingIntent, reasonOf } from './faults.ts';
import { inviteLink, missingForThreads, missingPermissions, missingToReact, permissionsOf } from './permissions.ts';
import type { ThreadRule } from './threads.ts';

const writable: readonly ChannelType[] = [
  ChannelType.GuildText,
  ChannelType.GuildAnnouncement,
  ChannelType.GuildVoice,
  ChannelType.GuildStageVoice,
];

/** Those that may have threads. */
const withThreads: readonly ChannelType[] = [ChannelType.GuildText, ChannelType.GuildAnnouncement];

/** What the bot is to do in the channels beside reading and writing. */
export interface Wishes {
  readonly threads: ThreadRule;
  readonly reactions: 'native' | 'note' | 'none';
}

const everything: Wishes = { threads: 'mirror', reactions: 'native' };

/** What the account itself lacks. */
export function accountFindings({ applicationId, username, messageContent, guildMembers }: Account): Finding[] {
  const findings: Finding[] = [{ ok: true, text: `Discord knows the bot as ${username}` }];
  if (!messageContent) {
    findings.push({ ok: false, text: `Messages can't be read: ${missingIntent(applicationId, 'Message Content Intent')}` });
  }
  if (!guildMembers) {
    const fix = missingIntent(applicationId, 'Server Members Intent');
    findings.push({
      ok: false,
      text: `Changed names and people who leave are not noticed, and nobody can be called by name; everything else works: ${fix}`,
    });
  }
  return findings;
}

/** One finding for each channel. Never throws. */
export async function* channelFindings(
  api: Api,
  account: Account,
  rooms: readonly string[],
  wishes: Wishes = everything,
): AsyncGenerator<Finding> {
  const guilds = new Map<string, Promise<readonly [Guild, readonly string[]]>>();
  const guildOf = (id: string) => {
    const known = guilds.get(id) ?? Promise.all([api.guild(id), api.roles(id, account.userId)]);
    guilds.set(id, known);
    return known;
  };
  for (const room of rooms) {
    try {
      yield await channelFinding(api, account, room, guildOf, wishes);
    } catch (error) {
      yield { ok: false, text: channelFault(error, account, room) };
    }
  }
}

async function channelFinding(
  api: Api,
  account: Account,
  room: string,
  guildOf: (id: string) => Promise<readonly [Guild, readonly string[]]>,
  wishes: Wishes,
): Promise<Finding> {
  if (!isChannelId(room)) return { ok: false, text: noSuchChannel(room) };
  const channel = await api.channel(room);
  if (channel.guildId === undefined)
    return { ok: false, text: `Discord channel ${room} is a private conversation: name one of a server` };
  const [guild, roles] = await guildOf(channel.guildId);
  const where = `#${channel.name} in ${guild.name}`;
  if (channel.threadOf === undefined && !writable.includes(channel.type)) return { ok: false, text: notWritable(channel, where) };
  const { overwrites } = channel.threadOf === undefined ? channel : await api.channel(channel.threadOf);
  const granted = permissionsOf(guild, { id: account.userId, roles }, overwrites);
  const missing = missingPermissions(granted, channel);
  if (missing.length === 0 && channel.locked) {
    return {
      ok: false,
      text: `Discord thread ${where} is locked: let a moderator unlock it, or take it out of the configuration`,
    };
  }
  if (missing.length === 0) {
    const less = shortcomings(channel, granted, wishes);
    const but = less.length > 0 ? `, but ${less.join(', and ')}` : '';
    return { ok: true, text: `Discord channel ${where}: the bot can read and write${but}` };
  }
  return {
    ok: false,
    text: `Discord channel ${where}: the bot lacks ${missing.join(', ')}: allow it in the channel's settings under Permissions, or invite the bot again with ${inviteLink(account.applicationId)}`,
  };
}

/** Whether it looks like an id that Discord gave to a channel. */
export function isChannelId(room: string): boolean {
  return /^[1-9]\d{14,19}$/.test(room);
}

/** What works in another way than wished. */
function shortcomings({ threadOf, type }: Channel, granted: bigint, { threads, reactions }: Wishes): string[] {
  const isThreaded = threads === 'mirror' && threadOf === undefined && withThreads.includes(type);
  return [
    ...without('what is said in threads elsewhere is shown beside them', isThreaded ? missingForThreads(granted) : []),
    ...without('reactions from elsewhere are told in words', reactions === 'native' ? missingToReact(granted) : []),
  ];
}

function without(consequence: string, lacking: readonly string[]): string[] {
  return lacking.length === 0 ? [] : [`${consequence}, until you allow it ${lacking.join(' and ')} there`];
}

function channelFault(error: unknown, { applicationId, username }: Account, room: string): string {
  switch (codeOf(error)) {
    case RESTJSONErrorCodes.UnknownChannel:
      return noSuchChannel(room);
    case RESTJSONErrorCodes.MissingAccess:
    case RESTJSONErrorCodes.UnknownGuild:
    case RESTJSONErrorCodes.UnknownMember:
      return `Discord channel ${room}: ${username} can't see it: give it the permission View Channel there, or invite it to the server with ${inviteLink(applicationId)}`;
    default:
      return `Discord channel ${room} could not be checked: ${reasonOf(error)}`;
  }
}

function noSuchChannel(room: string): string {
  return `There is no Discord channel ${room}: its id is what "Copy Channel ID" gives in the channel's menu once Developer Mode is on (User Settings, Advanced)`;
}

function notWritable({ type }: Channel, where: string): string {
  return type === ChannelType.GuildForum || type === ChannelType.GuildMedia
    ? `Discord channel ${where} is a forum: name one of its posts instead`
    : `Discord channel ${where} takes no messages: name a text channel or a thread`;
}
