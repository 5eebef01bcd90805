/** Which commands on Matrix were given before, on a database that fails. */
import { expect, test } from 'vitest';
import { GivenCommands } from '../../../bridges/matrix/commands/given.ts';
import { testMemory } from '../../support/host.ts';

test('where the database did not tell once, commands are carried out again as soon as it does', async () => {
  const memory = testMemory();
  let isAway = true;
  const given = new GivenCommands({
    set: (key, value) => memory.set(key, value),
    get: (key) => (isAway ? Promise.reject(new Error('the database is away')) : memory.get(key)),
  });
  await expect(given.isFirst('$one')).rejects.toThrow('the database is away');
  isAway = false;
  expect(await Promise.all([given.isFirst('$two'), given.isFirst('$two')])).toEqual([true, false]);
  expect(await new GivenCommands(memory).isFirst('$two')).toBe(false);
});
