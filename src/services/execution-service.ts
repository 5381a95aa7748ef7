/** What callers do with executions: start, look at, list, cancel. Everything else happens in the poller. */
import { type Caller, visibilityOf } from '../domain/caller.js';
import { executionNotFound, type UserError, type UserErrorCode } from '../domain/error-codes.js';
import type { Execution } from '../domain/execution.js';
import type { ExecutionFilter } from '../domain/execution-filter.js';
import type { ListPage, PageOf } from '../domain/ports/execution-store.js';
import { createSharedReads } from './shared-reads.js';
import { createStartExecution, type StartExecution, type StartExecutionOptions } from './start-execution.js';

export interface ExecutionServiceOptions extends StartExecutionOptions {
  readonly resultTtlMs: number;
}

/** `execution` is null only when `userErrors` is not empty. */
export interface CancelResult {
  readonly execution: Execution | null;
  readonly userErrors: readonly UserError[];
}

export interface ExecutionService {
  /**
   * Gives an identical execution that runs or has succeeded, or else stores the intent and starts the query upstream.
   * A new one is given as soon as upstream has answered the start, or after two seconds as it then is; with `waitMs`
   * in its final state, if that comes in time. A refusal by upstream is told both ways: as a user error and as the
   * failed execution that keeps it.
   */
  readonly start: StartExecution;
  /** Null when unknown, foreign or expired. */
  get(caller: Caller, id: string): Promise<Execution | null>;
  list(caller: Caller, filter: ExecutionFilter, page: ListPage): Promise<PageOf<Execution>>;
  count(caller: Caller, filter: ExecutionFilter): Promise<number>;
  /** Ends our watching; upstream has no cancel. Whoever started the execution may do it. */
  cancel(caller: Caller, id: string): Promise<CancelResult>;
}

export function createExecutionService(options: ExecutionServiceOptions): ExecutionService {
  const { store, visits } = options;
  const read = createSharedReads(store);
  return {
    start: createStartExecution(options),
    async get(caller, id) {
      const execution = await read(id, visibilityOf(caller));
      if (execution) visits.saw(caller, execution);
      return execution;
    },
    list: (caller, filter, page) => store.list(visibilityOf(caller), filter, page),
    count: (caller, filter) => store.count(visibilityOf(caller), filter),

    async cancel(caller, id) {
      const visibility = visibilityOf(caller);
      const present = await store.get(id, visibility);
      if (!present) return refuse(userError('NOT_FOUND', executionNotFound().message, 'id'));
      if (present.owner.subjectId !== caller.subject.id) {
        const message = 'Only whoever started an execution may cancel it.';
        return { execution: present, userErrors: [userError('FORBIDDEN', message, 'id')] };
      }
      const canceled = await store.cancel(id, visibility, options.resultTtlMs);
      if (canceled) return { execution: canceled, userErrors: [] };
      const execution = (await store.get(id, visibility)) ?? present;
      const message = `The execution had ended before as ${execution.status}; nothing was changed.`;
      return { execution, userErrors: [userError('ALREADY_FINAL', message, 'id')] };
    },
  };
}

function refuse(...userErrors: readonly UserError[]): CancelResult {
  return { execution: null, userErrors };
}

function userError(code: UserErrorCode, message: string, field: string): UserError {
  return { code, message, field: ['input', field] };
}
