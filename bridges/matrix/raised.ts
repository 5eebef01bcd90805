/** What stands above or below the line, in signs of its own: `x²` must not become `x2`. */
import { literal, type RichText } from '../../src/text/tree.ts';

const plain = '0123456789+-=()';
const signs = { sup: '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾', sub: '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎' } as const;

/** Numbers and the like as Unicode writes them; anything else as it is. */
export function raised(tag: 'sup' | 'sub', children: RichText): RichText {
  const [only, ...others] = children;
  if (only?.type !== 'text' || others.length > 0 || !/^[\d+\-=()]+$/.test(only.text)) return children;
  return literal(only.text.replace(/./g, (sign) => signs[tag][plain.indexOf(sign)] ?? sign));
}
