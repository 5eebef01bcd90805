/** What the operator can type. Reading a line is pure; doing it is up to the {@link Desk}. */
import { count } from '../../src/text/count.ts';
import { toLine } from '../../src/text/line.ts';
import { sanitizeName } from '../../src/text/names.ts';
import { nearest } from '../../src/text/nearest.ts';
import type { Desk } from './desk.ts';

/** Does what was typed. Resolves with the answer to print. */
type Action = (desk: Desk) => Promise<string> | string;

/** One command. */
export interface Command {
  readonly name: string;
  /** Its arguments: `<must>`, `[may]`. */
  readonly usage: string;
  readonly help: string;
  /** Whether it needs the network. */
  readonly online: boolean;
  /** Reads the arguments; undefined when they are not as the usage says. */
  readonly parse: (args: string) => Action | undefined;
}

const AOWL_ACTIONS = ['kick', 'ban', 'slap'] as const;

/** Every command, in the order of the help. */
const COMMANDS: readonly Command[] = [
  {
    name: 'help',
    usage: '',
    help: 'list the commands',
    online: false,
    parse: matching(/^$/, () => () => helpText()),
  },
  {
    name: 'channel',
    usage: '[name]',
    help: 'talk in another channel, or list the channels',
    online: false,
    parse: matching(/^(.*)$/, (name) => (desk) => (name === '' ? desk.listChannels() : desk.switchChannel(name))),
  },
  {
    name: 'status',
    usage: '[full]',
    help: 'show the known servers and who is on them',
    online: true,
    parse: matching(
      /^(full)?$/,
      (full) =>
        ({ state }) =>
          state.formatStatus(full === 'full'),
    ),
  },
  {
    name: 'health',
    usage: '',
    help: 'show what is wrong with the bridge',
    online: false,
    parse: matching(/^$/, () => (desk) => desk.health()),
  },
  {
    name: 'reload',
    usage: '',
    help: 'read the configuration anew, without interrupting what did not change',
    online: false,
    parse: matching(/^$/, () => (desk) => desk.reload()),
  },
  {
    name: 'add',
    usage: '<name>',
    help: 'add a user of our own',
    online: true,
    parse(args) {
      const name = sanitizeName(args);
      if (name === '') return undefined;
      return async ({ state }) => `${name} is user ${(await state.addUser(name, { platform: 'console' })).id} now.`;
    },
  },
  {
    name: 'del',
    usage: '<id>',
    help: 'remove a user of our own',
    online: true,
    parse: matching(/^(\d{1,15})$/, (id) => async ({ state }) => {
      const user = await state.delUser(Number(id));
      return user === undefined ? `There is no user ${id} here; /status shows who is.` : `${toLine(user.name)} is gone.`;
    }),
  },
  {
    name: 'say',
    usage: '<userid> <message>',
    help: 'let a user of our own speak to all servers',
    online: true,
    parse: matching(/^(\d{1,15})\s+(.+)$/, (id, text) => async ({ state }) => {
      if (state.me().getUser(Number(id)) === undefined) return `There is no user ${id} here; /add makes one.`;
      await state.say(Number(id), text);
      return `Said to ${count(state.online().length, 'server')}.`;
    }),
  },
  {
    name: 'pm',
    usage: '<from_user_id> <server_id> <to_user_id> <message>',
    help: 'let a user of our own whisper to a user of another server',
    online: true,
    parse: matching(/^(\d{1,15})\s+(\S+)\s+(\d{1,15})\s+(.+)$/, (from, server, to, text) => async ({ state }) => {
      if (state.me().getUser(Number(from)) === undefined) return `There is no user ${from} here; /add makes one.`;
      await state.pm(Number(from), server, Number(to), text);
      return `Whispered to ${toLine(state.servers.get(server)?.getUser(Number(to))?.name ?? `user ${to}`)} on ${server}.`;
    }),
  },
  {
    name: 'sendlua',
    usage: '<server_id> <code>',
    help: 'run Lua code on a server, where allow_remote_lua allows it',
    online: true,
    parse: matching(/^(\S+)\s+(.+)$/, (server, code) => (desk) => desk.sendLua(server, code)),
  },
  ...AOWL_ACTIONS.map(
    (action): Command => ({
      name: `aowl_${action}`,
      usage: '<steamid64> [reason]',
      help: `${action} a player, on whatever server`,
      online: true,
      parse: matching(
        /^(\d{17})(?:\s+(.+))?$/,
        (steamid64, reason = '') =>
          (desk) =>
            desk.order(action, { steamid64 }, reason),
      ),
    }),
  ),
  ...AOWL_ACTIONS.map(
    (action): Command => ({
      name: `aowl_${action}_user`,
      usage: '<server_id> <user_id> [reason]',
      help: `${action} a user without a SteamID, by server and number`,
      online: true,
      parse: matching(
        /^(\S+)\s+(\d{1,15})(?:\s+(.+))?$/,
        (serverId, user, reason = '') =>
          (desk) =>
            desk.order(action, { serverId, userId: Number(user) }, reason),
      ),
    }),
  ),
  {
    name: 'exit',
    usage: '',
    help: 'end the bridge',
    online: false,
    parse: matching(/^$/, () => (desk) => desk.shutdown()),
  },
];

/** What a typed line means: something to say, a command, or neither. */
export type Typed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'do'; readonly command: Command; readonly action: Action }
  | { readonly kind: 'wrong'; readonly sentence: string };

/** Reads a typed line. What begins with `/` is a command; `//` says a line that begins with `/`. */
export function readLine(line: string): Typed {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  if (!text.startsWith('/')) return { kind: 'say', text };
  if (text.startsWith('//')) return { kind: 'say', text: text.slice(1) };
  const [, name = '', args = ''] = /^\/(\S*)\s*(.*)$/s.exec(text) ?? [];
  const command = COMMANDS.find((known) => known.name === name.toLowerCase());
  if (command === undefined) return { kind: 'wrong', sentence: unknownCommand(name) };
  const action = command.parse(args);
  if (action === undefined) return { kind: 'wrong', sentence: `Use it like this: ${usageOf(command)}` };
  return { kind: 'do', command, action };
}

/** A parser for arguments that match, each group handed over as text; an optional group that is absent as undefined. */
function matching(pattern: RegExp, make: (...groups: string[]) => Action): Command['parse'] {
  return (args) => {
    const match = pattern.exec(args);
    return match === null ? undefined : make(...match.slice(1));
  };
}

function unknownCommand(name: string): string {
  const close = nearest(
    name,
    COMMANDS.map((command) => command.name),
  );
  return `There is no command /${toLine(name)}${close === undefined ? '' : `; did you mean /${close}?`} (/help lists them all.)`;
}

function helpText(): string {
  const width = Math.max(...COMMANDS.map((command) => usageOf(command).length));
  const lines = COMMANDS.map((command) => `${usageOf(command).padEnd(width)}  ${command.help}`);
  return ['What does not begin with / is said in the current channel.', ...lines].join('\n');
}

function usageOf({ name, usage }: Command): string {
  return `/${name} ${usage}`.trim();
}
