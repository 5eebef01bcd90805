/** Reactions to a message, counted. Pure. */
import { isSameEmoji } from '../../src/text/reaction.ts';
import type { Tally } from '../../web/chat/wire.ts';

/** Somebody elsewhere. */
export const ELSEWHERE = '*';
/** So many emoji a message can have, and so many people are counted for each. */
const MAX_EMOJI = 20;
const MAX_PEOPLE = 100;

/** The reactions after somebody has put one, or taken it away. @param key who: {@link ELSEWHERE}, or a person's key */
export function tallied(tallies: readonly Tally[], emoji: string, key: string, on: boolean): readonly Tally[] {
  const isIt = (tally: Tally) => isSameEmoji({ name: tally.emoji }, { name: emoji });
  const known = tallies.find(isIt);
  const others = (known?.by ?? []).filter((one) => one !== key);
  const by = on && others.length < MAX_PEOPLE ? [...others, key] : others;
  if (known === undefined) return on && tallies.length < MAX_EMOJI ? [...tallies, { emoji, by }] : tallies;
  return tallies.map((tally) => (isIt(tally) ? { ...tally, by } : tally)).filter((tally) => tally.by.length > 0);
}
