import { toLine } from './line.ts';

/** UTF-16 units of an answer that are shown. */
const MAX = 4_000;

/** What a server answered to Lua code, in one line that harms nobody. */
export function replyText(result: unknown): string {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
  return toLine(text.slice(0, MAX));
}
