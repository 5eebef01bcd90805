/** The keys `http`, `media` and `steam` of the configuration: what the bridge serves, how large the files are that it carries, and whose pictures it asks for. */
import { z } from 'zod';
import { text } from './config-values.ts';

const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address like https://bridge.example.org' })
  .regex(/^[^@?#]*$/, 'must be an address without a user name, a query and a fragment')
  .max(200, 'must be at most 200 characters long')
  .transform((url) => url.replace(/\/+$/, ''));

const port = 'must be from 0 to 65535; 0 is any that is free';

const token = text.regex(
  /^[\x21-\x7e]{16,200}$/,
  'must be 16 to 200 letters, digits and signs without blanks: make one with "openssl rand -hex 24"',
);

/** The key `http`: without it, nothing is served. */
export const http = z.strictObject(
  {
    host: text.min(1, 'must not be empty').default('127.0.0.1').describe('the address to listen on'),
    port: z
      .int('must be a whole number')
      .min(0, port)
      .max(65_535, port)
      .default(8_080)
      .describe('the port to listen on; `0`: any that is free'),
    public_url: publicUrl
      .optional()
      .describe('where that can be reached from everywhere, like `https://bridge.example.org`; it may have a path'),
    monitoring_token: token.optional().meta({
      description:
        'what whoever asks for `/metrics` and the reasons in `/readyz` has to bring; see [Looking after a bridge](monitoring.md)',
      absent: 'none: this machine and its networks, while there is no `public_url`',
    }),
    operator_token: token.optional().meta({
      description: "what whoever opens the [operator's page](operator.md) has to bring; it is asked for there",
      absent: 'none: a browser on this machine, while there is no `public_url`',
    }),
  },
  'must be a map with host, port, public_url, monitoring_token and operator_token',
);

/** The key `media`. */
export const media = z.strictObject(
  {
    max_mb: z
      .number('must be a number of megabytes')
      .min(0, 'must not be below 0')
      .max(1_000, 'must be at most 1000')
      .default(50)
      .describe('so many MB may a file have that is carried; `0`: no files are carried'),
  },
  'must be a map with max_mb',
);

/** The key `steam`: without it, Steam is asked nothing. */
export const steam = z.strictObject(
  {
    api_key: text.regex(/^[\x21-\x7e]{1,100}$/, 'must be the key that https://steamcommunity.com/dev/apikey gives').meta({
      description:
        'a key from https://steamcommunity.com/dev/apikey: players whose server tells their Steam id appear with their picture from there',
      absent: 'none: Steam is asked nothing',
    }),
  },
  'must be a map with api_key',
);
