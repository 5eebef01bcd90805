/** The key `appservice` of the adapter: what the homeserver's administrator and the bridge agree upon. */
import { z } from 'zod';
import { GhostIds, separators } from './ghost-ids.ts';

const signs = 'a-z0-9._=/+-';
const localpart = new RegExp(`^[a-z0-9_][${signs}]{0,100}$`);
const ghostTemplate = new RegExp(
  `^[a-z0-9_][${signs}]{1,40}\\{server\\}[${separators.replace('.', '\\.').replace('/', '\\/')}]{1,3}\\{player\\}$`,
);
const aliasTemplate = new RegExp(`^[a-z0-9_][${signs}]{1,40}\\{server\\}$`);

const token = z
  .string('must be a token; "crosschat-bridge registration" makes one')
  .regex(
    /^[\x21-\x7e]{16,}$/,
    'must be a token of 16 characters or more, without spaces; "crosschat-bridge registration" makes one',
  );
const hostName = 'must be what stands behind the colon in user ids of your homeserver, like "example.org"';
const hostNames = z
  .preprocess(
    (given) => (typeof given === 'string' ? [given] : given),
    z.array(z.string(hostName).regex(/^[^\s/:@]+(:\d+)?$/, hostName)),
  )
  .optional();

export const appserviceSchema = z
  .strictObject(
    {
      id: z
        .string('must be a text')
        .regex(/^[\w.-]{1,64}$/, 'must be a word like "crosschat"')
        .default('crosschat')
        .describe('what the homeserver knows the bridge by'),
      url: z
        .url({
          protocol: /^https?$/,
          error: 'must be the address at which the homeserver reaches the bridge, like "http://127.0.0.1:8080"',
        })
        .regex(/^[^@?#]*$/, 'must be an address without a user name, a query and a fragment')
        .transform((url) => url.replace(/\/+$/, ''))
        .describe(
          "where the homeserver reaches the bridge's HTTP server; a path in it is kept, so that several adapters can share one server",
        ),
      server_name: z
        .string(hostName)
        .regex(/^[^\s/@]+$/, hostName)
        .describe('what stands behind the colon in user ids'),
      as_token: token.meta({ description: 'what the bridge shows to the homeserver', absent: 'required to run' }),
      hs_token: token.meta({ description: 'what the homeserver shows to the bridge', absent: 'required to run' }),
      bot: z
        .string('must be a text')
        .regex(localpart, 'must be the name of a user, in small letters, like "_crosschat_bot"')
        .default('_crosschat_bot')
        .describe('the account that speaks where nobody else does: notices, sums, answers to commands'),
      ghosts: z
        .string('must be a text')
        .regex(
          ghostTemplate,
          `must begin with a few small letters and have {server} and {player} in it, with one of ${separators} between them, like "_crosschat_{server}_{player}"`,
        )
        .default('_crosschat_{server}_{player}')
        .describe(
          "how ghosts are named. `{server}` is the game server's id, or the adapter's with a dot before it; `{player}` the SteamID, else the player's number, or the user's id. Display names are `name_template`",
        ),
      aliases: z
        .string('must be a text')
        .regex(aliasTemplate, 'must begin with a few small letters and end in {server}, like "_crosschat_{server}"')
        .default('_crosschat_{server}')
        .describe("the alias of a game server's room"),
      leave_after_hours: z
        .number('must be a number of hours')
        .min(0, 'must not be below 0')
        .max(87_600, 'must be at most 87600 (ten years)')
        .default(72)
        .describe('a ghost that has been silent for so long leaves the room, and comes back when it speaks; `0`: never'),
      portals_for: hostNames.meta({
        description: 'from which homeservers people may be in the rooms of game servers; an empty list makes no such rooms',
        absent: "the bridge's homeserver",
      }),
      double_puppeting: z
        .boolean('must be true or false')
        .default(false)
        .describe(
          'whether somebody who has linked their account (`!link`) is shown as themselves where they speak in a game, if they are in the room. The registration then covers all users of the homeserver, and every game server of the network is believed whose SteamID it names: only for servers that you trust',
        ),
    },
    'must be a map; "crosschat-bridge registration" tells what it needs',
  )
  .refine(({ bot, ghosts, server_name }) => !new GhostIds(ghosts, server_name).isGhost(`@${bot}:${server_name}`), {
    path: ['bot'],
    error: 'must not look like a ghost, as the key ghosts names them',
  })
  .refine(({ as_token, hs_token }) => as_token !== hs_token, { path: ['hs_token'], error: 'must not be the same as as_token' });

export type AppserviceConfig = z.infer<typeof appserviceSchema>;
