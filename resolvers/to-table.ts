/** Between the contract's classes and the table of a result. */
import type { UsageComparison } from '../schema/usage-comparison.type.js';
import type { UsageGroup } from '../schema/usage-group.type.js';
import type { UsageRowFilter } from '../schema/usage-row.input.js';
import type { UsageTotals } from '../schema/usage-row.type.js';
import { type Comparison, differences, ratios } from '../src/domain/comparison.js';
import { errorRate, throttledRate } from '../src/domain/counters.js';
import type { UsageTotals as StoredTotals } from '../src/domain/execution.js';
import type { UsageGroup as StoredGroup } from '../src/domain/group-query.js';
import { utcDay } from '../src/domain/interval.js';
import { EVERY_ROW, type RowFilter, rowFilter } from '../src/domain/row-query.js';
import { toUsageExecution } from './to-schema.js';

/** Throws `RequestError` `BAD_USER_INPUT` for a value that can not be meant. */
export function toRowFilter(input: UsageRowFilter | null): RowFilter {
  if (!input) return EVERY_ROW;
  const { dateFrom, dateTo, ...others } = input;
  return rowFilter({ ...others, dateFrom: toDay(dateFrom), dateTo: toDay(dateTo) });
}

function toDay(date: Date | null | undefined): string | null {
  return date ? utcDay(date.getTime()) : null;
}

export function toUsageTotals(totals: StoredTotals): UsageTotals {
  return { ...totals, errorRate: errorRate(totals), throttledRate: throttledRate(totals) };
}

export function toUsageGroup({ key, totals, share }: StoredGroup): UsageGroup {
  return { key, totals: toUsageTotals(totals), share };
}

export function toUsageComparison({ baseline, current, groups }: Comparison, nowMs: number): UsageComparison {
  return {
    baseline: toUsageExecution(baseline, nowMs),
    current: toUsageExecution(current, nowMs),
    groups: groups.map((group) => ({
      key: group.key,
      baseline: group.baseline && toUsageTotals(group.baseline),
      current: group.current && toUsageTotals(group.current),
      difference: differences(group),
      ratio: ratios(group),
    })),
  };
}
