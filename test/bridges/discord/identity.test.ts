import { describe, expect, it } from 'vitest';
import { identityOf, type Neighbours, namesOf } from '../../../bridges/discord/identity.ts';
import {
  type AdapterId,
  type Author,
  BRIDGE_ID,
  type Place,
  type RoomRef,
  SEVERAL_ID,
  type ServerId,
} from '../../../src/event.ts';

const alpha: Place = { kind: 'server', server: 'alpha' as ServerId };
const room: Place = { kind: 'room', adapter: 'matrix' as AdapterId, room: '!a:b' as RoomRef };
const nobodyElse: Neighbours = { bot: 'Relay', resembles: () => false };
const among = (...members: readonly string[]): Neighbours => ({ bot: 'Relay', resembles: (name) => members.includes(name) });

const called = (name: string, tag = 'alpha', template = '{name} [{server}]', neighbours = nobodyElse, place: Place = alpha) =>
  identityOf({ author: { id: '1', name }, tag, place }, template, neighbours).username;

describe('names', () => {
  it.each([
    ['Gordon', 'Gordon [alpha]'],
    ['  Gordon\n\tFreeman ', 'Gordon Freeman [alpha]'],
    ['{platform}', '{platform} [alpha]'],
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
      const latin = called(name, '', '{name}')
        .replace(' (player)', '')
        .replace(/[оОеЕ]/g, (letter) => ({ о: 'o', О: 'O', е: 'e', Е: 'E' })[letter] ?? '');
      expect(latin).toBe(name);
    },
  );

  it('are looked at as a whole', () => {
    expect(called('dis', 'cord', '{name}{server}')).not.toMatch(/discord/i);
    expect(called('every', 'one', '{name}{server}')).not.toBe('everyone');
    expect(called('here', '', '{name}')).not.toBe('here');
    expect(called('he', 're', '{name}{server}')).not.toBe('here');
    expect(called('', '', ' {name} ')).toBe('Somebody');
  });

  it('are at most 80 characters long, and keep the server', () => {
    expect([...called('\u{1F600}'.repeat(64), 'a long server name that goes on')]).toHaveLength(80);
    expect(called('x'.repeat(64), 'a long server name that goes on')).toMatch(/^x+ \[a long server name that goes on\]$/);
    expect([...called('x'.repeat(64), 'y'.repeat(64))].length).toBeLessThanOrEqual(80);
    expect([...called('x', 'y'.repeat(64), `{name}${'z'.repeat(70)}`)].length).toBeLessThanOrEqual(80);
  });
});

