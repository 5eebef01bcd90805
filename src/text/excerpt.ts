import { toLine } from './line.ts';
import { splitText } from './split.ts';

/** The first words of a text, on one line, with an ellipsis where there are more than `max` UTF-16 units. */
export function excerpt(text: string, max = 120): string {
  const line = toLine(text);
  const [start = '', ...more] = splitText(line, max);
  return more.length > 0 ? `${start}…` : start;
}
