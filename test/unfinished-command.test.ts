/** What is being typed at the end of a command. */
import { expect, test } from 'vitest';
import type { CommandInfo } from '../src/command.ts';
import { readUnfinished, typedValue } from '../src/unfinished-command.ts';

const option = (name: string, more: Partial<CommandInfo['options'][number]> = {}) => ({
  name,
  description: '',
  required: true,
  ...more,
});
const command = (name: string, ...options: CommandInfo['options']): CommandInfo => ({
  name,
  description: '',
  rank: 'everybody',
  options,
});
const commands = [
  command('kick', option('player', { suggests: true }), option('duration'), option('reason', { isText: true })),
  command('bridge add', option('channel', { suggests: true })),
  command('bridge list'),
  command('unban', option('who', { suggests: true, isText: true })),
];

/** `name /typed` or `option=typed @from`. */
function read(text: string): string | undefined {
  const found = readUnfinished(text, '/', commands);
  if (found === undefined) return undefined;
  return found.kind === 'name'
    ? `name ${found.typed}`
    : `${found.command.name}: ${found.option.name}=${found.typed} @${found.from}`;
}

test.each([
  ['hello', undefined],
  ['/', 'name '],
  ['/ki', 'name ki'],
  ['/KICK', 'name kick'],
  ['/kick ', 'kick: player= @6'],
  ['/kick Go', 'kick: player=Go @6'],
  ['/kick "Gordon Fr', 'kick: player=Gordon Fr @6'],
  ['/kick “Gordon Fr', 'kick: player=Gordon Fr @6'],
  ['/kick "Gordon Freeman" 2', 'kick: duration=2 @23'],
  ['/kick duration=2h Go', 'kick: player=Go @18'],
  ['/kick player="Gordon F', 'kick: player=Gordon F @13'],
  // Running text has nothing to choose from.
  ['/kick Gordon 2h for', undefined],
  ['/kick Gordon 2h for being loud', undefined],
  ['/bridge', 'name bridge'],
  ['/bridge a', 'name bridge a'],
  ['/bridge add ma', 'bridge add: channel=ma @12'],
  ['/bridge list x', undefined],
  ['/unban Go', 'unban: who=Go @7'],
  ['/nothing of that kind', 'name nothing of that kind'],
  ['/kick "', 'kick: player= @6'],
  ['/kick "a" "', 'kick: duration= @10'],
])('%j', (text, found) => {
  expect(read(text)).toBe(found);
});

test('a value is typed in quotes where it has blanks, and not at all where it could be taken for something else', () => {
  expect(['alpha/3', 'Gordon Freeman', 'a=b', 'the "one"', 'two\nlines'].map(typedValue)).toEqual([
    'alpha/3',
    '"Gordon Freeman"',
    '"a=b"',
    undefined,
    undefined,
  ]);
});
