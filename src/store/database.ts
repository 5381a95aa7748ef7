/**
 * The connection pool and the query builder on top of it. Every connection parses 64-bit integers as numbers:
 * upstream's counters fit into 53 bits, and a parser at the border rejects those that don't.
 */
import { Socket } from 'node:net';

import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';

import type { Logger } from '../lib/logger.js';
import { createTrouble, type Trouble } from '../lib/trouble.js';
import { withCopy } from './copy.js';
import { isCanceled, isUnavailable, reasonOf } from './errors.js';
import type { Tables } from './tables.js';

export type Db = Kysely<Tables>;

export interface Database {
  readonly db: Db;
  readonly connections: PoolState;
  /**
   * Breaks every connection off, for when the way to the server is known to be dead though nobody has said so.
   * Statements under way fail as unavailable, and the next ones take new connections.
   */
  dropConnections(): void;
  /** Waits for running statements and closes every connection. */
  stop(): Promise<void>;
}

/** The connections of a pool at this moment. */
export interface PoolState {
  readonly total: number;
  readonly idle: number;
  /** Statements that wait for one. */
  readonly waiting: number;
}

export interface DatabaseOptions {
  /** The most that this node uses for statements. @default 10 */
  readonly maxConnections?: number;
  /** How long a statement waits for a lock that another one holds; 0: for ever. @default 10_000 */
  readonly lockTimeoutMs?: number;
  /** How long a statement may take; 0: for ever. @default 60_000 */
  readonly statementTimeoutMs?: number;
  /** Shared by pools of the same server, so that its outage is told once. @default one of its own, told to `log` */
  readonly trouble?: Trouble;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Long enough for storing or totalling 100,000 rows, short enough to notice a statement that hangs. */
const STATEMENT_TIMEOUT_MS = 60_000;
/**
 * Locks are held for milliseconds, that of an execution for the seconds in which its rows are written. Past that
 * somebody has locked the table: better to say so than to keep callers waiting with all connections in hand.
 */
const LOCK_TIMEOUT_MS = 10_000;
/** How soon the system asks for a sign of life over a connection on which nothing is under way. */
const KEEP_ALIVE_MS = 10_000;
const OID = { int8: 20, date: 1082, numeric: 1700 } as const;

/** For `DatabaseOptions.trouble`. */
export function createDatabaseTrouble(log: Logger): Trouble {
  return createTrouble(log, {
    begun:
      'The database does not serve just now: requests that need it are refused as retryable, and nothing that was ' +
      'acknowledged is lost. Check that PostgreSQL runs, that DATABASE_URL leads to it, and that its disk has room.',
    over: 'the database serves again',
  });
}

/** Opens a pool; no connection is made yet. */
export function createDatabase(url: string, log: Logger, options: DatabaseOptions = {}): Database {
  const { maxConnections = 10, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const trouble = options.trouble ?? createDatabaseTrouble(log);
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'genesys-usage-graphql',
    types: { getTypeParser },
    // Broken off here, since the driver would give a connection whose statement has timed out to the next one.
    stream: () => watched(new Socket(), sockets, statementTimeoutMs),
  });
  const tell = (error: unknown) => {
    if (isUnavailable(error) && !isCanceled(error)) trouble.happened({ reason: reasonOf(error) });
  };
  // Without a listener an idle connection that dies takes the process with it.
  pool.on('error', tell);
  // Nor may one that dies while it is checked out: its statement fails by itself.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: telling(pool, trouble, tell) }),
    log: (event) => {
      if (event.level === 'error') tell(event.error);
    },
  });
  return {
    db,
    get connections() {
      return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
    dropConnections: () => sockets.forEach((socket) => socket.destroy()),
    stop: () => db.destroy(),
  };
}

/**
 * After longer silence than a statement may take the server would have answered or given up: the link is dead on one side.
 * Idle ones are closed far sooner.
 */
function watched(socket: Socket, sockets: Set<Socket>, statementTimeoutMs: number): Socket {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  if (statementTimeoutMs === 0) return socket;
  return socket.setTimeout(statementTimeoutMs + CONNECT_TIMEOUT_MS, () => socket.destroy());
}

/** A connection that could not be had is no statement's error, and the query builder does not log it. */
function telling(pool: pg.Pool, trouble: Trouble, tell: (error: unknown) => void): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      try {
        const client = await pool.connect();
        trouble.passed();
        return withCopy(client);
      } catch (error) {
        tell(error);
        throw error;
      }
    },
  };
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === OID.int8 || oid === OID.numeric) return Number;
  if (oid === OID.date) return String;
  return pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown;
}
