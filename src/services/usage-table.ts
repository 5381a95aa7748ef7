/** The result of an execution as a table: rows, sums, groups, comparisons. None of it asks upstream. */
import { type Caller, visibilityOf } from '../domain/caller.js';
import { type Comparison, requireComparable } from '../domain/comparison.js';
import { NO_TOTALS } from '../domain/counters.js';
import { RequestError } from '../domain/error-codes.js';
import type { Execution, UsageTotals } from '../domain/execution.js';
import {
  groupDimensions,
  groupOrder,
  mainMetric,
  sharedMetric,
  type UsageGroup,
} from '../domain/group-query.js';
import type { UsageDimension } from '../domain/operation.js';
import type { ExecutionStore, PageOf, PositionedRow } from '../domain/ports.js';
import { EVERY_ROW, type OrderDraft, type RowFilter, type RowQuery } from '../domain/row-query.js';

export interface GroupDraft {
  readonly by: readonly UsageDimension[];
  readonly first: number;
  readonly order: OrderDraft | null;
  readonly filter: RowFilter;
}

export interface ComparisonDraft {
  readonly baseline: string;
  readonly current: string;
  readonly by: readonly UsageDimension[];
  readonly first: number;
}

/** An execution has nothing to show before it has succeeded; arguments are checked all the same. */
export interface UsageTable {
  /** One page, behind the row at a position (0: from the start). */
  rows(execution: Execution, after: number, first: number, query?: RowQuery): Promise<PageOf<PositionedRow>>;
  countRows(execution: Execution, filter: RowFilter): Promise<number>;
  totals(execution: Execution, filter?: RowFilter): Promise<UsageTotals>;
  /** Throws `RequestError` `BAD_USER_INPUT` (see domain/group-query.ts). */
  groups(execution: Execution, draft: GroupDraft): Promise<readonly UsageGroup[]>;
  /** Throws `RequestError`: `NOT_FOUND` for an unknown or foreign id, `NOT_COMPARABLE`, `BAD_USER_INPUT`. */
  compare(caller: Caller, draft: ComparisonDraft): Promise<Comparison>;
}

export function createUsageTable(store: ExecutionStore): UsageTable {
  return {
    rows: async (execution, after, first, query) =>
      hasRows(execution) ? store.rows(execution.id, after, first, query) : { items: [], hasNextPage: false },

    async countRows(execution, filter) {
      // Counted when they were stored.
      if (filter === EVERY_ROW || !hasRows(execution)) return execution.rowCount;
      return store.countRows(execution.id, filter);
    },

    totals: async (execution, filter = EVERY_ROW) =>
      hasRows(execution) ? store.totals(execution.id, filter) : NO_TOTALS,

    async groups(execution, { by: dimensions, first, order: draft, filter }) {
      const by = groupDimensions(dimensions);
      const order = groupOrder(draft, by, execution.request);
      const shareOf = sharedMetric(order, execution.request);
      return hasRows(execution) ? store.groups(execution.id, { by, first, order, shareOf, filter }) : [];
    },

    async compare(caller, { by: dimensions, first, ...ids }) {
      const by = groupDimensions(dimensions);
      const visibility = visibilityOf(caller);
      const found = await Promise.all([
        store.get(ids.baseline, visibility),
        store.get(ids.current, visibility),
      ]);
      // In this order, whichever was answered first: two ids that lead nowhere always say the same.
      const baseline = required(found[0], 'baseline');
      const current = required(found[1], 'current');
      requireComparable(baseline, current, by);
      const metric = mainMetric(current.request.metrics);
      return {
        baseline,
        current,
        groups: await store.compare(baseline.id, current.id, { by, first, metric }),
      };
    },
  };
}

function required(execution: Execution | null, as: string): Execution {
  if (execution) return execution;
  throw new RequestError('NOT_FOUND', `There is no such execution to take as ${as}.`);
}

function hasRows({ status }: Execution): boolean {
  return status === 'SUCCEEDED';
}
