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

const LATEST = Object.keys(MIGRATIONS).sort().at(-1) ?? '';
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

/** Names of migrations begin with their number: they rise, compared by bytes. */
async function read(db: Db): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    SELECT
      EXISTS (SELECT FROM kysely_migration WHERE name = ${LATEST}) AS applied,
      EXISTS (SELECT FROM kysely_migration WHERE name COLLATE "C" > ${LATEST}) AS newer,
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
