/** Nobody is seen whom an earlier run of the bridge has left behind. */
import { expect, test } from 'vitest';
import { idOf, Square } from '../moderation/square.ts';

test('those of a platform that is not configured any more are gone, and those of one that speaks elsewhere now are there', async () => {
  const square = await Square.open();
  const alpha = await square.game('alpha');
  const first = await square.bridge();
  await square.here.says('one', 'Alice', 'hello');
  await square.there.says('far', 'Dave', 'hello');
  for (const name of ['Alice', 'Dave']) await alpha.chat.waitFor((line) => line === `${name}@bridge: hello`);
  await first.stop();
  const second = await square.bridge({ adapters: { there: {} }, channels: [{ name: 'main', rooms: { there: 'far' } }] });
  await expect.poll(() => alpha.namesOn('bridge'), { timeout: 5_000 }).toEqual(['Dave']);
  await second.stop();
  await square.bridge({}, { there: 'bridge-there' });
  await square.there.says('far', 'Dave', 'again');
  await alpha.chat.waitFor((line) => line === 'Dave@bridge-there: again');
  await square.here.says('one', 'Alice', 'again');
  await alpha.chat.waitFor((line) => line === 'Alice@bridge: again');
  expect([alpha.namesOn('bridge'), alpha.namesOn('bridge-there')]).toEqual([['Alice'], ['Dave']]);
  expect(idOf(alpha, 'bridge', 'Alice')).toBe(1);
});
