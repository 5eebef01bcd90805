/** The one schema of a configuration: what may stand in it, and what is there by default. */
import { z } from 'zod';
import { CHANNEL_NAME_RULE, channelName } from './channel-name.ts';
import { accounts } from './config-accounts.ts';
import { http, media, steam } from './config-http.ts';
import { logFormat, logLevel } from './config-log.ts';
import { moderation } from './config-moderation.ts';
import { mqtt } from './config-mqtt.ts';
import { databaseUrl, flood, maxDeliveryAgeHours, store } from './config-store.ts';
import { oneOrMore, text } from './config-values.ts';
import { isServerId } from './crosschat/index.ts';
import { noticeSubjects } from './event.ts';

const serverId = z
  .string('must be a text, for example "bridge"')
  .refine(isServerId, 'must be 1 to 64 characters without /, + and #, for example "bridge"');
/** The keys of every adapter. */
export const adapter = z.looseObject({
  type: text
    .optional()
    .meta({ description: 'the kind of adapter: `discord`, `matrix`, `webchat` or `console`', absent: "the adapter's name" }),
  server_id: serverId.optional().meta({ description: 'the virtual server that its users are seen on', absent: "the bridge's" }),
  mqtt: z.strictObject({ username: text, password: text }, 'must be a map with username and password').optional().meta({
    description: "`username` and `password`: the broker's credentials for that virtual server",
    absent: "the bridge's",
  }),
});

/** YAML reads a room that is all digits as a number, and such a large one loses digits by that. */
const room = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? 'must be in quotes, since YAML would read it as a number and lose its last digits'
        : 'must be a room: a Discord channel id in quotes, or a Matrix room id or alias',
  })
  .min(1, 'must not be empty');

const rooms = z.record(text, oneOrMore(room), 'must be a map from an adapter to its rooms, like {discord: "123"}');

const noticesError = `must be true, false, or a list of ${noticeSubjects.join(', ')}`;

const notices = z.preprocess(
  (given) => (given === true ? noticeSubjects : given === false ? [] : typeof given === 'string' ? [given] : given),
  z.array(z.enum(noticeSubjects, noticesError), noticesError),
);

const channel = z.strictObject({
  name: text
    .normalize('NFC')
    .refine((name) => channelName(name) !== undefined, CHANNEL_NAME_RULE)
    .describe('what it is called in commands and in the log'),
  servers: z
    .array(text, 'must be a list of server ids; * stands for any characters')
    .default(['*'])
    .describe('the ids of its game servers; `*` stands for any characters, `?` for one'),
  rooms: rooms.default({}).describe("a map from an adapter's name to its room or rooms"),
  notices: notices.optional().meta({
    description:
      "what a channel's rooms are told of its servers: `true`, `false`, or some of `joins` (players join and leave), `servers` (a server is online, offline or unstable), `maps` (it changed its map); see [Notices](#notices)",
    absent: '`true`',
    also: { type: 'boolean' },
  }),
});

/** The reference's own keys for things that this bridge does not have: read as they stand, and ignored. */
export const foreign = ['console_host', 'console_port', 'console_enabled', 'webchat_host', 'webchat_port', 'webchat'] as const;

/**
 * A whole configuration, but for the adapters' own keys. `description` is what the documentation and editors say of a key, `absent` what
 * holds without it where that is no value, and `also` a form in which it may be given that the schema does not show.
 */
export const schema = z.strictObject({
  mqtt: mqtt.default({}),
  server_id: serverId.default('bridge').describe('who the bridge is on the network'),
  topic_prefix: text
    .default('crosschat/')
    .refine((prefix) => prefix === '' || /^[^+#\0]+\/$/u.test(prefix), 'must end in / and hold no + or #, like "crosschat/"')
    .describe("where the network's topics begin"),
  meta: z.record(text, z.json(), 'must be a map').default({}).describe('what the virtual server tells the others about itself'),
  dialect: z
    .enum(['auto', 'add', 'join'], 'must be "auto", "add" (the README\'s words) or "join" (newer servers\')')
    .default('auto')
    .describe(
      'how joining and leaving is written: as each peer writes it (`auto`), always `add`/`del` (`add`), or always `join`/`leave` (`join`)',
    ),
  idle_minutes: z
    .number('must be a number of minutes')
    .positive('must be more than 0')
    .max(10_080, 'must be at most 10080 (a week)')
    .default(30)
    .describe('after so long a silence a Discord or Matrix user is no longer shown to the game servers'),
  data_dir: text.default('./data').describe('where it is kept what must be remembered over a restart'),
  database_url: databaseUrl.optional().meta({
    description: 'a PostgreSQL database instead of the file: `postgres://user:password@host/database`',
    absent: 'none: a file in `data_dir`',
  }),
  store: store.prefault({}),
  max_delivery_age_hours: maxDeliveryAgeHours
    .default(24)
    .describe('what could not be delivered for so long is only summed up when its room is back'),
  flood: flood.prefault({}),
  mod_log: z
    .strictObject({ adapter: text, room }, 'must be a map with adapter and room')
    .optional()
    .describe(
      'the room in which moderators read what is done: `{adapter: …, room: …}`; it need not be in a channel. See [Moderation](moderation.md#what-is-written-down)',
    ),
  moderation: moderation.prefault({}),
  accounts: accounts.prefault({}),
  game_reactions: z
    .boolean('must be true or false')
    .default(true)
    .describe('whether players are told when somebody reacts to what a player said'),
  log_whispers: z
    .boolean('must be true or false')
    .default(false)
    .describe('whether the texts of [whispers](whispers.md) are written to the log and to `store export`'),
  http: http
    .optional()
    .meta({ description: 'where the bridge serves HTTP: see [Files](#files)', absent: 'none: nothing is served' }),
  media: media.prefault({}),
  steam: steam.optional(),
  standby: z
    .boolean('must be true or false')
    .default(false)
    .describe(
      'wait while another bridge with the same `server_id` is there, and take over when it is gone; see [Standby](#standby)',
    ),
  goodbye: z
    .boolean('must be true or false')
    .default(true)
    .describe(
      'whether the bridge says goodbye to the game servers when it is stopped in order; with `false` a restart within a minute loses nothing that players say, see [Restarts](#restarts)',
    ),
  log_level: logLevel
    .prefault('info')
    .describe(
      '`trace`, `debug`, `info`, `warn`, `error`, `fatal`, `silent`; or one for each part, `{default: info, mqtt: debug, discord: warn}` (`LOG_LEVEL=info,mqtt=debug`): `mqtt`, `store`, `outbox`, `hub`, `http`, and adapters by their ids',
    ),
  log_format: logFormat,
  adapters: z
    .record(text, adapter, 'must be a map from a name to an adapter')
    .default({})
    .meta({ description: 'a map from a name to an adapter; the name is its `type` where that is not given', absent: 'none' }),
  channels: z
    .array(channel, 'must be a list of channels')
    .default([])
    .meta({ description: 'a list of channels', absent: 'one of all servers' }),
  ...Object.fromEntries(
    foreign.map((key) => [key, z.unknown().optional().meta({ description: 'has no meaning here', deprecated: true })]),
  ),
});
