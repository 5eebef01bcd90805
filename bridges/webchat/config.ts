/** The keys of the web chat in the configuration. */
import { z } from 'zod';

const userError = 'must be a list of users, like "steam:76561198000000000" or "discord:123456789012345678"';
const users = z
  .preprocess(
    (given) => (typeof given === 'string' ? given.split(',').map((id) => id.trim()) : given),
    z.array(z.string(userError).regex(/^(?:steam:\d{17}|discord:\d{15,21})$/, userError), userError),
  )
  .default([]);
const secret = (what: string) => z.string(`must be ${what}`).regex(/^[\x21-\x7e]{1,200}$/, `must be ${what}, without spaces`);

const positive = (what: string, most: number) =>
  z.number(`must be a number of ${what}`).positive('must be more than 0').max(most, `must be at most ${most}`);

/** The key `uploads`. */
const uploads = z.strictObject(
  {
    from: z
      .enum(['nobody', 'accounts', 'everybody'], 'must be nobody, accounts or everybody')
      .default('accounts')
      .describe('who may send files: whoever signed in with an account, guests as well (`everybody`), or `nobody`'),
    max_mb: positive('megabytes', 1_000).default(8).describe('so many MB may one file have; `media.max_mb` holds as well'),
    max_files: positive('files', 10).int('must be a whole number').default(4).describe('so many files may a message have'),
    user_mb: positive('megabytes', 1_000_000)
      .default(100)
      .describe('so many MB of files are kept of one user: then the oldest go, or, where all are of this day, no more are taken'),
    total_mb: positive('megabytes', 1_000_000).default(1_000).describe('so many MB are kept of all, in the same way'),
    keep_days: positive('days', 3_650).default(30).describe('for so many days a file is kept'),
  },
  'must be a map',
);

export const configSchema = z.strictObject({
  guests: z.boolean('must be true or false').default(false).describe('whether anybody gets in with a nickname'),
  steam: z
    .strictObject(
      {
        api_key: secret('the key that https://steamcommunity.com/dev/apikey gives').describe(
          "a key from https://steamcommunity.com/dev/apikey, which tells the account's name",
        ),
      },
      'must be a map with api_key',
    )
    .optional()
    .describe('sign-in with Steam'),
  discord: z
    .strictObject(
      {
        client_id: z
          .string('must be the application id, in quotes')
          .regex(/^\d{15,21}$/, "must be the application's id: a long number, in quotes")
          .describe('that of an application of https://discord.com/developers'),
        client_secret: secret("the application's client secret").describe('its client secret'),
      },
      'must be a map with client_id and client_secret',
    )
    .optional()
    .describe('sign-in with Discord; the application needs the redirect `<public_url>/chat/login/discord/return`'),
  typing: z
    .boolean('must be true or false')
    .default(false)
    .describe('whether those who type on the page are seen to do so elsewhere, and the other way round'),
  uploads: uploads.prefault({}),
  admins: users.describe('who may give every [command](commands.md): a list of `steam:<SteamID64>` and `discord:<user id>`'),
  moderators: users.describe('who may moderate: the same'),
});

export type WebChatConfig = z.infer<typeof configSchema>;
