/** The one schema of a configuration: what may stand in it, and what is there by default. */
import { z } from 'zod';
import { CHANNEL_NAME_RULE, channelName } from './channel-name.ts';
import { http, media, steam } from './config-http.ts';
import { logFormat, logLevel } from './config-log.ts';
import { moderation } from './config-moderation.ts';
import { mqtt, tls } from './config-mqtt.ts';
import { databaseUrl, flood, maxDeliveryAgeHours, store } from './config-store.ts';
import { oneOrMore, text } from './config-values.ts';
import { isServerId } from './crosschat/index.ts';
import { noticeSubjects } from './event.ts';

const serverId = z
  .string('must be a text, for example "bridge"')
  .refine(isServerId, 'must be 1 to 64 characters without /, + and #, for example "bridge"');
const adapter = z.looseObject({
  type: text.optional(),
  server_id: serverId.optional(),
  mqtt: z.strictObject({ username: text, password: text }, 'must be a map with username and password').optional(),
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

/** What a channel's rooms are told of its servers. */
const notices = z.preprocess(
  (given) => (given === true ? noticeSubjects : given === false ? [] : typeof given === 'string' ? [given] : given),
  z.array(z.enum(noticeSubjects, noticesError), noticesError),
);

const channel = z.strictObject({
  name: text.normalize('NFC').refine((name) => channelName(name) !== undefined, CHANNEL_NAME_RULE),
  servers: z.array(text, 'must be a list of server ids; * stands for any characters').default(['*']),
  rooms: rooms.default({}),
  notices: notices.optional(),
});

/** The reference's own keys for things that this bridge does not have: read as they stand, and ignored. */
export const foreign = ['console_host', 'console_port', 'console_enabled', 'webchat_host', 'webchat_port', 'webchat'] as const;

/** A whole configuration, but for the adapters' own keys. */
export const schema = z.strictObject({
  mqtt: mqtt.default({}),
  server_id: serverId.default('bridge'),
  topic_prefix: text
    .default('crosschat/')
    .refine((prefix) => prefix === '' || /^[^+#\0]+\/$/u.test(prefix), 'must end in / and hold no + or #, like "crosschat/"'),
  meta: z.record(text, z.json(), 'must be a map').default({}),
  dialect: z
    .enum(['auto', 'add', 'join'], 'must be "auto", "add" (the README\'s words) or "join" (newer servers\')')
    .default('auto'),
  idle_minutes: z
    .number('must be a number of minutes')
    .positive('must be more than 0')
    .max(10_080, 'must be at most 10080 (a week)')
    .default(30),
  data_dir: text.default('./data'),
  database_url: databaseUrl.optional(),
  store: store.prefault({}),
  max_delivery_age_hours: maxDeliveryAgeHours.default(24),
  flood: flood.prefault({}),
  mod_log: z.strictObject({ adapter: text, room }, 'must be a map with adapter and room').optional(),
  moderation: moderation.prefault({}),
  game_reactions: z.boolean('must be true or false').default(true),
  log_whispers: z.boolean('must be true or false').default(false),
  http: http.optional(),
  media: media.prefault({}),
  steam: steam.optional(),
  standby: z.boolean('must be true or false').default(false),
  log_level: logLevel.prefault('info'),
  log_format: logFormat,
  adapters: z.record(text, adapter, 'must be a map from a name to an adapter').default({}),
  channels: z.array(channel, 'must be a list of channels').default([]),
  ...Object.fromEntries(foreign.map((key) => [key, z.unknown().optional()])),
});

/** The keys that could have been meant at a path, where the schema is the core's own. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(schema.shape);
  if (path[0] === 'mqtt') return Object.keys(path.length === 1 ? mqtt.shape : tls.shape);
  if (path[0] === 'store') return Object.keys(store.shape);
  if (path[0] === 'flood') return Object.keys(flood.shape);
  if (path[0] === 'moderation') return Object.keys(moderation.shape);
  if (path[0] === 'http') return Object.keys(http.shape);
  if (path[0] === 'media') return Object.keys(media.shape);
  if (path[0] === 'steam') return Object.keys(steam.shape);
  if (path[0] === 'channels') return Object.keys(channel.shape);
  return [];
}