describe('names that a reader could take for another', () => {
  it('are marked where nothing else tells where somebody is from', () => {
    expect(called('Alice', 'alpha', '{name}', among('Alice'))).toBe('Alice (player)');
    expect(called('Alice', 'Matrix', '{name}', among('Alice'), room)).toBe('Alice (Matrix user)');
    expect(called('Alice', 'alpha', '{name}', among('Bob'))).toBe('Alice');
  });

  it('are marked as long as nobody knows the members', () => {
    expect(called('Alice', 'alpha', '{name}', { bot: undefined, resembles: () => undefined })).toBe('Alice (player)');
    expect(called('Alice', 'alpha', '{name} [{server}]', { bot: undefined, resembles: () => undefined })).toBe('Alice [alpha]');
  });

  it('are told apart by the server or the platform', () => {
    expect(called('Alice', 'alpha', '{name} [{server}]', among('Alice'))).toBe('Alice [alpha]');
    expect(called('Alice', 'alpha', '{name} ({platform})', among('Alice'))).toBe('Alice (Game)');
    expect(called('Alice', 'Matrix', '{name} ({platform})', among('Alice'), room)).toBe('Alice (Matrix)');
    expect(called('Alice', 'alpha', '{name} [{server}]', among('Alice [alpha]'))).toBe('Alice (player) [alpha]');
  });

  it.each([
    ...['Discord', 'DISCORD', 'Disc\u043erd', 'D1sc0rd', 'Discord Staff', 'clyde', 'Сlуdе', 'Ｃlyde', 'd i s c o r d'],
    ...[
      'Server',
      'SERVER',
      'System',
      'Syst\u0435m',
      '[System]',
      'Bridge',
      'Admin',
      'Аdmin',
      'ᴀᴅᴍɪɴ',
      'Adrnin',
      'Moderator',
      'Mod',
    ],
    ...[
      'Several players',
      'Several people',
      'Ѕeveral peop1e',
      'Relay',
      'relay',
      'Re1ay',
      'Console',
      'crosschat',
      '\u{1F170}dmin',
    ],
  ])('%j sounds official and is marked by any template', (name) => {
    expect(called(name)).toMatch(/ \(player\) \[alpha\]$/);
    expect(called(name, 'alpha', '{name}')).toMatch(/ \(player\)$/);
    expect(called(name, 'Matrix', '{server}: {name}', nobodyElse, room)).toMatch(/ \(Matrix user\)$/);
  });

  it.each(['Adam', 'Serverless', 'Modest', 'Bridget', 'Administer', 'Hereford'])('%j is nobody in charge', (name) =>
    expect(called(name)).toBe(`${name} [alpha]`),
  );

  it('are the own ones of the bridge, which stay as they are', () => {
    const own = (id: string, name: string) =>
      identityOf({ author: { id, name }, tag: 'crosschat', place: room }, '{name}', { bot: 'Bridge', resembles: () => true });
    expect(own(BRIDGE_ID, 'Bridge').username).toBe('Bridge');
    expect(own(SEVERAL_ID, 'Several players').username).toBe('Several players');
  });

  it('keep their mark however long they are', () => {
    const name = called('x'.repeat(64), 'y'.repeat(60), '{name} [{server}]', { bot: undefined, resembles: () => true });
    expect([...name].length).toBeLessThanOrEqual(80);
    expect(name).toMatch(/^x+ \(player\) \[y{60}\]$/);
  });

  it('can be recognised under any of the names that somebody may have had', () => {
    const speaker = { author: { id: '1', name: 'Alice' }, tag: 'alpha', place: alpha };
    expect(namesOf(speaker, '{name}')).toEqual(['Alice', 'Alice (player)', 'Somebody']);
  });
});

it('cuts a name between letters as people see them', () => {
  const family = '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}';
  const name = called(family.repeat(30), 'a server');
  expect([...name].length).toBeLessThanOrEqual(80);
  expect(name.replaceAll(family, '')).toBe(' [a server]');
});

describe('pictures', () => {
  const picture = (author: Omit<Author, 'name'>, name = 'a', place: Place = alpha) =>
    identityOf({ author: { name, ...author }, tag: 'alpha', place }, '{name}', nobodyElse).avatar_url;

  it.each([
    ['https://pics.example/a.png', true],
    ['http://pics.example/a.png', true],
    ['https://93.184.215.14/a.png', true],
    ['javascript:alert(1)', false],
    ['data:image/png;base64,AAAA', false],
    ['//pics.example/a.png', false],
    ['https://', false],
    ['http://localhost/a.png', false],
    ['http://bridge/a.png', false],
    ['http://127.0.0.1/a.png', false],
    ['http://2130706433/a.png', false],
    ['http://0x7f.1/a.png', false],
    ['http://10.1.2.3/a.png', false],
    ['http://172.20.0.1/a.png', false],
    ['http://192.168.1.1/a.png', false],
    ['http://169.254.169.254/latest', false],
    ['http://100.64.0.1/a.png', false],
    ['http://[::1]/a.png', false],
    ['http://printer.local/a.png', false],
    ['https://user:password@pics.example/a.png', false],
    [`https://pics.example/${'a'.repeat(5_000)}`, false],
  ])('%s is used: %s', (avatar, expected) => expect(picture({ id: '1', avatar }) === avatar).toBe(expected));

  it('are Discord\u2019s own for those who have none, always the same for one person', () => {
    const ones = Array.from({ length: 60 }, (_, index) => picture({ id: '1' }, `player ${index}`));
    expect(new Set(ones).size).toBe(6);
    for (const one of ones) expect(one).toMatch(/^https:\/\/cdn\.discordapp\.com\/embed\/avatars\/[0-5]\.png$/);
    expect(picture({ id: '2' }, 'player 7')).toBe(picture({ id: '1' }, 'player 7'));
    expect(picture({ id: '@a:b' }, 'one name', room)).toBe(picture({ id: '@a:b' }, 'another', room));
  });
});
