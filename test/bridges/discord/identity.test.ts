import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../bridges/discord/identity.ts';

const called = (name: string, tag = 'alpha', template = '{name} [{server}]') =>
  identityOf({ author: { id: '1', name }, tag }, template).username;

describe('names', () => {
  it.each([
    ['Gordon', 'Gordon [alpha]'],
    ['  Gordon\n\tFreeman ', 'Gordon Freeman [alpha]'],
    ['{server}', '{server} [alpha]'],
    ['$& $1', '$& $1 [alpha]'],
    ['', 'Somebody [alpha]'],
    ['\u200b\u202e\u2800', 'Somebody [alpha]'],
    ['Ünïcödé \u{1F468}\u200d\u{1F469}\u200d\u{1F467}', 'Ünïcödé \u{1F468}\u200d\u{1F469}\u200d\u{1F467} [alpha]'],
    ['**Gordon** @everyone', '**Gordon** @everyone [alpha]'],
  ])('%j', (name, expected) => expect(called(name)).toBe(expected));

  it.each(['discord', 'Discord', 'DISCORD', 'xdiscordx', 'discdiscordord', 'clyde', 'cLyDe', 'Clyde Discord'])(
    '%j is sendable and looks the same',
    (name) => {
      expect(called(name)).not.toMatch(/discord|clyde/i);
      const latin = called(name, '', '{name}').replace(/[оОеЕ]/g, (letter) => ({ о: 'o', О: 'O', е: 'e', Е: 'E' })[letter] ?? '');
      expect(latin).toBe(name);
    },
  );

  it('are looked at as a whole', () => {
    expect(called('dis', 'cord', '{name}{server}')).not.toMatch(/discord/i);
    expect(called('every', 'one', '{name}{server}')).not.toBe('everyone');
    expect(called('here', '', '{name}')).not.toBe('here');
    expect(called('', '', ' {name} ')).toBe('Somebody');
  });

  it('are at most 80 characters long, and keep the server', () => {
    expect([...called('\u{1F600}'.repeat(64), 'a long server name that goes on')]).toHaveLength(80);
    expect(called('x'.repeat(64), 'a long server name that goes on')).toMatch(/^x+ \[a long server name that goes on\]$/);
    expect([...called('x'.repeat(64), 'y'.repeat(64))].length).toBeLessThanOrEqual(80);
    expect([...called('x', 'y'.repeat(64), `{name}${'z'.repeat(70)}`)].length).toBeLessThanOrEqual(80);
  });
});

it.each([
  ['https://pics.example/a.png', true],
  ['http://pics.example/a.png', true],
  ['javascript:alert(1)', false],
  ['data:image/png;base64,AAAA', false],
  ['//pics.example/a.png', false],
  ['https://', false],
])('%s as a picture: %s', (avatar, expected) => {
  const { avatar_url } = identityOf({ author: { id: '1', name: 'a', avatar }, tag: 'alpha' }, '{name}');
  expect(avatar_url !== undefined).toBe(expected);
});

it('takes no address that is longer than Discord takes', () => {
  const avatar = `https://pics.example/${'a'.repeat(5_000)}`;
  expect(identityOf({ author: { id: '1', name: 'a', avatar }, tag: 'alpha' }, '{name}')).toEqual({ username: 'a' });
});
