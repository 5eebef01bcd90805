/** What it takes to configure Matrix for the first time: as a bot with an account, or as an appservice. */
import { z } from 'zod';
import type { AdapterSetup, Answers } from '../../src/adapter.ts';
import { appserviceSchema } from './appservice/config.ts';
import { newToken } from './appservice/registration.ts';
import { settings } from './config.ts';

const isBot = ({ mode }: Answers): boolean => mode === 'bot';
const isAppservice = ({ mode }: Answers): boolean => mode === 'appservice';
const room = z.string().regex(/^$|^[#!]\S+$/, 'must be an alias like "#games:example.org", or a room id, which begins with "!"');

/** @see docs/setup-matrix.md */
export const matrixSetup: AdapterSetup = {
  first: [
    'The bridge speaks on Matrix as a bot, for which it needs an account that only it uses and the access token of that account (in Element: All',
    'settings, Help & About, Access Token); or as an appservice, where everybody who speaks is a Matrix user of their own: only the administrator of a',
    'homeserver can have that.',
  ],
  questions: [
    {
      name: 'mode',
      text: 'As a bot, or as an appservice (bot, appservice)',
      answer: z.enum(['bot', 'appservice'], 'must be bot or appservice'),
      otherwise: () => 'bot',
    },
    {
      name: 'homeserver',
      text: 'The address of the homeserver, like https://matrix.example.org',
      answer: settings.shape.homeserver_url,
    },
    {
      name: 'token',
      text: 'The access token of the account',
      answer: settings.shape.access_token.unwrap(),
      variable: 'MATRIX_ACCESS_TOKEN',
      isAsked: isBot,
    },
    {
      name: 'server_name',
      text: 'What stands behind the colon in user ids',
      answer: appserviceSchema.shape.server_name,
      otherwise: ({ homeserver = '' }) => new URL(homeserver).hostname.replace(/^matrix\./, ''),
      isAsked: isAppservice,
    },
    {
      name: 'url',
      text: 'Where the homeserver reaches the bridge',
      answer: appserviceSchema.shape.url,
      otherwise: () => 'http://127.0.0.1:8080',
      isAsked: isAppservice,
    },
    {
      name: 'room',
      text: 'The alias or id of a room to join (none: "!bridge add main" adds rooms later)',
      answer: room,
      otherwise: () => '',
    },
  ],
  prepare: (answers) => {
    const { homeserver: homeserver_url, room = '' } = answers;
    if (isBot(answers)) {
      const { token = '' } = answers;
      return {
        config: { homeserver_url, access_token: '${MATRIX_ACCESS_TOKEN}' },
        secrets: { MATRIX_ACCESS_TOKEN: token },
        room,
        next: ['Invite the account of the bridge to the room, unless that is open to everybody.'],
      };
    }
    const { url, server_name } = answers;
    return {
      config: {
        homeserver_url,
        appservice: { url, server_name, as_token: '${MATRIX_AS_TOKEN}', hs_token: '${MATRIX_HS_TOKEN}' },
      },
      secrets: { MATRIX_AS_TOKEN: newToken(), MATRIX_HS_TOKEN: newToken() },
      room,
      isRegistered: true,
      next: [`Invite @_crosschat_bot:${server_name} to the room, unless that is open to everybody.`],
    };
  },
};
