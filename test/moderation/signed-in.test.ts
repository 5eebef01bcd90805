/** A ban of a player holds for whoever comes to a web chat as that player. */
import { expect, test } from 'vitest';
import { Square } from './square.ts';

const GORDON = '76561197960287930';

test('who is banned by their SteamID is not heard where they sign in with Steam', async () => {
  const square = await Square.open();
  const alpha = await square.game('alpha');
  await square.bridge();
  const gordon = await alpha.join('Gordon', { steamid64: GORDON });
  await gordon.says('hi');
  await square.here.sees.waitFor((change) => change === 'one Gordon: hi');
  expect(await square.gives('Dave', 'ban', { player: GORDON, reason: 'cheats' })).toContain('Ban Gordon');
  expect(square.there.host.whyBarred(`steam:${GORDON}`)).toMatch('Dave banned you (cheats)');
  await square.there.says('far', `steam:${GORDON}`, 'here I am again');
  await square.there.says('far', 'steam:76561197960287931', 'the end');
  await alpha.chat.waitFor((line) => line.endsWith(': the end'));
  expect(alpha.chat.all.join()).not.toContain('again');
});
