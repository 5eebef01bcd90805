import { randomInt } from 'node:crypto';
import { linkCodesOf } from '../store/link-codes.ts';
import type { Store } from '../store/store.ts';
import { Codes } from './codes.ts';
import { Linking, type LinkingOptions } from './linking.ts';

/** Makes the linking of a bridge, with the codes that an earlier process gave out. Rejects when the store can't be read. */
export async function openLinking(
  { database, writer, accounts, audit, bans }: Pick<Store, 'database' | 'writer' | 'accounts' | 'audit' | 'bans'>,
  options: Pick<LinkingOptions, 'home' | 'tell' | 'clock' | 'log'>,
): Promise<Linking> {
  const { clock } = options;
  const codes = await Codes.open({ store: linkCodesOf(database, writer), clock, draw: (below) => randomInt(below) });
  const isBanned = (steamid64: string) => bans.find('steam', steamid64, clock.now()) !== undefined;
  return new Linking({ ...options, accounts, codes, audit, isBanned });
}
