/** What has changed between two results, for a chart of bars to both sides. */
import type { Counter } from './counters.js';
import { type ComparisonRecord, nameOf } from './records.js';

export interface Difference {
  readonly name: string;
  readonly baseline: number;
  readonly current: number;
  readonly difference: number;
  /** Null: there was nothing before. */
  readonly change: number | null;
}

/** The largest change first, up or down; without those that stayed the same when there are others. */
export function toDifferences(records: readonly ComparisonRecord[], counter: Counter): Difference[] {
  const all = records.map((record) => {
    const baseline = record.baseline?.[counter] ?? 0;
    const current = record.current?.[counter] ?? 0;
    const difference = record.difference[counter] ?? current - baseline;
    return {
      name: nameOf(record),
      baseline,
      current,
      difference,
      change: baseline === 0 ? null : difference / baseline,
    };
  });
  const changed = all.filter(({ difference }) => difference !== 0);
  return (changed.length > 0 ? changed : all).sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
}
