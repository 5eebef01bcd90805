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
    .regex(/^[\x21-\x7e]+$/, "must be the bot's token, which holds no blanks")
    .describe("the bot's token"),
  api_url: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://discord.com/api' })
    .transform((url) => url.replace(/\/+(?:v\d+\/*)?$/, ''))
    .optional()
    .meta({ description: 'a REST proxy, without the version', absent: "Discord's own" }),
  cdn_url: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://cdn.discordapp.com' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta({
      description: "where Discord's files are fetched from, where its CDN can't be reached",
      absent: "Discord's own",
    }),
  name_template: z
    .string('must be a text like "{name} [{server}]"')
    .max(80, 'must be at most 80 characters long')
    .includes('{name}', { error: 'must hold {name}, like "{name} [{server}]"' })
    .optional()
    .meta({
      description:
        "the name under which a player, or somebody from Matrix, is shown: `{name}` is theirs, `{server}` the game server's or `Matrix`, `{platform}` is `Game` or `Matrix`",
      absent: '`{name} [{server}]`',
    }),
  mentions: z
    .enum(['none', 'members'], 'must be "none" or "members"')
    .default('none')
    .describe('whether `@name`, said elsewhere, pings the member of that name (`members`), or nobody (`none`)'),
  bots: z
    .preprocess(
      commaSeparated,
      z.union([z.enum(['ignore', 'relay']), z.array(z.string().regex(/^\d{1,20}$/, botsError))], botsError),
    )
    .default('ignore')
    .describe(
      "whether other bots and webhooks are heard: `ignore`, `relay` (all of them), or a list of their ids. The bridge's own messages never are; news of a followed channel always are",
    ),
  system_messages: z
    .preprocess(
      (given) => (given === 'none' ? [] : asList(commaSeparated(given))),
      z.array(z.enum(systemKinds, systemError), systemError),
    )
    .default(['threads'])
    .describe(
      'what Discord tells that is passed on: a list of `joins`, `boosts`, `pins`, `threads` (somebody started one), or `none`',
    ),
  threads: z
    .enum(['mirror', 'ignore'], 'must be "mirror" or "ignore"')
    .default('mirror')
    .describe("whether the threads of a mapped channel are threads elsewhere too (`mirror`), or nobody's business (`ignore`)"),
  reactions: z
    .enum(['native', 'note', 'none'], 'must be "native", "note" or "none"')
    .default('native')
    .describe(
      "how reactions from elsewhere are shown: by one of the bot's own for all who share it (`native`; what Discord does not have is told in words), always in words (`note`), or not at all (`none`)",
    ),
  unfurl: z.boolean('must be true or false').default(true).describe('whether links in what is said elsewhere unfold to previews'),
  delay_seconds: z
    .number(delayError)
    .min(0, delayError)
    .max(60, delayError)
    .default(0)
    .describe("for how many seconds (up to 60) what members say is held back, so that a moderator's bot can delete it first"),
  status: statusSchema.describe('messages that show who plays where: see below'),
  typing: z
    .boolean('must be true or false')
    .default(false)
    .describe('whether those who type in a channel are seen to do so elsewhere, and the bot types while somebody elsewhere does'),
  presence: z
    .boolean('must be true or false')
    .default(true)
    .describe('whether the bot shows below its name how many people play'),
  admins: idList('admins').describe(
    "who may give every [command](commands.md): ids of users and roles, beside the owner of the bot's application",
  ),
  moderators: idList('moderators').describe('who may moderate players, beside those with the permission: ids of users and roles'),
  permissions: grantsSchema.describe(
    'who may give which of `kick`, `slap`, `ban`, `unban`, `bans`, `lua`, in place of those with the permission: see [Moderation](moderation.md#who-may)',
  ),
  allow_remote_lua: z
    .boolean('must be true or false')
    .default(false)
    .describe('whether those named in `permissions.lua` may run [Lua](moderation.md#remote-lua) on game servers'),
  mirror_kick: z
    .enum(['none', 'timeout', 'kick'], 'must be "none", "timeout" or "kick"')
    .default('none')
    .describe(
      'what is done on Discord to a member who is kicked from elsewhere: `none`, `timeout` or `kick`; see [Moderation](moderation.md)',
    ),
  mirror_ban: z
    .enum(['none', 'timeout', 'kick', 'ban'], 'must be "none", "timeout", "kick" or "ban"')
    .default('none')
    .describe('the same for a ban: `none`, `timeout`, `kick` or `ban`'),
});

export type DiscordConfig = z.infer<typeof schema>;
