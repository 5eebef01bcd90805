import { randomInt } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { STEAM } from '../event.ts';
import { linkCodesOf } from '../store/link-codes.ts';
import type { Store } from '../store/store.ts';
import { Codes } from './codes.ts';
import type { LinkingParts } from './linking.ts';

/** What linking is made of, with the codes that an earlier process gave out. Rejects when the store can't be read. */
export async function openLinking({ database, writer, ...kept }: Store, clock: Clock): Promise<LinkingParts> {
  const { accounts, audit, bans, optOuts } = kept;
  const codes = await Codes.open({ store: linkCodesOf(database, writer), clock, draw: (below) => randomInt(below) });
  const isBanned = (steamid64: string) => bans.find(STEAM, steamid64, clock.now()) !== undefined;
  return { accounts, codes, audit, optOuts, isBanned };
}
