/** Discord's ids: milliseconds since 2015, then 22 bits that keep them apart. https://discord.com/developers/docs/reference#snowflakes */
import type { Clock } from '../../../src/clock.ts';

const EPOCH = 1_420_070_400_000n;

/** Makes ids that only ever grow, whatever the clock does. */
export function snowflakes(clock: Clock): () => string {
  let last = 0n;
  return () => {
    const id = (BigInt(clock.now()) - EPOCH) << 22n;
    last = id > last ? id : last + 1n;
    return last.toString();
  };
}

/** When an id was made, in milliseconds since the epoch. */
export function snowflakeTime(id: string): number {
  return Number((BigInt(id) >> 22n) + EPOCH);
}

/** Orders ids from old to new. */
export function bySnowflake(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id.length - b.id.length || (a.id < b.id ? -1 : Number(a.id > b.id));
}
