/** The store of executions: each family of statements has its own file, this one puts them behind the port. */
import pLimit from 'p-limit';

import type { ExecutionStore } from '../domain/ports/execution-store.js';
import type { Db } from './database.js';
import { availability } from './errors.js';
import * as waits from './credential-waits.js';
import { count, list } from './execution-list.js';
import * as queue from './execution-queue.js';
import * as reads from './execution-reads.js';
import * as writes from './execution-writes.js';
import { deleteExpired } from './expiry.js';
import { deleteOldKeys } from './idempotency-keys.js';
import { spreadOverdue } from './overdue-queue.js';
import { readBlocks } from './row-blocks.js';
import { scanRows } from './row-scan.js';
import { createUnlessShared, findShared } from './shared-starts.js';
import { readComparison } from './usage-comparison.js';
import { readGroups } from './usage-groups.js';
import { countRows, readRows, readTotals } from './usage-rows.js';

/** Results that are written at the same time; the other connections stay free for everything quick. */
const RESULT_WRITES = 4;

/**
 * Starts that may be in their transaction at the same time: they wait for each other's locks, with a connection in
 * hand. More wait here, where a thousand in a row do not run into the pool's time limit, and reads pass them by.
 */
const STARTS = 5;

/** Questions to tables of rows, which may take a tenth of a second and more each: quick reads pass them by. */
const TABLE_READS = 4;

/** Every method throws `RequestError` `SERVICE_UNAVAILABLE` (retryable) when the database can't be reached. */
export function createExecutionStore(db: Db): ExecutionStore {
  const writing = pLimit(RESULT_WRITES);
  const starting = pLimit(STARTS);
  const asking = pLimit(TABLE_READS);
  return availability<ExecutionStore>({
    create: (...args) => writes.create(db, ...args),
    findShared: (sharing) => findShared(db, sharing),
    createUnlessShared: (...args) => starting(() => createUnlessShared(db, ...args)),
    claimDue: (...args) => queue.claimDue(db, ...args),
    msUntilNextDue: (...args) => queue.msUntilNextDue(db, ...args),
    spreadOverdue: (spread) => spreadOverdue(db, spread),
    renew: (...args) => queue.renew(db, ...args),
    release: (...args) => queue.release(db, ...args),
    recordSubmitted: (...args) => writes.recordSubmitted(db, ...args),
    recordAttempt: (...args) => writes.recordAttempt(db, ...args),
    postpone: (...args) => writes.postpone(db, ...args),
    awaitCredentials: (...args) => waits.awaitCredentials(db, ...args),
    awaitingCredentials: (...args) => waits.awaitingCredentials(db, ...args),
    lendCredential: (...args) => waits.lendCredential(db, ...args),
    reclaimHeld: (...args) => waits.reclaimHeld(db, ...args),
    reclaimSealed: (...args) => waits.reclaimSealed(db, ...args),
    stageRows: (...args) => writing(() => writes.stageRows(db, ...args)),
    appendRows: (...args) => writing(() => writes.appendRows(db, ...args)),
    finish: (...args) => writing(() => writes.finish(db, ...args)),
    cancel: (...args) => writes.cancel(db, ...args),
    get: (...args) => reads.get(db, ...args),
    getMany: (...args) => reads.getMany(db, ...args),
    list: (...args) => list(db, ...args),
    count: (...args) => count(db, ...args),
    finishedSince: (...args) => reads.finishedSince(db, ...args),
    async deleteExpired() {
      const more = await deleteExpired(db);
      return (await deleteOldKeys(db)) || more;
    },
    now: () => reads.now(db),
    neededCredentials: (...args) => reads.neededCredentials(db, ...args),
    blocks: (...args) => readBlocks(db, ...args),
    rows: (...args) => asking(() => readRows(db, ...args)),
    countRows: (...args) => asking(() => countRows(db, ...args)),
    totals: (...args) => asking(() => readTotals(db, ...args)),
    groups: (...args) => asking(() => readGroups(db, ...args)),
    compare: (...args) => asking(() => readComparison(db, ...args)),
    scanRows: (...args) => scanRows(db, ...args),
  });
}
