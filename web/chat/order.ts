/** In which order items stand, and what separates them. Pure. */
import { dayOf } from '../parts/time.ts';
import type { Item } from './items.ts';

/** Messages of one person that come within so many milliseconds stand under one name. */
const TOGETHER = 5 * 60_000;

/** Whether what stands there comes after what is to be added. Places tell it where both have one. */
export function isAfter(one: Item | undefined, added: Item): boolean {
  if (one === undefined) return false;
  if (one.type === 'entry' && added.type === 'entry') return one.entry.place > added.entry.place;
  return one.entry.at > added.entry.at;
}

/** Whether a day begins with an item. */
export function beginsDay(above: Item | undefined, item: Item): boolean {
  return above === undefined || dayOf(above.entry.at) !== dayOf(item.entry.at);
}

/** Whether an item stands under the name above it. */
export function isOfSame(above: Item | undefined, item: Item): boolean {
  if (above?.type !== 'entry' || item.type !== 'entry') return false;
  const [one, other] = [above.entry, item.entry];
  if (one.kind !== 'message' || other.kind !== 'message' || other.quote !== undefined) return false;
  return (
    one.author?.key === other.author?.key && one.tag === other.tag && one.thread === other.thread && other.at - one.at < TOGETHER
  );
}
