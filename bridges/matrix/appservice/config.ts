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
      /** What the homeserver knows the bridge by. */
      id: z
        .string('must be a text')
        .regex(/^[\w.-]{1,64}$/, 'must be a word like "crosschat"')
        .default('crosschat'),
      /** Where the homeserver reaches the bridge's HTTP server. */
      url: z
        .url({
          protocol: /^https?$/,
          error: 'must be the address at which the homeserver reaches the bridge, like "http://127.0.0.1:8080"',
        })
        .regex(/^[^@?#]*$/, 'must be an address without a user name, a query and a fragment')
        .transform((url) => url.replace(/\/+$/, '')),
      server_name: z.string(hostName).regex(/^[^\s/@]+$/, hostName),
      as_token: token,
      hs_token: token,
      /** The account that speaks where nobody else does. */
      bot: z
        .string('must be a text')
        .regex(localpart, 'must be the name of a user, in small letters, like "_crosschat_bot"')
        .default('_crosschat_bot'),
      ghosts: z
        .string('must be a text')
        .regex(
          ghostTemplate,
          `must begin with a few small letters and have {server} and {player} in it, with one of ${separators} between them, like "_crosschat_{server}_{player}"`,
        )
        .default('_crosschat_{server}_{player}'),
      aliases: z
        .string('must be a text')
        .regex(aliasTemplate, 'must begin with a few small letters and end in {server}, like "_crosschat_{server}"')
        .default('_crosschat_{server}'),
      /** After so many hours of silence a ghost leaves a room; 0 for never. */
      leave_after_hours: z
        .number('must be a number of hours')
        .min(0, 'must not be below 0')
        .max(87_600, 'must be at most 87600 (ten years)')
        .default(72),
      /** From which homeservers users may have a room made by its alias; that of the bridge by default. */
      portals_for: hostNames,
      /** Whether people who have linked their account are shown as themselves where they speak in a game. */
      double_puppeting: z.boolean('must be true or false').default(false),
    },
    'must be a map; "crosschat-bridge registration" tells what it needs',
  )
  .refine(({ bot, ghosts, server_name }) => !new GhostIds(ghosts, server_name).isGhost(`@${bot}:${server_name}`), {
    path: ['bot'],
    error: 'must not look like a ghost, as the key ghosts names them',
  })
  .refine(({ as_token, hs_token }) => as_token !== hs_token, { path: ['hs_token'], error: 'must not be the same as as_token' });

export type AppserviceConfig = z.infer<typeof appserviceSchema>;
