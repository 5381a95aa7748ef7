/** Every migration, in order. One that has been released is never changed: add another. */
import * as executions from './001-executions.js';
import * as neverTwice from './002-never-twice.js';
import * as upstreamBudget from './003-upstream-budget.js';
import * as credentialWaits from './004-credential-waits.js';
import * as upstreamTroubles from './005-upstream-troubles.js';
import * as queryDurations from './006-query-durations.js';
import * as listedBy from './007-listed-by.js';
import * as rowsInBulk from './008-rows-in-bulk.js';
import * as rowBlocks from './009-row-blocks.js';
import * as traceContext from './010-trace-context.js';
import * as stagedRows from './011-staged-rows.js';
import * as progressToldLater from './012-progress-told-later.js';
import type { SchemaMigration } from './migration.js';

export const MIGRATIONS: Readonly<Record<string, SchemaMigration>> = {
  '001-executions': executions,
  '002-never-twice': neverTwice,
  '003-upstream-budget': upstreamBudget,
  '004-credential-waits': credentialWaits,
  '005-upstream-troubles': upstreamTroubles,
  '006-query-durations': queryDurations,
  '007-listed-by': listedBy,
  '008-rows-in-bulk': rowsInBulk,
  '009-row-blocks': rowBlocks,
  '010-trace-context': traceContext,
  '011-staged-rows': stagedRows,
  '012-progress-told-later': progressToldLater,
};
