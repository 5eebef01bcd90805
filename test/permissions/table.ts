/** Who may do what: written down by hand, so that a new command can't be forgotten, and none changes hands unseen. */
import { expect } from 'vitest';
import type { CommandInfo } from '../../src/adapter.ts';
import { Town } from '../commands/town.ts';

/** What a command takes. */
export type Need = 'nothing' | 'to kick' | 'to ban' | 'to manage' | 'to run the bridge' | 'to be named';

const NEEDS: Readonly<Record<string, Need>> = {
  players: 'nothing',
  servers: 'nothing',
  whois: 'nothing',
  status: 'nothing',
  pm: 'nothing',
  block: 'nothing',
  unblock: 'nothing',
  link: 'nothing',
  unlink: 'nothing',
  privacy: 'nothing',
  kick: 'to kick',
  slap: 'to kick',
  ban: 'to ban',
  unban: 'to ban',
  bans: 'to ban',
  'bridge list': 'to manage',
  'bridge add': 'to manage',
  'bridge remove': 'to manage',
  'bridge pause': 'to manage',
  'bridge resume': 'to manage',
  'bridge dead-letters': 'to run the bridge',
  'bridge audit': 'to run the bridge',
  'bridge reload': 'to run the bridge',
  lua: 'to be named',
};

/** Values for all options that are required anywhere; none of them changes who may do what. */
const VALUES: Readonly<Record<string, string>> = {
  player: '76561197960287930',
  who: '76561197960287930',
  text: 'hello',
  reason: 'spam',
  channel: 'main',
  server: 'nowhere',
  code: 'print(1)',
};

/** What a command takes. Fails for one that is not in the table. */
export function needOf({ name }: CommandInfo): Need {
  const need = NEEDS[name];
  if (need === undefined) throw new Error(`Say in test/permissions/table.ts who may give ${name}.`);
  return need;
}

/** The options that a command has to be given with. Fails for one that nobody has thought of. */
export function filled({ name, options }: CommandInfo): Record<string, string> {
  const required = options.filter((option) => option.required);
  return Object.fromEntries(
    required.map((option) => {
      const value = VALUES[option.name];
      if (value === undefined) throw new Error(`Say in test/permissions/table.ts what ${option.name} of ${name} may be.`);
      return [option.name, value];
    }),
  );
}

/** A command as it is typed. */
export function typed(command: CommandInfo): string {
  return [`!${command.name}`, ...Object.values(filled(command))].join(' ');
}

/** Whether an answer says that the caller may not. */
export function isRefused(answer: string): boolean {
  return /^(Only (moderators|admins|those whom) |[A-Z][^\n]* is for those who run the bridge only|You may do this to this room only)/.test(
    answer,
  );
}

/** Those that not everybody may give. */
export function guarded(commands: readonly CommandInfo[]): readonly CommandInfo[] {
  return commands.filter((command) => needOf(command) !== 'nothing');
}

/** Every command that there is is in the table, and the other way round. */
export function expectWhole(commands: readonly CommandInfo[]): void {
  expect(commands.map(({ name }) => name).sort()).toEqual(Object.keys(NEEDS).sort());
}

/** Every command that there is, as adapters are offered them. */
export async function allCommands(): Promise<readonly CommandInfo[]> {
  const town = await Town.open();
  return town.platform.host.commands.all;
}
