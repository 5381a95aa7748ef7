/** What the rounds of a measurement come to. */

/** Median, smallest and largest of the rounds. */
export interface Summary {
  readonly median: number;
  readonly spread: readonly [number, number];
}

export function summary(values: readonly number[]): Summary {
  return {
    median: rounded(median(values)),
    spread: [rounded(Math.min(...values)), rounded(Math.max(...values))],
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;
}

/** To three digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
