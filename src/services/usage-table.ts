/** The result of an execution as a table: rows, sums, groups, comparisons. None of it asks upstream. */
import { type Caller, visibilityOf } from '../domain/caller.js';
import { type Comparison, requireComparable } from '../domain/comparison.js';
import { NO_TOTALS } from '../domain/counters.js';
import { NOT_FOUND_BECAUSE, RequestError } from '../domain/error-codes.js';
import type { Execution, UsageTotals } from '../domain/execution.js';
import {
  groupDimensions,
  groupOrder,
  mainMetric,
  sharedMetric,
  type UsageGroup,
} from '../domain/group-query.js';
import type { UsageDimension } from '../domain/operation.js';
import type { ExecutionStore, PageOf, PositionedRow } from '../domain/ports/execution-store.js';
import type { RowBlock } from '../domain/row-block.js';
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

export interface BlockPage {
  readonly blocks: readonly RowBlock[];
  readonly hasNextPage: boolean;
}

/**
 * An execution has nothing to show before it has succeeded; arguments are checked all the same. When `signal` is aborted
 * nobody waits any more: what is under way ends, also inside the database, and is rejected.
 */
export interface UsageTable {
  /** One page, behind the row at a position (0: from the start). */
  rows(
    execution: Execution,
    after: number,
    first: number,
    query?: RowQuery,
    signal?: AbortSignal,
  ): Promise<PageOf<PositionedRow>>;
  /**
   * The same for every row in upstream's order, by columns, which costs far less. Null when they are not kept so (a
   * result of an earlier version's): then `rows` has them.
   */
  blocks(execution: Execution, after: number, first: number): Promise<BlockPage | null>;
  countRows(execution: Execution, filter: RowFilter, signal?: AbortSignal): Promise<number>;
  totals(execution: Execution, filter?: RowFilter, signal?: AbortSignal): Promise<UsageTotals>;
  /** Throws `RequestError` `BAD_USER_INPUT` (see domain/group-query.ts). */
  groups(execution: Execution, draft: GroupDraft, signal?: AbortSignal): Promise<readonly UsageGroup[]>;
  /** Throws `RequestError`: `NOT_FOUND` for an unknown or foreign id, `NOT_COMPARABLE`, `BAD_USER_INPUT`. */
  compare(caller: Caller, draft: ComparisonDraft, signal?: AbortSignal): Promise<Comparison>;
}

export function createUsageTable(store: ExecutionStore): UsageTable {
  return {
    rows: async (execution, after, first, query, signal) =>
      hasRows(execution)
        ? asked(signal, store.rows(execution.id, after, first, query, signal))
        : { items: [], hasNextPage: false },

    async blocks(execution, after, first) {
      const left = hasRows(execution) ? execution.rowCount - after : 0;
      if (left <= 0) return { blocks: [], hasNextPage: false };
      const blocks = await store.blocks(execution.id, after, Math.min(first, left));
      return blocks && { blocks, hasNextPage: left > first };
    },

    async countRows(execution, filter, signal) {
      // Counted when they were stored.
      if (filter === EVERY_ROW || !hasRows(execution)) return execution.rowCount;
      return asked(signal, store.countRows(execution.id, filter, signal));
    },

    totals: async (execution, filter = EVERY_ROW, signal) =>
      hasRows(execution) ? asked(signal, store.totals(execution.id, filter, signal)) : NO_TOTALS,

    async groups(execution, { by: dimensions, first, order: draft, filter }, signal) {
      const by = groupDimensions(dimensions);
      const order = groupOrder(draft, by, execution.request);
      const shareOf = sharedMetric(order, execution.request);
      if (!hasRows(execution)) return [];
      return asked(signal, store.groups(execution.id, { by, first, order, shareOf, filter }, signal));
    },

    async compare(caller, { by: dimensions, first, ...ids }, signal) {
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
      const groups = store.compare(baseline.id, current.id, { by, first, metric }, signal);
      return { baseline, current, groups: await asked(signal, groups) };
    },
  };
}

/** A read that ended with its client is no fault that anybody has to look into. */
async function asked<T>(signal: AbortSignal | undefined, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!signal?.aborted) throw error;
    const message = 'The client has left before the answer.';
    throw new RequestError('SERVICE_UNAVAILABLE', message, { retryable: true, cause: error });
  }
}

function required(execution: Execution | null, as: string): Execution {
  if (execution) return execution;
  throw new RequestError('NOT_FOUND', `There is no such execution to take as ${as}. ${NOT_FOUND_BECAUSE}`);
}

function hasRows({ status }: Execution): boolean {
  return status === 'SUCCEEDED';
}
