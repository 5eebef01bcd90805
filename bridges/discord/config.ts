/** The keys of a Discord adapter in the configuration. */
import { z } from 'zod';
import { grantsSchema } from './commands/grants.ts';
import { systemKinds } from './incoming/system.ts';
import { statusSchema } from './status/config.ts';

const botsError = 'must be "ignore", "relay" or a list of ids of bots and webhooks, each in quotes';
const delayError = 'must be a number of seconds from 0 to 60';
const systemError = `must be "none" or a list of ${systemKinds.join(', ')}`;

/** A list that stands in an environment variable is one text. */
function commaSeparated(given: unknown): unknown {
  if (typeof given !== 'string' || !/[,\d]/.test(given)) return given;
  return given.split(',').map((item) => item.trim());
}

function asList(given: unknown): unknown {
  return typeof given === 'string' ? [given] : given;
}

function idList(whose: string) {
  const error = `must be a list of the ids of ${whose}, users or roles, each in quotes`;
  return z
    .preprocess((given) => asList(commaSeparated(given)), z.array(z.string(error).regex(/^\d{1,20}$/, error), error))
    .default([]);
}

export const schema = z.strictObject({
  token: z
    .string("must be the bot's token, from the Bot page of your application at https://discord.com/developers/applications")
    .trim()
    .regex(/^[\x21-\x7e]+$/, "must be the bot's token, which holds no blanks"),
  /** Another server that speaks Discord's interface: a REST proxy. Without the version. */
  api_url: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://discord.com/api' })
    .transform((url) => url.replace(/\/+(?:v\d+\/*)?$/, ''))
    .optional(),
  /** Where Discord's files are fetched from instead of its CDN. */
  cdn_url: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://cdn.discordapp.com' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** What people from elsewhere are called: `{name}` is theirs, `{server}` where they are, `{platform}` what that is. */
  name_template: z
    .string('must be a text like "{name} [{server}]"')
    .max(80, 'must be at most 80 characters long')
    .includes('{name}', { error: 'must hold {name}, like "{name} [{server}]"' })
    .optional(),
  /** Whether `@name` in what is said elsewhere pings a member of that name who sees the channel. */
  mentions: z.enum(['none', 'members'], 'must be "none" or "members"').default('none'),
  /** Of other bots and webhooks: none is heard, all are, or those with these ids. */
  bots: z
    .preprocess(
      commaSeparated,
      z.union([z.enum(['ignore', 'relay']), z.array(z.string().regex(/^\d{1,20}$/, botsError))], botsError),
    )
    .default('ignore'),
  /** What Discord tells of its members that is heard too. */
  system_messages: z
    .preprocess(
      (given) => (given === 'none' ? [] : asList(commaSeparated(given))),
      z.array(z.enum(systemKinds, systemError), systemError),
    )
    .default(['threads']),
  /** Whether the threads of a mapped channel are threads elsewhere as well, or nobody's business. */
  threads: z.enum(['mirror', 'ignore'], 'must be "mirror" or "ignore"').default('mirror'),
  /** How reactions from elsewhere are shown: by the bot's own, in words, or not at all. */
  reactions: z.enum(['native', 'note', 'none'], 'must be "native", "note" or "none"').default('native'),
  /** So long what members say is held back, in seconds: what a moderator's bot deletes in that time is told to nobody. */
  delay_seconds: z.number(delayError).min(0, delayError).max(60, delayError).default(0),
  /** Whether links in what is said elsewhere unfold to previews. */
  unfurl: z.boolean('must be true or false').default(true),
  /** Messages that show who plays where. */
  status: statusSchema,
  /** Whether the bot shows below its name how many play. */
  presence: z.boolean('must be true or false').default(true),
  /** What is done on Discord to a member who is kicked, or banned, from elsewhere: nothing, unless it is said here. */
  mirror_kick: z.enum(['none', 'timeout', 'kick'], 'must be "none", "timeout" or "kick"').default('none'),
  mirror_ban: z.enum(['none', 'timeout', 'kick', 'ban'], 'must be "none", "timeout", "kick" or "ban"').default('none'),
  /** Who may use every command, also where they have no permission for it on Discord: ids of users and roles. */
  admins: idList('admins'),
  /** Who may moderate players, likewise. */
  moderators: idList('moderators'),
  /** Who may use which of the commands that moderate, in place of those with permissions for it on Discord. */
  permissions: grantsSchema,
  /** Whether those who are named for it may run Lua code on game servers. */
  allow_remote_lua: z.boolean('must be true or false').default(false),
});

export type DiscordConfig = z.infer<typeof schema>;
