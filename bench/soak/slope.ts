/** A straight line through what was measured, and how sure its slope is. */

export interface Slope {
  readonly mean: number;
  readonly perHour: number;
  /** The slope lies within this with 95 %. */
  readonly confidence: readonly [number, number];
  readonly points: number;
}

const HOUR_MS = 3_600_000;
/** Two-sided 95 % of Student's distribution for 1 to 30 degrees of freedom; beyond it is 2. */
const STUDENT = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1,
  2.09, 2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04,
];

export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

/**
 * Least squares. What is sampled every few seconds is averaged in blocks first: neighbours are alike, and counting each
 * as news would make the slope look surer than it is.
 *
 * @param blocks at most so many means; fewer points are taken as they are
 */
export function slopeOf(points: readonly Point[], blocks = 20): Slope {
  const means = inBlocks(points, blocks);
  const count = means.length;
  const mean = (of: (point: Point) => number) => means.reduce((sum, point) => sum + of(point), 0) / count;
  const [atMean, valueMean] = [mean(({ at }) => at), mean(({ value }) => value)];
  const spread = means.reduce((sum, { at }) => sum + (at - atMean) ** 2, 0);
  const slope = means.reduce((sum, { at, value }) => sum + (at - atMean) * (value - valueMean), 0) / spread;
  const rest = means.reduce(
    (sum, { at, value }) => sum + (value - valueMean - slope * (at - atMean)) ** 2,
    0,
  );
  const freedom = count - 2;
  const error = Math.sqrt(rest / freedom / spread) * (STUDENT[freedom - 1] ?? 2);
  return {
    mean: valueMean,
    perHour: slope * HOUR_MS,
    confidence: [(slope - error) * HOUR_MS, (slope + error) * HOUR_MS],
    points: count,
  };
}

function inBlocks(points: readonly Point[], blocks: number): Point[] {
  if (points.length <= blocks) return [...points];
  return Array.from({ length: blocks }, (_, i) => {
    const [from, to] = [i, i + 1].map((edge) => Math.floor((edge * points.length) / blocks));
    const block = points.slice(from, to);
    const mean = (of: (point: Point) => number) =>
      block.reduce((sum, point) => sum + of(point), 0) / block.length;
    return { at: mean(({ at }) => at), value: mean(({ value }) => value) };
  });
}
