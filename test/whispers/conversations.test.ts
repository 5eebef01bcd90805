/** Whom an answer is for that names nobody, and whom somebody blocks: kept in a real database. */
import { expect, test } from 'vitest';
import type { AdapterId, Party, PlayerParty, ServerId, UserParty } from '../../src/event.ts';
import { openWhispers } from '../../src/whispers/open-whispers.ts';
import { keyOf, nameOf } from '../../src/whispers/parties.ts';
import { closeNow, openTestStore } from '../store/open.ts';

const MINUTE = 60_000;
const alice: UserParty = { kind: 'user', adapter: 'discord' as AdapterId, author: { id: '1', name: 'Alice' } };
const player = (name: string, number: number, steamid64?: string): PlayerParty => ({
  kind: 'player',
  server: 'alpha' as ServerId,
  number,
  since: 100,
  author: { id: String(number), name, ...(steamid64 && { steamid64 }) },
});
const gordon = player('Gordon', 1);
const alyx = player('Alyx', 2);
const eli = player('Eli', 3);

/** What happened, as `who minute` for what she was shown of somebody, and `> who minute` for what she told them. */
async function after(...happened: string[]): Promise<string> {
  const { store } = await openTestStore();
  const { conversations } = await openWhispers(store, () => 0);
  const people: Readonly<Record<string, Party>> = { gordon, alyx, eli };
  for (const one of happened) {
    const [, told, name = '', minute] = /^(> )?(\w+) (\d+)$/.exec(one) ?? [];
    const party = people[name];
    if (party === undefined) throw new Error(`nobody is called ${name}`);
    if (told === undefined) conversations.heard(alice, party, Number(minute) * MINUTE);
    else conversations.told(alice, party, Number(minute) * MINUTE);
  }
  const found = conversations.addressee(alice);
  if (found.kind === 'unclear') return `? ${found.parties.map(({ author }) => author.name).join(' ')}`;
  return found.kind === 'one' ? found.party.author.name : 'nobody';
}

test.each<[string, string[]]>([
  ['nobody', []],
  ['Gordon', ['gordon 1']],
  ['Gordon', ['> gordon 1']],
  ['Alyx', ['gordon 1', 'alyx 30']],
  ['? Alyx Gordon', ['gordon 1', 'alyx 2']],
  ['? Eli Alyx Gordon', ['gordon 1', 'alyx 2', 'eli 3']],
  // She talked with Gordon when Alyx came.
  ['? Alyx Gordon', ['gordon 1', '> gordon 20', 'alyx 21']],
  // She has chosen, and nobody else wrote since.
  ['Gordon', ['gordon 1', 'alyx 2', '> gordon 3']],
  ['Gordon', ['gordon 1', 'alyx 2', '> gordon 3', 'gordon 4']],
  ['? Alyx Gordon', ['gordon 1', 'alyx 2', '> gordon 3', 'alyx 4']],
  ['Alyx', ['gordon 1', 'alyx 2', '> gordon 3', 'alyx 40']],
])('an answer is for: %s', async (whom, happened) => {
  expect(await after(...happened)).toBe(whom);
});

test('what is known of conversations and blocks is known to the next process as well', async () => {
  const first = await openTestStore();
  const before = await openWhispers(first.store, () => 5);
  before.conversations.heard(alice, gordon, MINUTE);
  before.conversations.told(alice, { ...gordon, author: { ...gordon.author, name: 'Gordon F.' } }, 2 * MINUTE);
  await before.blocks.add('discord', '1', { who: keyOf(alyx), name: nameOf(alyx) });
  await before.blocks.add('discord', '1', { who: keyOf(eli), name: nameOf(eli) });
  await before.blocks.lift('discord', '1', keyOf(eli));
  await closeNow(first.store, first.clock);
  const second = await first.reopen();
  const { conversations, blocks } = await openWhispers(second.store, () => 5);
  expect(conversations.partners(alice).map(nameOf)).toEqual(['Gordon F. on alpha']);
  expect(conversations.begins(alice, gordon, 30 * MINUTE)).toBe(false);
  expect(conversations.begins(alice, gordon, 90 * MINUTE)).toBe(true);
  expect(blocks.list('discord', '1')).toEqual([{ who: keyOf(alyx), name: 'Alyx on alpha' }]);
  expect(blocks.isBlocked('discord', '1', keyOf(alyx))).toBe(true);
  expect(blocks.isBlocked('discord', '2', keyOf(alyx))).toBe(false);
});

test('a SteamID is the same person on every server; a number is not the same person at another time', () => {
  const steam = '76561197960287930';
  expect(keyOf(player('Gordon', 1, steam))).toBe(keyOf({ ...player('Other', 7, steam), server: 'beta' as ServerId }));
  expect(keyOf(gordon)).not.toBe(keyOf({ ...gordon, since: 101 }));
  expect(keyOf(gordon)).not.toBe(keyOf({ ...gordon, server: 'beta' as ServerId }));
});

test('of whispers without end by people without end, only the latest are remembered', async () => {
  const { store } = await openTestStore();
  const { conversations } = await openWhispers(store, () => 0);
  for (let n = 0; n < 100; n++) conversations.heard(alice, player(`Player ${n}`, n), n * MINUTE);
  expect(
    conversations
      .partners(alice)
      .map(({ author }) => author.name)
      .slice(0, 2),
  ).toEqual(['Player 99', 'Player 98']);
  expect(conversations.partners(alice)).toHaveLength(25);
});
