/**
 * The ledger of the migrations since 0.1.0, with the generation that each belongs to: so a node can judge migrations that
 * it does not know. Kysely's own ledger can't tell, and a node of 0.1.0 refuses to start when it finds a name there that
 * it lacks: what that release did not bring is kept out of it.
 */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

import { StartupError } from '../lib/startup-error.js';
import type { Db } from './database.js';
import { MIGRATIONS } from './migrations/index.js';
import { generationOf, RELEASES } from './migrations/releases.js';

/** What a program knows: that of this one, unless a test plays another version. */
export interface MigrationPlan {
  readonly migrations: Readonly<Record<string, Migration>>;
  readonly generationOf: (name: string) => number;
}

export const PLAN: MigrationPlan = { migrations: MIGRATIONS, generationOf };

/** Any number that nothing else in the database locks; its own, since Kysely's is held for the first release's part. */
const LOCK = 8_206_914_417;
/** The last one in Kysely's ledger. */
const LAST_OF_FIRST = RELEASES[0].lastMigration;

interface Applied {
  readonly name: string;
  readonly generation: number;
}

/**
 * Makes the ledger, in a transaction of the caller's. Builds between releases have put later names into Kysely's ledger:
 * they are taken over. Those that nobody knows stay there, and Kysely refuses them.
 */
export async function openLedger(tx: Db, plan: MigrationPlan): Promise<void> {
  await takeTurns(tx);
  if (await isThere(tx, 'schema_migrations')) return;
  await sql`
    CREATE TABLE schema_migrations (
      name        text PRIMARY KEY,
      generation  integer NOT NULL,
      applied_at  timestamptz NOT NULL DEFAULT now()
    )`.execute(tx);
  if (!(await isThere(tx, 'kysely_migration'))) return;
  const { rows } = await sql<{ name: string }>`
    DELETE FROM kysely_migration WHERE name = ANY(${laterOf(plan)}::text[]) RETURNING name`.execute(tx);
  for (const { name } of rows) await record(tx, plan, name);
}

/** Applies what is missing, in a transaction of the caller's. Gives the names of what was applied. */
export async function applyLater(tx: Db, plan: MigrationPlan, lockTimeoutMs: number): Promise<string[]> {
  await takeTurns(tx);
  const { rows: applied } = await sql<Applied>`SELECT name, generation FROM schema_migrations`.execute(tx);
  const names = new Set(applied.map(({ name }) => name));
  const pending = laterOf(plan).filter((name) => !names.has(name));
  expectAcceptable(plan, applied, pending);
  await sql`SELECT set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true)`.execute(tx);
  for (const name of pending) {
    await plan.migrations[name]?.up(tx);
    await record(tx, plan, name);
  }
  return pending;
}

/** Neither the one that migrates nor those that wait for it are hurried. */
async function takeTurns(tx: Db): Promise<void> {
  await sql`SET LOCAL statement_timeout = 0`.execute(tx);
  await sql`SET LOCAL lock_timeout = 0`.execute(tx);
  await sql`SELECT pg_advisory_xact_lock(${LOCK})`.execute(tx);
}

async function isThere(tx: Db, table: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS there`.execute(
    tx,
  );
  return rows[0]?.there ?? false;
}

async function record(tx: Db, plan: MigrationPlan, name: string): Promise<void> {
  await sql`
    INSERT INTO schema_migrations (name, generation) VALUES (${name}, ${plan.generationOf(name)})`.execute(
    tx,
  );
}

/** Names that the first release knows; Kysely applies and records them. */
export function firstOf({ migrations }: MigrationPlan): Record<string, Migration> {
  return Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= LAST_OF_FIRST));
}

function laterOf({ migrations }: MigrationPlan): string[] {
  return Object.keys(migrations)
    .filter((name) => name > LAST_OF_FIRST)
    .sort();
}

/** Throws `StartupError` for a database that this program can not work on. */
function expectAcceptable(
  plan: MigrationPlan,
  applied: readonly Applied[],
  pending: readonly string[],
): void {
  const own = Math.max(...Object.keys(plan.migrations).map((name) => plan.generationOf(name)));
  const unknown = applied.filter(({ name }) => !(name in plan.migrations));
  const tooNew = unknown.find(({ generation }) => generation > own + 1);
  if (tooNew) {
    throw new StartupError(
      'The database was migrated by a version that is more than one release newer than this program ' +
        `(its migration ${tooNew.name} is of generation ${tooNew.generation}, this program is of ${own}). ` +
        'Run that version, or the release before it.',
    );
  }
  if (unknown[0] && pending[0]) {
    throw new StartupError(
      `The database was migrated by another line of this program: it has ${unknown[0].name}, which this one does not ` +
        `know, and lacks ${pending[0]}. Run the version that migrated it, or a newer one.`,
    );
  }
}
