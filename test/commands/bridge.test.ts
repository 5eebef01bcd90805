/** The commands about the bridge itself, and who may use them on what. */
import { beforeEach, describe, expect, test } from 'vitest';
import { admin, operator, Town } from './town.ts';

let town: Town;

beforeEach(async () => {
  town = await Town.open();
});

test('what there is is listed, with how it fares', async () => {
  expect(await town.give('bridge list', {}, operator)).toBe(
    'main with the servers *\n- Platform one (this room): works\neurope with the servers eu*\n- Platform two: works',
  );
  expect(await town.give('bridge list', {}, admin)).not.toContain('europe');
  town.platform.isDown = true;
  await town.game('alpha');
  await town.platform.says('two', 'Bob', 'hello');
  expect(await town.give('status', {}, admin)).toBe(
    'The bridge is on the network: 1 game server online, with 0 players.\n- Platform runs\nChannel main\n- Platform one (this room): works\nAll is well.',
  );
});

test('a room where something stands in the way is listed with that, and only admins read what it is', async () => {
  town.platform.faults.set('one', 'Platform room one: the bridge was kicked by Mallory. Invite it again.');
  expect(await town.give('bridge list', {}, operator)).toContain(
    'Platform one (this room): Platform room one: the bridge was kicked',
  );
  expect(await town.give('status', {}, admin)).toContain('the bridge was kicked by Mallory');
  const forAll = await town.give('status');
  expect(forAll).toContain('Platform one (this room): out of order');
  expect(forAll).not.toContain('Mallory');
  expect(town.platform.host.health()).toEqual([expect.stringContaining('kicked by Mallory')]);
});

test('status tells everybody what waits, and an admin why', async () => {
  const alpha = await town.game('alpha');
  const gordon = await town.player(alpha, 'Gordon');
  town.platform.isDown = true;
  await gordon.says('hello?');
  await town.until(() => town.platform.host.health().length > 0);
  const forAll = await town.give('status');
  expect(forAll).toContain('Platform one (this room): can not be reached, 1 message waiting since less than a minute');
  expect(forAll).toContain('Something is not as it should be; an admin sees here what.');
  expect(forAll).not.toContain('the platform is down');
  expect(await town.give('status', {}, admin)).toContain('the platform is down');
  town.platform.isDown = false;
});

describe('rooms', () => {
  test('are added to a channel of the place by its admin, and to any channel by an operator only', async () => {
    const here = { room: 'new', rooms: ['one'] };
    expect(await town.give('bridge add', { channel: 'europe' }, { ...admin, ...here })).toBe(
      'A channel that is not heard here is for those who run the bridge only.',
    );
    expect(await town.give('bridge add', { channel: 'mine' }, { ...admin, ...here })).toContain(
      'for those who run the bridge only',
    );
    expect(await town.give('bridge add', { channel: 'main' }, { ...admin, ...here })).toContain('main');
    expect(town.platform.opened.has('new')).toBe(true);
    expect(await town.give('bridge list', {}, operator)).toContain('Platform new: works, added by Ada');
    const elsewhere = { ...operator, room: 'far', rooms: [] };
    await town.give('bridge add', { channel: 'europe' }, elsewhere);
    await town.give('bridge add', { channel: 'europe', room: 'farther' }, elsewhere);
    await town.give('bridge add', { channel: 'europe', room: 'platform/farthest' }, elsewhere);
    expect([...town.platform.opened].sort()).toEqual(['far', 'farther', 'farthest', 'new']);
    const audit = await town.audit();
    expect(audit.filter((line) => line.includes('Ada'))).not.toEqual([]);
  });

  test('are not added by an admin of another place, nor taken out or paused by one', async () => {
    const stranger = { ...admin, room: 'theirs', rooms: [] };
    expect(await town.give('bridge add', { channel: 'main' }, stranger)).toContain('Whoever runs the bridge joins one');
    const europe = { ...admin, room: 'two' };
    for (const command of ['bridge pause', 'bridge resume', 'bridge remove', 'bridge add']) {
      const options = command === 'bridge add' ? { channel: 'europe', room: 'one' } : { room: 'one' };
      expect(await town.give(command, options, europe)).toContain('You may do this to this room only.');
    }
    expect(await town.give('bridge pause', { channel: 'europe' }, europe)).toContain('for those who run the bridge only');
    expect(await town.suggests('bridge pause', 'room', '', europe)).toEqual(['Platform two (europe) = platform/two']);
    expect(await town.suggests('bridge pause', 'room', '', operator)).toHaveLength(2);
  });

  test('are paused and go on', async () => {
    const alpha = await town.game('alpha');
    const gordon = await town.player(alpha, 'Gordon');
    await town.give('bridge pause', {}, admin);
    expect(await town.give('status')).toContain('Platform one (this room): paused');
    await gordon.says('nobody hears this');
    expect(await town.give('bridge resume', { room: 'platform/one' }, operator)).not.toContain('fault in the bridge');
    await gordon.says('everybody hears this');
    await town.platform.sees.waitFor((line) => line.includes('everybody hears this'));
    expect(town.platform.in('one').join()).not.toContain('nobody');
    expect(await town.give('bridge pause', { room: 'one', channel: 'main' }, operator)).toBe(
      'Name a channel or a room, not both.',
    );
    expect(await town.give('bridge remove', {}, operator)).not.toContain('fault in the bridge');
  });
});

test('dead letters are for operators: listed, sent again, dropped', async () => {
  expect(await town.give('bridge dead-letters', {}, admin)).toContain('for those who run the bridge only');
  expect(await town.suggests('bridge dead-letters', 'id', '', admin)).toEqual([]);
  expect(await town.give('bridge dead-letters', {}, operator)).toBe('There are no dead letters.');
  expect(await town.give('bridge dead-letters', { action: 'retry' }, operator)).toContain('Say which dead letter');
  expect(await town.give('bridge dead-letters', { action: 'burn', id: '1' }, operator)).toBe(
    'action is one of list, retry, drop.',
  );
  expect(await town.give('bridge dead-letters', { action: 'drop', id: 'all' }, operator)).toContain('no');
  const alpha = await town.game('alpha');
  const gordon = await town.player(alpha, 'Gordon');
  town.platform.isClosed = true;
  await gordon.says('this one dies');
  await expect.poll(() => town.suggests('bridge dead-letters', 'id', '', operator)).toHaveLength(2);
  expect(await town.give('bridge dead-letters', {}, operator)).toContain('this one dies (nobody may write here)');
  const [value] = await town.suggests('bridge dead-letters', 'id', '', operator);
  const id = / = (\d+)$/.exec(value ?? '')?.[1] ?? '';
  expect(await town.give('bridge dead-letters', { action: 'drop', id }, operator)).toContain('1 dead letter dropped');
  expect(await town.give('bridge dead-letters', { action: 'list' }, operator)).toBe('There are no dead letters.');
});

test('a command that there is not is said so', async () => {
  expect(await town.give('bridge burn', {}, operator)).toBe('There is no command bridge burn.');
});
