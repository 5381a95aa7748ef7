/** Brings the schema up to date at start. Kysely's migrator holds a lock, so nodes that start together take turns. */
import { Migrator } from 'kysely/migration';

import { errorCode } from '../lib/file-error.js';
import type { Logger } from '../lib/logger.js';
import { StartupError } from '../lib/startup-error.js';
import type { Db } from './database.js';
import { reasonOf } from './errors.js';
import { MIGRATIONS } from './migrations/index.js';

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
  '57P03': 'Start again when PostgreSQL is ready.',
};

/** Throws `StartupError` when the database can't be reached or was migrated by a newer version of this program. */
export async function migrate(db: Db, log: Logger): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error, results } = await migrator.migrateToLatest();
  for (const { migrationName, status } of results ?? [])
    log.info({ migrationName, status }, 'migrated the database');
  if (error) throw toStartupError(error);
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
