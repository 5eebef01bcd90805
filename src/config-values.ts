/** Kinds of values that stand in many places of the configuration; each says what it wants in its error message. */
import { z } from 'zod';

/** Any text. */
export const text = z.string('must be a text');

/** A list, or the one thing that would be in it. */
export function oneOrMore<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (given) => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(item).min(1, 'must not be empty'),
  );
}
