/** The adapter's keys in the configuration. */
import { z } from 'zod';
import { appserviceSchema } from './appservice/config.ts';
import { grantsSchema } from './commands/grants.ts';
import type { Trusted } from './commands/power.ts';
import type { MissedLimits } from './missed.ts';

const userError = 'must be a list of Matrix user ids, like "@alice:example.org"';
const userIds = z
  .preprocess(
    (given) => (typeof given === 'string' ? given.split(',').map((id) => id.trim()) : given),
    z.array(z.string(userError).regex(/^@[^\s:]*:\S+$/, userError), userError),
  )
  .default([]);
const powerLevel = z.number('must be a power level, a whole number').int('must be a whole number');

/** The keys, before it is looked whether they fit each other. */
export const settings = z.strictObject({
  homeserver_url: z
    .url({ protocol: /^https?$/, error: 'must be the address of your homeserver, like "https://matrix.example.org"' })
    .regex(/^[^@?#]*$/, 'must be an address without a user name, a query and a fragment')
    .describe('the address of the homeserver, like `https://matrix.example.org`'),
  access_token: z
    .string('must be the access token of the account that the bridge uses')
    .regex(/^[\x21-\x7e]+$/, 'must be an access token, without spaces')
    .optional()
    .meta({
      description: 'of an account that only the bridge uses; left out where there is `appservice`',
      absent: 'required without `appservice`',
    }),
  appservice: appserviceSchema
    .optional()
    .describe(
      'in place of `access_token`: players and others are Matrix users of their own. See [Matrix as an appservice](matrix-appservice.md)',
    ),
  name_template: z
    .string('must be a text with {name} in it')
    .includes('{name}', 'must have {name} in it, like "{name} ({server})"')
    .default('{name} ({server})')
    .describe('the bold name in front of a message'),
  command_prefix: z
    .string('must be a sign, like "!"')
    .regex(/^[^\s\p{L}\p{N}]{1,8}$/u, 'must be one or a few signs, without letters and blanks, like "!"')
    .default('!')
    .describe('what [commands](commands.md) begin with'),
  moderator_level: powerLevel.default(50).describe('the power level in a room that it takes to moderate players'),
  admin_level: powerLevel.default(100).describe('the power level that it takes to change what the bridge does in a room'),
  moderators: userIds.describe('who may moderate players whatever their power level: a list of user ids'),
  admins: userIds.describe('who may give every command: a list of user ids'),
  permissions: grantsSchema.describe(
    'who may give which of `kick`, `slap`, `ban`, `unban`, `bans`, `lua`, in place of those with the power: see [Moderation](moderation.md#who-may)',
  ),
  allow_remote_lua: z
    .boolean('must be true or false')
    .default(false)
    .describe('whether those named in `permissions.lua` may run [Lua](moderation.md#remote-lua) on game servers'),
  mirror_kick: z
    .enum(['none', 'kick'], 'must be "none" or "kick"')
    .default('none')
    .describe(
      'what is done in the rooms to somebody who is kicked from elsewhere: `none` or `kick`; see [Moderation](moderation.md)',
    ),
  mirror_ban: z
    .enum(['none', 'kick', 'ban'], 'must be "none", "kick" or "ban"')
    .default('none')
    .describe('the same for a ban: `none`, `kick` or `ban`'),
  message_type: z
    .enum(['m.text', 'm.notice'], 'must be "m.text" or "m.notice"')
    .default('m.text')
    .describe("as what messages are sent: `m.notice` is shown dimly by some clients, and bots don't answer it"),
  profiles: z
    .boolean('must be true or false')
    .default(false)
    .describe(
      "whether messages tell clients that know it who speaks, with a picture ([MSC4144](https://github.com/matrix-org/matrix-spec-proposals/pull/4144)): these show each player as a person of their own; in all others the server's name is bold as well",
    ),
  mentions: z
    .enum(['none', 'members'], 'must be "none" or "members"')
    .default('none')
    .describe('whether `@name` in what is said elsewhere pings somebody of that name in the room (`members`)'),
  invites_from: userIds.describe(
    'by whom the bridge lets itself be invited to rooms that are not in the configuration, besides the admins: a list of user ids',
  ),
  catch_up_messages: z
    .number('must be a number of messages')
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .max(20_000, 'must be at most 20000')
    .default(5_000)
    .describe('of what was said in a room while the bridge was away, so many messages are heard, the newest'),
  catch_up_hours: z
    .number('must be a number of hours')
    .min(0, 'must be 0 or more')
    .max(720, 'must be at most 720')
    .default(24)
    .describe('of what was said in a room while the bridge was away, nothing is heard that is older'),
  typing: z
    .boolean('must be true or false')
    .default(false)
    .describe(
      'whether those who type in a room are seen to do so elsewhere, and the other way round; with `appservice`, the registration then asks for it, so write it anew',
    ),
  reactions: z
    .enum(['native', 'note', 'none'], 'must be "native", "note" or "none"')
    .default('native')
    .describe(
      "how reactions from elsewhere are shown: by one of the bridge's own for all who share it (`native`), always in words (`note`), or not at all (`none`)",
    ),
});

export const configSchema = settings.superRefine(({ access_token, appservice }, context) => {
  if (access_token === undefined && appservice === undefined) {
    const message = 'must be the access token of the account that the bridge uses, unless there is a key appservice';
    context.addIssue({ code: 'custom', path: ['access_token'], message });
  }
  if (access_token !== undefined && appservice !== undefined) {
    const message = 'must not be there beside access_token: the bridge is one account, or an appservice. Remove one of the two';
    context.addIssue({ code: 'custom', path: ['appservice'], message });
  }
});

/** What the bridge shows to the homeserver to be let in. */
export function tokenOf({ access_token, appservice }: MatrixConfig): string {
  return appservice?.as_token ?? access_token ?? '';
}

export type MatrixConfig = z.infer<typeof configSchema>;

/** Whom the operator trusts. */
export function trustedIn({ admins, moderators, admin_level, moderator_level }: MatrixConfig): Trusted {
  return { admins, moderators, adminLevel: admin_level, moderatorLevel: moderator_level };
}

/** How much is heard of what was said while the bridge was away. */
export function limitsIn({ catch_up_messages, catch_up_hours }: MatrixConfig): MissedLimits {
  return { messages: catch_up_messages, age: catch_up_hours * 3_600_000 };
}
