/** Whether the bot may show what it is to show of the game servers, and if not, what the operator has to do. */
import { PermissionFlagsBits as Flags } from 'discord.js';
import type { Finding } from '../../../src/adapter.ts';
import type { Account } from '../answers.ts';
import type { Api } from '../api.ts';
import type { DiscordConfig } from '../config.ts';
import { permissionsOf } from '../permissions.ts';
import { statusFault } from './faults.ts';

const needed = {
  'View Channel': Flags.ViewChannel,
  'Send Messages': Flags.SendMessages,
  'Embed Links': Flags.EmbedLinks,
  'Read Message History': Flags.ReadMessageHistory,
};

/** One finding for each status message. Never throws. */
export async function* statusFindings(api: Api, account: Account, entries: DiscordConfig['status']): AsyncGenerator<Finding> {
  for (const entry of entries) {
    try {
      yield await findingOf(api, account, entry);
    } catch (error) {
      yield { ok: false, text: statusFault(error, 'message', entry.channel) };
    }
  }
}

async function findingOf(api: Api, { userId }: Account, entry: DiscordConfig['status'][number]): Promise<Finding> {
  const channel = await api.channel(entry.channel);
  if (channel.guildId === undefined)
    return {
      ok: false,
      text: `The status can't be shown in ${entry.channel}, a private conversation: name a channel of a server`,
    };
  const [guild, roles] = await Promise.all([api.guild(channel.guildId), api.roles(channel.guildId, userId)]);
  const { overwrites } = channel.threadOf === undefined ? channel : await api.channel(channel.threadOf);
  const granted = permissionsOf(guild, { id: userId, roles }, overwrites);
  const flags = { ...needed, ...(entry.topic && { 'Manage Channels': Flags.ManageChannels }) };
  const missing = Object.entries(flags).flatMap(([name, flag]) => ((granted & flag) === 0n ? [name] : []));
  const where = `#${channel.name} in ${guild.name}`;
  if (missing.length === 0 || (granted & Flags.Administrator) !== 0n)
    return { ok: true, text: `Discord channel ${where}: the bot can show the status` };
  return {
    ok: false,
    text: `Discord channel ${where}: to show the status, the bot lacks ${missing.join(', ')}: allow it in the channel's settings under Permissions`,
  };
}
