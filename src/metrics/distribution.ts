/**
 * A histogram for the hottest path. The library's own looks its series up by a text that it makes of the labels, for
 * every value; a result that goes to ten thousand subscribers at once would pay that ten thousand times. Here a series
 * is an array of numbers. What is shown is the same.
 */
import type { Histogram, Registry } from 'prom-client';

export interface DistributionOptions<V extends string> {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** All values that the label has. */
  readonly values: readonly V[];
  /** Upper bounds, rising. */
  readonly buckets: readonly number[];
}

/** Gives for each value of the label what takes one observation. */
export function addDistribution<V extends string>(
  registry: Registry,
  options: DistributionOptions<V>,
): Readonly<Record<V, (value: number) => void>> {
  const { name, help, label, values, buckets } = options;
  const all = values.map((value) => ({ value, series: createSeries(buckets) }));
  const metric = {
    name,
    help,
    type: 'histogram',
    labelNames: [label],
    reset: () => all.forEach(({ series }) => series.reset()),
    get: async () => ({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: all.flatMap(({ value, series }) => shownOf(name, { [label]: value }, buckets, series)),
    }),
  };
  // The registry asks its metrics for nothing but these; its type names the library's own classes.
  registry.registerMetric(metric as unknown as Histogram);
  return Object.fromEntries(all.map(({ value, series }) => [value, series.observe])) as Record<
    V,
    (value: number) => void
  >;
}

interface Series {
  readonly counts: Float64Array;
  readonly sum: number;
  readonly observe: (value: number) => void;
  reset(): void;
}

function createSeries(buckets: readonly number[]): Series {
  /** The last one is for what is above all bounds. */
  const counts = new Float64Array(buckets.length + 1);
  let sum = 0;
  return {
    counts,
    get sum() {
      return sum;
    },
    observe(value) {
      let bucket = 0;
      while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket += 1;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      sum += value;
    },
    reset() {
      counts.fill(0);
      sum = 0;
    },
  };
}

function shownOf(name: string, labels: Record<string, string>, buckets: readonly number[], series: Series) {
  let count = 0;
  const cumulated = [...series.counts].map((inBucket, i) => {
    count += inBucket;
    return { metricName: `${name}_bucket`, labels: { le: buckets[i] ?? '+Inf', ...labels }, value: count };
  });
  return [
    ...cumulated,
    { metricName: `${name}_sum`, labels, value: series.sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
