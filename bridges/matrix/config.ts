/** The adapter's keys in the configuration. */
import { z } from 'zod';

export const configSchema = z.strictObject({
  homeserver_url: z
    .url({ protocol: /^https?$/, error: 'must be the address of your homeserver, like "https://matrix.example.org"' })
    .regex(/^[^@?#]*$/, 'must be an address without a user name, a query and a fragment'),
  access_token: z
    .string('must be the access token of the account that the bridge uses')
    .regex(/^[\x21-\x7e]+$/, 'must be an access token, without spaces'),
  name_template: z
    .string('must be a text with {name} in it')
    .includes('{name}', 'must have {name} in it, like "{name} ({server})"')
    .default('{name} ({server})'),
  /** How reactions from elsewhere are shown: by our own, in words, or not at all. */
  reactions: z.enum(['native', 'note', 'none'], 'must be "native", "note" or "none"').default('native'),
});

export type MatrixConfig = z.infer<typeof configSchema>;
