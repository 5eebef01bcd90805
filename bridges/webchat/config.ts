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
  admins: users.describe('who may give every [command](commands.md): a list of `steam:<SteamID64>` and `discord:<user id>`'),
  moderators: users.describe('who may moderate: the same'),
});

export type WebChatConfig = z.infer<typeof configSchema>;
