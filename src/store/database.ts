/**
 * The connection pool and the query builder on top of it. Every connection parses 64-bit integers as numbers:
 * upstream's counters fit into 53 bits, and a parser at the border rejects those that don't.
 */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import type { Logger } from '../lib/logger.js';
import type { Tables } from './tables.js';

export type Db = Kysely<Tables>;

export interface Database {
  readonly db: Db;
  /** Waits for running statements and closes every connection. */
  stop(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Long enough for storing or totalling 100,000 rows, short enough to notice a statement that hangs. */
const STATEMENT_TIMEOUT_MS = 60_000;
const OID = { int8: 20, date: 1082, numeric: 1700 } as const;

/** Opens a pool; no connection is made yet. `maxConnections` is the most that this node uses for statements. */
export function createDatabase(url: string, log: Logger, maxConnections = 10): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // The server's own limit does not help on a link that is dead on one side.
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'genesys-usage-graphql',
    types: { getTypeParser },
  });
  // Without a listener an idle connection that dies takes the process with it.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  // Nor may one that dies while it is checked out: its statement fails by itself.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, stop: () => db.destroy() };
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === OID.int8 || oid === OID.numeric) return Number;
  if (oid === OID.date) return String;
  return pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown;
}
