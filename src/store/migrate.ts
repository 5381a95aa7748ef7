/** Brings the schema up to date at start, while nodes of the release before go on. Nodes that start together take turns. */
import { setTimeout as delay } from 'node:timers/promises';

import { Migrator } from 'kysely/migration';

import { errorCode } from '../lib/file-error.js';
import type { Logger } from '../lib/logger.js';
import { StartupError } from '../lib/startup-error.js';
import type { Db } from './database.js';
import { reasonOf } from './errors.js';
import {
  apply,
  firstOf,
  inTurn,
  type MigrationPlan,
  openLedger,
  pendingLater,
  PLAN,
} from './schema-migrations.js';

const DEFAULT_ADVICE = 'Check DATABASE_URL and that PostgreSQL runs.';
const PASSWORD_ADVICE = 'Check the user and the password in DATABASE_URL, and what pg_hba.conf allows.';
const RIGHTS_ADVICE = 'Let the user of DATABASE_URL create tables there: GRANT CREATE ON SCHEMA public TO ….';
const ROOM_ADVICE = 'Make room on the disk of PostgreSQL, and start again.';
/** By SQLSTATE. */
const ADVICE: Readonly<Record<string, string>> = {
  '28000': PASSWORD_ADVICE,
  '28P01': PASSWORD_ADVICE,
  '3D000': 'Create it, or name another one in DATABASE_URL.',
  '3F000': RIGHTS_ADVICE,
  '42501': RIGHTS_ADVICE,
  '53100': ROOM_ADVICE,
  // A node has two pools of ten, a connection that listens, and one for health probes.
  '53300': 'Raise max_connections of PostgreSQL, or have fewer clients: a node needs up to 22 connections.',
  '25006': 'Let DATABASE_URL lead to the primary server: this one is read-only.',
  '55P03': 'Start again when the database is less busy: statements hold its tables for too long.',
  '57P03': 'Start again when PostgreSQL is ready.',
};

/**
 * Nodes of the release before run meanwhile, and what they ask for waits behind the lock that a migration waits for: no
 * longer than they bear (`LOCK_TIMEOUT_MS` in database.ts). Storing a large result holds it for seconds; a minute of tries
 * finds a gap on any database that is not stuck.
 */
const ATTEMPTS: LockAttempts = { lockTimeoutMs: 3_000, pauseMs: 1_000, most: 15 };
/** Not granted in time; or two have waited for each other, and PostgreSQL has ended one. */
const LOCK_CODES = ['55P03', '40P01'];

export interface LockAttempts {
  readonly lockTimeoutMs: number;
  readonly pauseMs: number;
  readonly most: number;
}

/**
 * Throws `StartupError` when the database can't be reached, or was migrated by a version that is too new for this one.
 * Needs two connections at a time.
 * @param plan what the program knows, for tests that play another version
 */
export async function migrate(
  db: Db,
  log: Logger,
  plan: MigrationPlan = PLAN,
  attempts: LockAttempts = ATTEMPTS,
): Promise<void> {
  try {
    await db.connection().execute((connection) =>
      inTurn(connection, async () => {
        await openLedger(connection, plan);
        await migrateFirst(db, log, plan);
        for (const name of await pendingLater(connection, plan)) {
          await patiently(log, attempts, () => apply(connection, plan, name, attempts.lockTimeoutMs));
          log.info({ migrationName: name, status: 'Success' }, 'migrated the database');
        }
      }),
    );
  } catch (error) {
    throw error instanceof StartupError ? error : toStartupError(error);
  }
}

/** What 0.1.0 brought, as it does it. */
async function migrateFirst(db: Db, log: Logger, plan: MigrationPlan): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => firstOf(plan) } });
  const { error, results } = await migrator.migrateToLatest();
  for (const { migrationName, status } of results ?? [])
    log.info({ migrationName, status }, 'migrated the database');
  if (error) throw error;
}

async function patiently(
  log: Logger,
  { pauseMs, most }: LockAttempts,
  migrateOne: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOne();
    } catch (error) {
      if (attempt === most || !LOCK_CODES.includes(errorCode(error) ?? '')) throw error;
      log.warn({ attempt, reason: reasonOf(error) }, 'migrating the database is put off: it is in use');
      await delay(pauseMs);
    }
  }
}

function toStartupError(error: unknown): StartupError {
  const reason = reasonOf(error);
  const advice = ADVICE[errorCode(error) ?? ''] ?? DEFAULT_ADVICE;
  const message = /corrupted migrations/.test(reason)
    ? 'The database was migrated by another version of this program; run that version or a newer one.'
    : `The database can not be used (${inOneLine(reason)}). ${advice}`;
  return new StartupError(message, { cause: error });
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
