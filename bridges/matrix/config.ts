/** The adapter's keys in the configuration. */
import { z } from 'zod';
import { appserviceSchema } from './appservice/config.ts';
import { grantsSchema } from './commands/grants.ts';
import type { Trusted } from './commands/power.ts';

const userError = 'must be a list of Matrix user ids, like "@alice:example.org"';
const userIds = z
  .preprocess(
    (given) => (typeof given === 'string' ? given.split(',').map((id) => id.trim()) : given),
    z.array(z.string(userError).regex(/^@[^\s:]*:\S+$/, userError), userError),
  )
  .default([]);
const powerLevel = z.number('must be a power level, a whole number').int('must be a whole number');

const settings = z.strictObject({
  homeserver_url: z
    .url({ protocol: /^https?$/, error: 'must be the address of your homeserver, like "https://matrix.example.org"' })
    .regex(/^[^@?#]*$/, 'must be an address without a user name, a query and a fragment'),
  access_token: z
    .string('must be the access token of the account that the bridge uses')
    .regex(/^[\x21-\x7e]+$/, 'must be an access token, without spaces')
    .optional(),
  /** In place of an account: players and others are users of their own on the homeserver. */
  appservice: appserviceSchema.optional(),
  name_template: z
    .string('must be a text with {name} in it')
    .includes('{name}', 'must have {name} in it, like "{name} ({server})"')
    .default('{name} ({server})'),
  /** What commands begin with. */
  command_prefix: z
    .string('must be a sign, like "!"')
    .regex(/^[^\s\p{L}\p{N}]{1,8}$/u, 'must be one or a few signs, without letters and blanks, like "!"')
    .default('!'),
  /** The power levels in a room that it takes to moderate players, and to change what the bridge does there. */
  moderator_level: powerLevel.default(50),
  admin_level: powerLevel.default(100),
  /** Who may use every command, and who may moderate, whatever their power level. */
  admins: userIds,
  moderators: userIds,
  /** Who may use which of the commands that moderate, in place of those with the power for it. */
  permissions: grantsSchema,
  /** Whether those who are named for it may run Lua code on game servers. */
  allow_remote_lua: z.boolean('must be true or false').default(false),
  /** What is done in the rooms to somebody who is kicked, or banned, from elsewhere: nothing, unless it is said here. */
  mirror_kick: z.enum(['none', 'kick'], 'must be "none" or "kick"').default('none'),
  mirror_ban: z.enum(['none', 'kick', 'ban'], 'must be "none", "kick" or "ban"').default('none'),
  /** What messages are sent as: notices are shown dimly by some clients, and no bot answers them. */
  message_type: z.enum(['m.text', 'm.notice'], 'must be "m.text" or "m.notice"').default('m.text'),
  /** Whether messages tell clients that know it who speaks, with a picture. */
  profiles: z.boolean('must be true or false').default(false),
  /** Whether `@name` in what is said elsewhere pings somebody of that name in the room. */
  mentions: z.enum(['none', 'members'], 'must be "none" or "members"').default('none'),
  /** So many messages of each room are heard that were said while the bridge was away, the newest, and none that is older. */
  catch_up_messages: z
    .number('must be a number of messages')
    .int('must be a whole number')
    .min(0, 'must be 0 or more')
    .max(20_000, 'must be at most 20000')
    .default(5_000),
  catch_up_hours: z.number('must be a number of hours').min(0, 'must be 0 or more').max(720, 'must be at most 720').default(24),
  /** By whom the bridge lets itself be invited to rooms that are not mapped, besides the admins. */
  invites_from: userIds,
  /** How reactions from elsewhere are shown: by our own, in words, or not at all. */
  reactions: z.enum(['native', 'note', 'none'], 'must be "native", "note" or "none"').default('native'),
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
