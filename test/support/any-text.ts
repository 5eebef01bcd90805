/** Texts of any characters, for properties. */
import fc from 'fast-check';

/**
 * Any code points but halves of surrogate pairs, low ones and high ones. What `fc.string({unit: 'binary'})` gives, which keeps a
 * table of all 1,112,064 in every worker.
 */
export function anyCodePoints(most: number): fc.Arbitrary<string> {
  const point = fc.oneof(
    { weight: 1, arbitrary: fc.integer({ max: 0xd7ff, min: 0 }) },
    { weight: 1, arbitrary: fc.integer({ max: 0x10ffff, min: 0xe000 }) },
  );
  return fc.array(point, { maxLength: most }).map((points) => String.fromCodePoint(...points));
}
