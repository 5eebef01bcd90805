/** What is noted of moderators, and where it is read. */
import { expect, test } from 'vitest';
import { LeapClock } from '../support/leap-clock.ts';
import { admin, moderator, operator, Town, twoPlatforms } from './town.ts';

const GORDON = '76561197960287930';
const ALYX = '76561197960287931';

test('the newest comes first, of everybody or of one person, and never more than fits', async () => {
  const town = await Town.open();
  await town.game('alpha');
  expect(await town.give('bridge audit', {}, operator)).toBe('Nothing is noted yet.');
  await town.give('slap', { player: GORDON, reason: '100%' }, moderator);
  await town.give('slap', { player: ALYX }, { ...moderator, name: 'Max', id: '7' });
  await town.give('kick', { player: ALYX }, { name: 'Eve', id: '8' });
  await town.store.writer.flushed();
  const lines = (await town.give('bridge audit', {}, operator)).split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^- .* UTC, Eve \(8, platform one\): kick refused 76561197960287931: Only moderators may use kick\.$/);
  expect(lines[4]).toMatch(/Mona \(2, platform one\): slap 76561197960287930: 100%$/);
  expect((await town.give('bridge audit', { person: 'mona' }, operator)).split('\n')).toHaveLength(2);
  expect((await town.give('bridge audit', { person: ALYX }, operator)).split('\n')).toHaveLength(3);
  expect(await town.give('bridge audit', { person: '%' }, operator)).toBe('Nothing is noted of anybody called so.');
  for (let count = 0; count < 20; count++)
    await town.store.audit.note({ who: 'x', action: 'y', target: 'z', detail: 'w'.repeat(500) });
  const many = (await town.give('bridge audit', {}, operator)).split('\n');
  expect(many).toHaveLength(16);
  expect(many[15]).toBe('- and more');
  expect(Math.max(...many.map((line) => line.length))).toBeLessThan(250);
});

test('who is refused the same again and again is noted once, and then how often', async () => {
  const clock = new LeapClock();
  const town = await Town.open({ clock });
  for (let count = 0; count < 5; count++) await town.give('kick', { player: `player ${count}` });
  await town.give('slap', { player: GORDON });
  await town.give('kick', { player: GORDON }, { name: 'Eve', id: '8' });
  expect(await town.audit()).toEqual([
    'Eve (8, platform one): kick refused 76561197960287930: Only moderators may use kick.',
    'Alice (1, platform one): slap refused 76561197960287930: Only moderators may use slap.',
    'Alice (1, platform one): kick refused player 0: Only moderators may use kick.',
  ]);
  await clock.leap(60_000);
  expect(await town.audit()).toHaveLength(4);
  expect((await town.audit())[0]).toBe(
    'Alice (1, platform one): kick refused 4 more times within a minute: Only moderators may use kick.',
  );
  await town.give('kick', { player: GORDON });
  expect(await town.audit()).toHaveLength(5);
});

test('it is for those who run the bridge', async () => {
  const town = await Town.open();
  expect(await town.give('bridge audit', {}, moderator)).toBe('Only admins may use bridge audit.');
  expect(await town.give('bridge audit', {}, admin)).toContain('is for those who run the bridge only');
});

test('moderators read in a room of theirs what is done, refused or not, and nobody is pinged by it', async () => {
  const town = await Town.open({ settings: { ...twoPlatforms, mod_log: { adapter: 'other', room: 'modlog' } } });
  expect([...town.other.opened]).toEqual(['modlog']);
  await town.game('alpha');
  await town.give('kick', { player: GORDON, reason: '@everyone\nlook' }, moderator);
  await town.give('ban', { player: GORDON, reason: 'x' });
  await town.other.sees.waitFor(
    (line) => line === 'modlog Bridge: Mona (2, platform one): kick 76561197960287930: @everyone / look',
  );
  await town.other.sees.waitFor((line) => line.includes('kick result 76561197960287930: sent to alpha;'));
  await town.other.sees.waitFor((line) => line.includes('Alice (1, platform one): ban refused'));
  // What is said there goes nowhere.
  await town.other.says('modlog', 'Mona', 'secret');
  await town.other.says('three', 'Mona', 'the end');
  await town.platform.sees.waitFor((line) => line.endsWith('the end'));
  expect(town.platform.sees.all.filter((line) => line.includes('secret'))).toEqual([]);
});

test('the room for it can come into a channel and leave it again: the posts go on, and nothing else', async () => {
  const town = await Town.open({ settings: { ...twoPlatforms, mod_log: { adapter: 'other', room: 'modlog' } } });
  const posts = (words: string) => town.other.sees.waitFor((line) => line.startsWith('modlog Bridge: ') && line.includes(words));
  const add = { channel: 'main', room: 'other/modlog' };
  expect(await town.give('bridge add', add, operator)).toContain('is in the channel "main" now');
  await posts(': add');
  await town.platform.says('one', 'Eve', 'welcome');
  await town.other.sees.waitFor((line) => line === 'modlog Eve: welcome');
  expect(await town.give('bridge pause', { room: 'other/modlog' }, operator)).toContain('paused');
  expect(await town.give('bridge remove', { room: 'other/modlog' }, operator)).toContain('it is the room of mod_log');
  await posts(': remove');
  await town.platform.says('one', 'Eve', 'who reads this?');
  await town.give('ban', { player: GORDON, reason: 'x' });
  await posts('Alice (1, platform one): ban refused');
  expect(town.other.in('modlog').filter((line) => line.startsWith('Eve'))).toEqual(['Eve: welcome']);
});

test('a room for it that can not be used is told to the operator, and all else works', async () => {
  const settings = { ...twoPlatforms, mod_log: { adapter: 'other', room: 'closed' } };
  const town = await Town.open({ settings, refusals: { closed: 'The bot may not write in closed.' } });
  expect(town.lines.all.some((line) => line.includes("mod_log can't be used: The bot may not write in closed."))).toBe(true);
  expect(await town.give('players')).toBe('No game server is online.');
});

test('an adapter for it that there is not is an error of the configuration', async () => {
  const open = Town.open({ settings: { mod_log: { adapter: 'discrod', room: '1' } } });
  await expect(open).rejects.toThrow('mod_log.adapter: there is no adapter "discrod"');
});

test('bans take a reason, unless the operator does not want one', async () => {
  const town = await Town.open({ settings: { moderation: { ban_reason: false } } });
  await town.game('alpha');
  expect(await town.give('ban', { player: GORDON }, moderator)).toContain('sent to alpha');
  expect(town.platform.host.commands.all.find(({ name }) => name === 'ban')?.options.map(({ required }) => required)).toEqual([
    true,
    false,
    false,
  ]);
});
