/** Every command, for every rank: exactly the allowed ones act, and suggest anything. */
import { expect, test } from 'vitest';
import { reaches } from '../../src/command.ts';
import { admin, moderator, operator, Town } from './town.ts';

const callers = { nobody: {}, moderator, admin, operator } as const;
const refusal = /^Only (moderators|admins|those whom .*) may use /;

test.each(Object.entries(callers))('%s', async (_who, giver) => {
  const town = await Town.open();
  const rank = 'rank' in giver && giver.rank !== undefined ? giver.rank : 'everybody';
  const refused: string[] = [];
  for (const { name } of town.platform.host.commands.all) if (refusal.test(await town.give(name, {}, giver))) refused.push(name);
  const beyond = town.platform.host.commands.all.filter(
    ({ needsListing, rank: needed }) => needsListing || !reaches(rank, needed),
  );
  expect(refused).toEqual(beyond.map(({ name }) => name));
  for (const { name, options } of beyond) {
    for (const option of options) expect(await town.suggests(name, option.name, '', giver)).toEqual([]);
  }
});

test('what stands in the definitions fits into what platforms take', async () => {
  const town = await Town.open();
  for (const { name, description, options } of town.platform.host.commands.all) {
    expect(name).toMatch(/^[a-z-]{1,32}( [a-z-]{1,32})?$/);
    expect(description.length).toBeLessThanOrEqual(100);
    const firstFree = options.findIndex(({ required }) => !required);
    expect(firstFree === -1 || options.slice(firstFree).every(({ required }) => !required)).toBe(true);
    for (const [index, option] of options.entries()) {
      expect(option.name).toMatch(/^[a-z-]{1,32}$/);
      expect(option.description.length).toBeLessThanOrEqual(100);
      if (option.isText) expect(index).toBe(options.length - 1);
    }
  }
});
