import type { Execution, ExecutionStatus } from './execution.js';
import type { UsageOperation } from './operation.js';

/** Which executions are meant; a field left out does not restrict. */
export interface ExecutionFilter {
  readonly statuses?: readonly ExecutionStatus[] | undefined;
  readonly operations?: readonly UsageOperation[] | undefined;
  /** The OAuth client that the query is about. */
  readonly clientId?: string | undefined;
  readonly createdFrom?: Date | undefined;
  /** Excluded. */
  readonly createdTo?: Date | undefined;
  /** Only those that this subject started. */
  readonly subjectId?: string | undefined;
}

/**
 * Counting a list stops there, so that it costs the same however many executions there are: a few hundred
 * microseconds, where a million take a quarter of a second. Nobody pages through more than that.
 */
export const MOST_COUNTED = 1_000;

/** The same in memory as the store's SQL, for executions that arrive as events. */
export function matchesFilter(execution: Execution, filter: ExecutionFilter): boolean {
  return (
    (filter.statuses?.includes(execution.status) ?? true) &&
    (filter.operations?.includes(execution.operation) ?? true) &&
    (filter.clientId === undefined || execution.request.clientId === filter.clientId) &&
    (filter.createdFrom === undefined || execution.createdAt >= filter.createdFrom) &&
    (filter.createdTo === undefined || execution.createdAt < filter.createdTo) &&
    (filter.subjectId === undefined || execution.owner.subjectId === filter.subjectId)
  );
}
