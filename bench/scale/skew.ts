/** Few large, many small: shares that fall with the rank, as a power of it (Zipf). */
import type { Random } from '../poll-simulation/random.ts';

export interface Skew {
  /** The share of one rank, from 0 on; all of them sum to 1. */
  shareOf(rank: number): number;
  /** One rank, as often as its share says. */
  pick(random: Random): number;
  /** Chance that two that are picked are the same. */
  readonly coincidence: number;
}

export function createSkew(count: number, exponent: number): Skew {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) sums[rank] = sum += (rank + 1) ** -exponent;
  const shareOf = (rank: number) => (rank + 1) ** -exponent / sum;
  let coincidence = 0;
  for (let rank = 0; rank < count; rank += 1) coincidence += shareOf(rank) ** 2;
  return {
    shareOf,
    coincidence,
    pick(random) {
      const wanted = random() * sum;
      let [low, high] = [0, count - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle]! < wanted) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** Milliseconds until the next of so many in a second. */
export function nextArrival(perSecond: number, random: Random): number {
  return (-Math.log(1 - random()) / perSecond) * 1_000;
}

/** How much more than on average is asked in an hour of the day: a morning peak, a lower one after lunch, quiet nights. */
export const BY_HOUR: readonly number[] = (() => {
  const bell = (hour: number, at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2));
  const raw = Array.from(
    { length: 24 },
    (_, hour) => 0.15 + 2.2 * bell(hour, 9, 1.8) + 1.3 * bell(hour, 14, 2.5),
  );
  const mean = raw.reduce((sum, one) => sum + one, 0) / 24;
  return raw.map((one) => one / mean);
})();
