/** Brings the schema up to date at start. Kysely's migrator holds a lock, so nodes that start together take turns. */
import { Migrator } from 'kysely/migration';

import { errorCode } from '../lib/file-error.js';
import type { Logger } from '../lib/logger.js';
import { StartupError } from '../lib/startup-error.js';
import type { Db } from './database.js';
import { MIGRATIONS } from './migrations/index.js';

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Throws `StartupError` when the database can't be reached or was migrated by a newer version of this program. */
export async function migrate(db: Db, log: Logger): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error, results } = await migrator.migrateToLatest();
  for (const { migrationName, status } of results ?? [])
    log.info({ migrationName, status }, 'migrated the database');
  if (error) throw toStartupError(error);
}

function toStartupError(error: unknown): StartupError {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const code = errorCode(error) ?? '';
  // PostgreSQL says in words what is wrong; a connection that fails says it by its code, sometimes by that alone.
  const reason = SQLSTATE.test(code) ? message : code || message;
  const advice = /corrupted migrations/.test(message)
    ? 'The database was migrated by another version of this program; run that version or a newer one.'
    : `The database can not be used (${reason}). Check DATABASE_URL and that PostgreSQL runs.`;
  return new StartupError(advice, { cause: error });
}
