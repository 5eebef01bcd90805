/** The letters and digits of generated avatars, as strokes of a round pen. */

/**
 * Paths as in SVG, with M, L, H, V and Q: capitals stand between y = 0 and y = 6 and are about 4 wide.
 * https://www.w3.org/TR/SVG2/paths.html#PathData
 */
const latin: Readonly<Record<string, string>> = {
  A: 'M0 6L2.1 0L4.2 6M.8 4H3.4',
  B: 'M0 0V6H2.2Q4 6 4 4.5Q4 3 2.2 3H0M2.2 3Q3.7 3 3.7 1.5Q3.7 0 2.2 0H0',
  C: 'M4 1Q3.2 0 2.1 0Q0 0 0 3Q0 6 2.1 6Q3.2 6 4 5',
  D: 'M0 0V6H1.5Q4 6 4 3Q4 0 1.5 0H0',
  E: 'M3.7 0H0V6H3.7M0 3H3.2',
  F: 'M3.7 0H0V6M0 3H3.2',
  G: 'M4 1Q3.2 0 2.1 0Q0 0 0 3Q0 6 2.1 6Q4 6 4 4V3.3H2.4',
  H: 'M0 0V6M4 0V6M0 3H4',
  I: 'M1 0V6M0 0H2M0 6H2',
  J: 'M3.2 0V4Q3.2 6 1.6 6Q.2 6 0 4.6',
  K: 'M0 0V6M3.8 0L0 3.8M1.3 2.5L4 6',
  L: 'M0 0V6H3.6',
  M: 'M0 6V0L2.4 3.8L4.8 0V6',
  N: 'M0 6V0L4 6V0',
  O: 'M2.2 0Q0 0 0 3Q0 6 2.2 6Q4.4 6 4.4 3Q4.4 0 2.2 0',
  P: 'M0 6V0H2.2Q4 0 4 1.7Q4 3.4 2.2 3.4H0',
  Q: 'M2.2 0Q0 0 0 3Q0 6 2.2 6Q4.4 6 4.4 3Q4.4 0 2.2 0M2.8 4.4L4.5 6.3',
  R: 'M0 6V0H2.2Q4 0 4 1.7Q4 3.4 2.2 3.4H0M2 3.4L4 6',
  S: 'M3.8 .9Q3.2 0 2 0Q.2 0 .2 1.5Q.2 2.7 2 3Q4 3.3 4 4.5Q4 6 2 6Q.6 6 0 4.9',
  T: 'M0 0H4.2M2.1 0V6',
  U: 'M0 0V3.8Q0 6 2.1 6Q4.2 6 4.2 3.8V0',
  V: 'M0 0L2.1 6L4.2 0',
  W: 'M0 0L1.3 6L2.7 1.6L4.1 6L5.4 0',
  X: 'M0 0L4 6M4 0L0 6',
  Y: 'M0 0L2.1 3L4.2 0M2.1 3V6',
  Z: 'M0 0H4L0 6H4',
};

const digits: Readonly<Record<string, string>> = {
  0: 'M2 0Q0 0 0 3Q0 6 2 6Q4 6 4 3Q4 0 2 0',
  1: 'M0 1.3L1.5 0V6M0 6H3',
  2: 'M.2 1.3Q.4 0 2 0Q3.8 0 3.8 1.6Q3.8 2.6 2.6 3.6L0 6H4',
  3: 'M.3 .8Q1 0 2 0Q3.7 0 3.7 1.5Q3.7 3 1.8 3Q4 3 4 4.5Q4 6 2 6Q.8 6 .1 5.1',
  4: 'M3 6V0L0 4.2H4',
  5: 'M3.7 0H.6L.3 2.7Q1 2.2 2 2.2Q4 2.2 4 4.1Q4 6 2 6Q.8 6 .1 5.2',
  6: 'M3.6 .7Q3 0 2.2 0Q0 0 0 3.6Q0 6 2 6Q4 6 4 4.2Q4 2.5 2 2.5Q.6 2.5 .1 3.8',
  7: 'M0 0H4L1.5 6',
  8: 'M2 0Q.3 0 .3 1.5Q.3 3 2 3Q4 3 4 4.5Q4 6 2 6Q0 6 0 4.5Q0 3 2 3Q3.7 3 3.7 1.5Q3.7 0 2 0',
  9: 'M.4 5.3Q1 6 1.8 6Q4 6 4 2.4Q4 0 2 0Q0 0 0 1.8Q0 3.5 2 3.5Q3.4 3.5 3.9 2.2',
};

