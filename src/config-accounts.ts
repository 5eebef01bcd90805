/** The key `accounts` of the configuration: whose word counts when it comes to who is which player. */
import { z } from 'zod';
import { text } from './config-values.ts';

const serversError = 'must be a list of server ids; * stands for any characters, and an empty list for no server';

export const accounts = z.strictObject(
  {
    servers: z
      .preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(text, serversError))
      .default(['*'])
      .describe(
        'the servers that are believed when they tell the SteamID of a player: a list of ids; `*` stands for any characters, `[]` is no server. See [Accounts](accounts.md#rules)',
      ),
  },
  'must be a map with servers',
);
