import { expect, test } from 'vitest';
import type { CommandInfo } from '../src/command.ts';
import { readCommand } from '../src/typed-command.ts';
import { cpuTime } from './support/cpu-time.ts';

const option = (name: string, more = {}) => ({ name, description: name, required: false, ...more });
const command = (name: string, ...options: CommandInfo['options']): CommandInfo => ({
  name,
  description: name,
  rank: 'everybody',
  options,
});
const commands = [
  command('players', option('server')),
  command('kick', option('player', { required: true }), option('reason', { isText: true })),
  command('ban', option('player', { required: true }), option('reason', { required: true }), option('duration')),
  command('bridge pause', option('room'), option('channel')),
  command('bridge list'),
];

function read(text: string, prefix = '!'): unknown {
  const typed = readCommand(text, prefix, commands);
  if (typed?.kind !== 'command') return typed;
  return [typed.command.name, Object.fromEntries(typed.options)];
}

test.each([
  ['!players', ['players', {}]],
  ['!PLAYERS  alpha ', ['players', { server: 'alpha' }]],
  ['!kick Gordon', ['kick', { player: 'Gordon' }]],
  ['!kick Gordon being "very" mean  today', ['kick', { player: 'Gordon', reason: 'being "very" mean  today' }]],
  ['!kick "Gordon Freeman" "in quotes"', ['kick', { player: 'Gordon Freeman', reason: 'in quotes' }]],
  ['!kick “Gordon Freeman” x', ['kick', { player: 'Gordon Freeman', reason: 'x' }]],
  ['!kick Gordon two\nlines', ['kick', { player: 'Gordon', reason: 'two\nlines' }]],
  ['!kick "a"b" x', ['kick', { player: '"a"b"', reason: 'x' }]],
  ['!kick "reason=x" y', ['kick', { player: 'reason=x', reason: 'y' }]],
  ['!kick reason=spam Gordon', ['kick', { player: 'Gordon', reason: 'spam' }]],
  ['!ban Gordon "aim bot" 7d', ['ban', { player: 'Gordon', reason: 'aim bot', duration: '7d' }]],
  ['!ban duration=7d Gordon bot', ['ban', { player: 'Gordon', reason: 'bot', duration: '7d' }]],
  ['!ban Gordon reason="aim bot"', ['ban', { player: 'Gordon', reason: 'aim bot' }]],
  ['!bridge pause', ['bridge pause', {}]],
  ['!bridge  Pause channel=main', ['bridge pause', { channel: 'main' }]],
  ['!help', { kind: 'help', about: '' }],
  ['!help Bridge pause', { kind: 'help', about: 'bridge pause' }],
  ['!bridge', { kind: 'wrong', sentence: 'After !bridge comes one of pause, list.' }],
  ['!bridge burn', { kind: 'wrong', sentence: 'After !bridge comes one of pause, list.' }],
  [
    '!ban Gordon he is bad',
    {
      kind: 'wrong',
      sentence: 'That is too much. It goes !ban <player> <reason> [duration], with quotes around what has blanks in it.',
    },
  ],
])('%j is a command', (text, typed) => {
  expect(read(text)).toEqual(typed);
});

test.each([
  '',
  '!',
  '! players',
  '!!players',
  'players',
  ' !players',
  '!wow that was close',
  '!kicker',
  '!kick-off is at 8',
  '!bridgehead',
])('%j is chat', (text) => {
  expect(read(text)).toBeUndefined();
});

test('another prefix leaves the first one to others', () => {
  expect(read('!players', '%')).toBeUndefined();
  expect(read('%players', '%')).toEqual(['players', {}]);
});

test('a very long line is read quickly', () => {
  const begin = cpuTime();
  read(`!kick ${'"a '.repeat(20_000)}`);
  read(`!kick ${'a= '.repeat(20_000)}`);
  expect(cpuTime() - begin).toBeLessThan(1_000);
});