const others: Readonly<Record<string, string>> = {
  Б: 'M3.6 0H0V6H2.2Q4 6 4 4.4Q4 2.8 2.2 2.8H0',
  Г: 'M3.6 0H0V6',
  Д: 'M0 7V6H4.8V7M.7 6Q1.6 4 1.6 0H4.1V6',
  Ж: 'M2.6 0V6M0 0L2.6 3L0 6M5.2 0L2.6 3L5.2 6',
  И: 'M0 0V6L4 0V6',
  Л: 'M0 6Q1.2 6 1.2 0H4V6',
  П: 'M0 6V0H4V6',
  У: 'M0 0L2 3.8M4 0L1.7 5.2Q1.3 6 .3 6',
  Ф: 'M2.6 0V6M2.6 1Q0 1 0 2.8Q0 4.6 2.6 4.6Q5.2 4.6 5.2 2.8Q5.2 1 2.6 1',
  Ц: 'M0 0V6H4.6V7M3.9 0V6',
  Ч: 'M0 0V2Q.1 3.6 1.9 3.6H3.7M3.7 0V6',
  Ш: 'M0 0V6H5V0M2.5 0V6',
  Щ: 'M0 0V6H5.6V7M2.5 0V6M5 0V6',
  Ъ: 'M0 0H1V6H2.4Q4.2 6 4.2 4.5Q4.2 3 2.4 3H1',
  Ы: 'M0 0V6H1.5Q3 6 3 4.5Q3 3 1.5 3H0M4.6 0V6',
  Ь: 'M0 0V6H1.9Q3.7 6 3.7 4.5Q3.7 3 1.9 3H0',
  Э: 'M0 1Q.8 0 1.9 0Q4 0 4 3Q4 6 1.9 6Q.8 6 0 5M1.2 3H4',
  Ю: 'M0 0V6M0 3H1.5M3.4 0Q1.5 0 1.5 3Q1.5 6 3.4 6Q5.3 6 5.3 3Q5.3 0 3.4 0',
  Я: 'M4 6V0H1.8Q0 0 0 1.7Q0 3.4 1.8 3.4H4M2 3.4L0 6',
  Є: 'M4 1Q3.2 0 2.1 0Q0 0 0 3Q0 6 2.1 6Q3.2 6 4 5M0 3H2.8',
  Δ: 'M0 6L2.2 0L4.4 6H0',
  Θ: 'M2.2 0Q0 0 0 3Q0 6 2.2 6Q4.4 6 4.4 3Q4.4 0 2.2 0M1.2 3H3.2',
  Λ: 'M0 6L2.1 0L4.2 6',
  Ξ: 'M0 0H4M.6 3H3.4M0 6H4',
  Σ: 'M4 0H0L2.2 3L0 6H4',
  Ψ: 'M2.6 0V6M0 0V1.8Q0 4 2.6 4Q5.2 4 5.2 1.8V0',
  Ω: 'M0 6H1.5V5.2Q0 4.4 0 2.6Q0 0 2.2 0Q4.4 0 4.4 2.6Q4.4 4.4 2.9 5.2V6H4.4',
};

/** Cyrillic and Greek capitals that are drawn as a Latin one, a digit or another one is. */
const same: Readonly<Record<string, string>> = {
  ...{
    А: 'A',
    В: 'B',
    Е: 'E',
    З: '3',
    К: 'K',
    М: 'M',
    Н: 'H',
    О: 'O',
    Р: 'P',
    С: 'C',
    Т: 'T',
    Х: 'X',
    І: 'I',
    Ј: 'J',
    Ѕ: 'S',
    Ґ: 'Г',
  },
  ...{
    Α: 'A',
    Β: 'B',
    Γ: 'Г',
    Ε: 'E',
    Ζ: 'Z',
    Η: 'H',
    Ι: 'I',
    Κ: 'K',
    Μ: 'M',
    Ν: 'N',
    Ο: 'O',
    Π: 'П',
    Ρ: 'P',
    Τ: 'T',
    Υ: 'Y',
    Φ: 'Ф',
    Χ: 'X',
  },
};

const strokes: ReadonlyMap<string, string> = new Map(Object.entries({ ...latin, ...digits, ...others }));

/** The path of a capital letter or digit; undefined for one that there is none of. */
export function glyphOf(letter: string): string | undefined {
  return strokes.get(same[letter] ?? letter);
}
