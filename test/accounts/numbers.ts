/** Whole numbers below a bound that look random, and are the same each time. Knuth's MMIX generator. */
export function numbers(): (below: number) => number {
  let state = 1n;
  return (below) => {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    return Number((state >> 33n) % BigInt(below));
  };
}
