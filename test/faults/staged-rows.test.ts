import { afterEach, describe, expect, it } from '@jest/globals';

import { silentLogger } from '../../src/lib/logger.js';
import { createDatabase, type Database } from '../../src/store/database.js';
import { createExecutionStore } from '../../src/store/execution-store.js';
import { migrate } from '../../src/store/migrate.js';
import { query } from '../store/embedded/scratch.js';
import { numberedRows, runningClaim, SUCCEEDED, TTL_MS } from '../support/store.js';
import { onLinux, type OwnPostgres, startOwnPostgres } from './support/own-postgres.js';

const ROWS = 2_000;

(onLinux ? describe : describe.skip)('PostgreSQL that crashes while a large result arrives', () => {
  let postgres: OwnPostgres;
  let database: Database;
  afterEach(async () => {
    await database?.stop();
    await postgres?.remove();
  });

  it('has every row of which it has said that it is stored', async () => {
    postgres = await startOwnPostgres();
    database = createDatabase(postgres.url, silentLogger);
    await migrate(database.db, silentLogger);
    const store = createExecutionStore(database.db);
    const claim = await runningClaim(store);
    expect(await store.stageRows(claim, 0, numberedRows(ROWS))).toBe(true);
    await postgres.crash();
    await postgres.restart();
    const ended = await store.finish(claim, SUCCEEDED, numberedRows(10, ROWS + 1), TTL_MS, ROWS);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', rowCount: ROWS + 10 });
    const [stored] = await query(postgres.url, 'SELECT count(*)::int AS count FROM usage_rows');
    expect(stored).toEqual({ count: ROWS + 10 });
  }, 60_000);
});
