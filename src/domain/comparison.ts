/**
 * Two results side by side. A key that is missing on one side had no traffic there, since upstream leaves such rows
 * out: it is told as missing, and counts as 0 in differences and ratios.
 */
import { mapCounters, share, type UsageCounters } from './counters.js';
import { RequestError } from './error-codes.js';
import type { Execution, UsageTotals } from './execution.js';
import type { GroupKey } from './group-query.js';
import type { UsageDimension, UsageMetric } from './operation.js';

export interface ComparisonQuery {
  readonly by: readonly UsageDimension[];
  readonly first: number;
  /** Orders by its absolute change, the largest first; what is equal by that is sorted by the key. */
  readonly metric: UsageMetric;
}

/** One key; null on the side that has no row with it. */
export interface ComparedGroup {
  readonly key: readonly GroupKey[];
  readonly baseline: UsageTotals | null;
  readonly current: UsageTotals | null;
}

export interface Comparison {
  readonly baseline: Execution;
  readonly current: Execution;
  readonly groups: readonly ComparedGroup[];
}

type Sides = Pick<ComparedGroup, 'baseline' | 'current'>;

/** Current minus baseline; null for a counter that was not asked for. */
export function differences({ baseline, current }: Sides): UsageCounters {
  return mapCounters((counter) => {
    const [before, now] = [countOf(baseline, counter), countOf(current, counter)];
    return before === null || now === null ? null : now - before;
  });
}

/** Current by baseline; null also where the baseline is 0 or missing. */
export function ratios({ baseline, current }: Sides): UsageCounters {
  return mapCounters((counter) => share(countOf(current, counter), countOf(baseline, counter)));
}

function countOf(side: UsageTotals | null, counter: keyof UsageCounters): number | null {
  return side === null ? 0 : side[counter];
}

/** Throws `RequestError` `NOT_COMPARABLE` when the keys or the counters of the two do not mean the same. */
export function requireComparable(
  baseline: Execution,
  current: Execution,
  by: readonly UsageDimension[],
): void {
  requireRows('baseline', baseline);
  requireRows('current', current);
  const same = (what: string, one: string, other: string) => {
    if (one !== other)
      throw notComparable(
        `baseline and current differ in ${what}: ${one} and ${other}. Compare like with like.`,
      );
  };
  same('their operation', baseline.operation, current.operation);
  same('their metrics', baseline.request.metrics.join(', '), current.request.metrics.join(', '));
  if (by.includes('DATE'))
    same('their granularity', baseline.request.granularity ?? 'none', current.request.granularity ?? 'none');
  for (const dimension of by) {
    const told = ({ request }: Execution) =>
      `${request.groupBy.includes(dimension) ? '' : 'not '}by ${dimension}`;
    same('what their rows are told apart by', told(baseline), told(current));
  }
}

function requireRows(which: string, { status }: Execution): void {
  if (status === 'SUCCEEDED') return;
  const open = status === 'QUEUED' || status === 'RUNNING';
  const advice = open
    ? 'Wait until it has succeeded.'
    : 'Only executions that have succeeded can be compared.';
  throw notComparable(`${which} is ${status} and has no rows. ${advice}`, open);
}

function notComparable(message: string, retryable = false): RequestError {
  return new RequestError('NOT_COMPARABLE', message, { retryable });
}
