/** The key `moderation` of the configuration: who on the network may moderate our people, and what follows a kick. */
import { z } from 'zod';
import { text } from './config-values.ts';

/** The longest mute, in seconds: a day. */
const MAX_MUTE = 86_400;
const muteError = `must be a number of seconds from 0 to ${MAX_MUTE}`;
const serversError = 'must be a list of server ids; * stands for any characters, and an empty list for no server';

export const moderation = z.strictObject(
  {
    servers: z
      .preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(text, serversError))
      .default(['*'])
      .describe(
        'the servers that may [moderate](moderation.md) people on Discord and Matrix: a list of ids; `*` stands for any characters, `[]` is no server',
      ),
    ban_reason: z.boolean('must be true or false').default(true).describe('whether a ban takes a reason'),
    mute_seconds: z
      .number(muteError)
      .min(0, muteError)
      .max(MAX_MUTE, muteError)
      .default(60)
      .describe('for how long nothing is carried of who was kicked off the network'),
  },
  'must be a map with servers, ban_reason and mute_seconds',
);
