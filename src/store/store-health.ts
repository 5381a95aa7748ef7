/**
 * A look at the store for health probes, over a connection of its own: in a pool it would wait behind the work, and a
 * node that is only busy would look like one whose database is gone.
 */
import { sql } from 'kysely';

import type { StoreHealth, StoreState } from '../domain/ports/store-health.js';
import { UPSTREAM_HOST } from '../domain/upstream-trouble.js';
import { errorCode } from '../lib/file-error.js';
import type { Db } from './database.js';
import { MIGRATIONS } from './migrations/index.js';
import { laterOf, PLAN } from './schema-migrations.js';

const KNOWN = Object.keys(MIGRATIONS);
/** What has to be there: the ledger has nothing of the first release. */
const NEEDED = laterOf(PLAN);
const UNDEFINED_TABLE = '42P01';
/** An empty database in place of ours: say, one that was restored only in part. */
const NO_SCHEMA: StoreState = { schema: 'older', writable: true, upstreamPaused: false };

interface Row {
  readonly applied: boolean;
  readonly newer: boolean;
  readonly writable: boolean;
  readonly upstream_paused: boolean;
}

/** `db` is a pool of one connection that nobody else uses. */
export function createStoreHealth(db: Db): StoreHealth {
  return {
    async look() {
      try {
        return toState(await read(db));
      } catch (error) {
        if (errorCode(error) === UNDEFINED_TABLE) return NO_SCHEMA;
        throw error;
      }
    },
  };
}

async function read(db: Db): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    SELECT
      NOT EXISTS (SELECT unnest(${NEEDED}::text[]) EXCEPT SELECT name FROM schema_migrations) AS applied,
      EXISTS (SELECT FROM schema_migrations WHERE name <> ALL(${KNOWN}::text[])) AS newer,
      current_setting('transaction_read_only') = 'off' AS writable,
      EXISTS (SELECT FROM upstream_troubles WHERE key = ${UPSTREAM_HOST} AND next_probe_at IS NOT NULL)
        AS upstream_paused`.execute(db);
  return rows[0];
}

function toState(row: Row | undefined): StoreState {
  if (!row?.applied) return { ...NO_SCHEMA, writable: row?.writable ?? true };
  return {
    schema: row.newer ? 'newer' : 'current',
    writable: row.writable,
    upstreamPaused: row.upstream_paused,
  };
}
