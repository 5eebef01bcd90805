/** Pieces of answers. */
import { sanitizeName } from '../text/names.ts';
import { literal, type RichText } from '../text/tree.ts';

/** The most names that are listed one by one. */
const MAX_LISTED = 8;

/** `alpha`, `alpha and beta`, `alpha, beta and 12 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED);
  if (names.length > MAX_LISTED) return `${shown.join(', ')} and ${names.length - MAX_LISTED} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** A server's id, fit to be shown. */
export function serverName(id: string): string {
  return sanitizeName(id) || 'a server without a name';
}

/** Words that stand out. */
export function bold(text: string): RichText {
  return [{ type: 'bold', children: literal(text) }];
}

/** Words as they are to be typed. */
export function code(text: string): RichText {
  return [{ type: 'code', text }];
}

/** At most so many items, and a line that says how many there are beyond. @param beyond that line, where it is not known how many */
export function listUpTo(max: number, items: readonly RichText[], beyond?: string): RichText {
  if (items.length === 0) return [];
  const more = items.length - max;
  return [
    {
      type: 'list',
      ordered: false,
      items: more > 0 ? [...items.slice(0, max), literal(beyond ?? `and ${more.toLocaleString('en')} more`)] : items,
    },
  ];
}
