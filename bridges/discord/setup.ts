/** What it takes to configure Discord for the first time. */
import { z } from 'zod';
import type { AdapterSetup } from '../../src/adapter.ts';
import { schema } from './config.ts';
import { isChannelId } from './findings.ts';
import { inviteLink } from './permissions.ts';

const portal = 'https://discord.com/developers/applications';
const applicationId = z
  .string()
  .regex(/^\d{15,21}$/, 'must be the "Application ID" from the page "General Information" of your application');
const channel = z
  .string()
  .refine((id) => id === '' || isChannelId(id), 'must be what "Copy Channel ID" gives in the channel\'s menu, a long number');

/** @see docs/setup-discord.md */
export const discordSetup: AdapterSetup = {
  first: [
    `Make an application at ${portal}; its name is that of the bot. On the page "Bot":`,
    '- switch on "Message Content Intent": without it, the bot may not read what is said;',
    '- switch on "Server Members Intent": without it, new names and people who leave are not noticed, and nobody can be called by name;',
    '- save, and click "Reset Token": that shows the token.',
  ],
  questions: [
    { name: 'token', text: 'The token of the bot', answer: schema.shape.token, variable: 'DISCORD_TOKEN' },
    {
      name: 'application',
      text: 'The application id',
      answer: applicationId,
      isAsked: ({ token = '' }) => applicationOf(token) === undefined,
    },
    {
      name: 'channel',
      text: 'The id of a channel to join (none: "/bridge add channel:main" adds channels later)',
      answer: channel,
      otherwise: () => '',
    },
  ],
  prepare: ({ token = '', application = '', channel: room = '' }) => ({
    config: { token: '${DISCORD_TOKEN}' },
    secrets: { DISCORD_TOKEN: token },
    room,
    next: [
      `Invite the bot to your server, with exactly the permissions that it makes use of: ${inviteLink(applicationOf(token) ?? application)}`,
    ],
  }),
};

/** A bot's token begins with the id of its application, in base64. */
function applicationOf(token: string): string | undefined {
  const [first = ''] = token.trim().split('.');
  const id = Buffer.from(first, 'base64').toString('latin1');
  return applicationId.safeParse(id).data;
}
