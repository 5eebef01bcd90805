/** The keys of the configuration for what is shown of the game servers. */
import { z } from 'zod';

const example = '[{channel: "112233445566778899", servers: ["*"], topic: false}]';
const statusError = `must be a list like ${example}`;
const channelError = 'must be the id of a Discord channel, in quotes';
const serversError = 'must be a list of ids of game servers, like ["alpha", "eu-*"]';

const entry = z.strictObject(
  {
    channel: z
      .string(channelError)
      .regex(/^[1-9]\d{14,19}$/, channelError)
      .describe('the id of the channel in which the message stands'),
    servers: z
      .preprocess(
        (given) => (typeof given === 'string' ? [given] : given),
        z.array(z.string(serversError).min(1), serversError).min(1, serversError),
      )
      .default(['*'])
      .describe('the servers that it shows; `*` stands for any characters, `?` for one'),
    topic: z
      .boolean('must be true or false')
      .default(false)
      .describe('whether the topic of the channel tells the same, in place of what it told'),
  },
  { error: ({ code }) => (code === 'invalid_type' ? statusError : undefined) },
);

/** The status messages: a channel's id alone stands for one with all servers. */
export const statusSchema = z
  .preprocess(asEntries, z.array(z.preprocess(asEntry, entry), statusError))
  .superRefine((entries, { addIssue }) => {
    for (const [index, { channel, servers, topic }] of entries.entries()) {
      const earlier = entries.slice(0, index).filter((other) => other.channel === channel);
      if (earlier.some((other) => `${other.servers}` === `${servers}`))
        addIssue({ code: 'custom', path: [index], message: 'shows the same servers in the same channel as another one' });
      else if (topic && earlier.some((other) => other.topic))
        addIssue({ code: 'custom', path: [index, 'topic'], message: 'can be true for one of the messages in a channel only' });
    }
  })
  .default([]);

function asEntries(given: unknown): unknown {
  if (typeof given === 'string') return given.split(',').map((channel) => channel.trim());
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? [given] : given;
}

function asEntry(given: unknown): unknown {
  return typeof given === 'string' ? { channel: given } : given;
}
