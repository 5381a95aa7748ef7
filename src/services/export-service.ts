/**
 * The rows of a finished execution, all of them and piece by piece, for files. They never change until they expire, so
 * many short reads give the same as one cursor: without a transaction that a slow reader would keep open for minutes
 * (which holds up the database's vacuum), and without a connection that it would keep from everybody else.
 */
import type { Caller } from '../domain/caller.js';
import { executionNotFound, RequestError } from '../domain/error-codes.js';
import { type Execution, isFinal, type UsageRow } from '../domain/execution.js';
import type { ExecutionStore } from '../domain/ports/execution-store.js';
import type { Logger } from '../lib/logger.js';
import type { DirectoryService } from './directory-service.js';
import type { ExecutionService } from './execution-service.js';
import { logFailure } from './log-failure.js';
import type { Names } from './name-cache.js';

export interface ExportServiceOptions {
  readonly executions: Pick<ExecutionService, 'get'>;
  readonly store: Pick<ExecutionStore, 'scanRows'>;
  readonly directory: Pick<DirectoryService, 'oauthClientsById' | 'usersById'>;
  readonly log: Logger;
}

export interface ExportService {
  /**
   * The execution whose rows are to be had. Throws `RequestError`: `NOT_FOUND` for an unknown, foreign or expired one,
   * `NOT_SUCCEEDED` for one that has no rows, `retryable` while it may still get them.
   */
  find(caller: Caller, id: string): Promise<Execution>;
  /**
   * Every row in the stored order, with names, some thousand at a time; the next ones are read when they are asked
   * for. Throws `RequestError` `NOT_FOUND` when the execution has expired meanwhile and rows are gone, and whatever
   * the store throws. Aborting `signal` ends a read that is under way, also inside the database.
   */
  rows(
    caller: Caller,
    execution: Execution,
    signal: AbortSignal,
  ): AsyncGenerator<readonly UsageRow[], void, undefined>;
}

/** Half a megabyte and some 15 ms of the event loop; larger pieces are hardly quicker and hold up everybody else. */
const ROWS_PER_READ = 2_000;
const NO_NAMES: Names = new Map();

export function createExportService(options: ExportServiceOptions): ExportService {
  return {
    async find(caller, id) {
      const execution = await options.executions.get(caller, id);
      if (!execution) throw executionNotFound();
      if (execution.status !== 'SUCCEEDED') throw notSucceeded(execution);
      return execution;
    },
    async *rows(caller, { id, rowCount }, signal) {
      const withNames = createNaming(options, caller, id);
      for (let read = 0; read < rowCount; read += ROWS_PER_READ) {
        const count = Math.min(ROWS_PER_READ, rowCount - read);
        const rows = await options.store.scanRows(id, read, count, signal);
        // A file that lacks rows must not look like a whole one.
        if (rows.length < count) throw executionNotFound();
        yield await withNames(rows);
      }
    },
  };
}

function notSucceeded({ status }: Execution): RequestError {
  const open = !isFinal(status);
  const message = open
    ? `The execution is ${status}; its rows can be had when it has SUCCEEDED. Subscribe to be told, or try again later.`
    : `The execution has ended as ${status} and has no rows. Start it anew.`;
  return new RequestError('NOT_SUCCEEDED', message, { retryable: open });
}

/** About a dozen requests upstream: an export must not use up what a token has for a minute. */
const MOST_NAMES = 1_000;

/** Fills in the names that upstream did not give with the rows. */
function createNaming({ directory, log }: ExportServiceOptions, caller: Caller, executionId: string) {
  let isReachable = true;
  let asked = 0;

  async function find(
    lookUp: DirectoryService['usersById'],
    ids: readonly (string | null)[],
  ): Promise<Names> {
    const unnamed = [...new Set(ids)].filter((id) => id !== null);
    if (unnamed.length === 0 || !isReachable || asked > MOST_NAMES) return NO_NAMES;
    asked += unnamed.length;
    try {
      return await lookUp(caller, unnamed);
    } catch (error) {
      // A name is never worth an error, nor a wait for each of a hundred pieces.
      isReachable = false;
      logFailure(log, error, { executionId }, 'an export goes on without names');
      return NO_NAMES;
    }
  }

  return async (rows: readonly UsageRow[]): Promise<readonly UsageRow[]> => {
    const [clients, users] = await Promise.all([
      find(
        directory.oauthClientsById,
        rows.map((row) => (row.oauthClientName === null ? row.oauthClientId : null)),
      ),
      find(
        directory.usersById,
        rows.map((row) => (row.userName === null ? row.userId : null)),
      ),
    ]);
    if (clients.size === 0 && users.size === 0) return rows;
    return rows.map((row) => ({
      ...row,
      oauthClientName: row.oauthClientName ?? clients.get(row.oauthClientId ?? '')?.name ?? null,
      userName: row.userName ?? users.get(row.userId ?? '')?.name ?? null,
    }));
  };
}
