/**
 * The ledger of the migrations since 0.1.0, with the generation that each belongs to: so a node can judge migrations that
 * it does not know. Kysely's own ledger can't tell, and a node of 0.1.0 refuses to start when it finds a name there that
 * it lacks: what that release did not bring is kept out of it.
 */
import { setTimeout as delay } from 'node:timers/promises';

import { sql } from 'kysely';

import { StartupError } from '../lib/startup-error.js';
import type { Db } from './database.js';
import { MIGRATIONS } from './migrations/index.js';
import type { SchemaMigration } from './migrations/migration.js';
import { generationOf, RELEASES } from './migrations/releases.js';

/** What a program knows: that of this one, unless a test plays another version. */
export interface MigrationPlan {
  readonly migrations: Readonly<Record<string, SchemaMigration>>;
  readonly generationOf: (name: string) => number;
}

export const PLAN: MigrationPlan = { migrations: MIGRATIONS, generationOf };

/** Any number that nothing else in the database locks; its own, since Kysely's is held for the first release's part. */
const LOCK = 8_206_914_417;
/** A wait that nobody notices, and a question that costs nothing. */
const TURN_POLL_MS = 50;
/** The last one in Kysely's ledger. */
const LAST_OF_FIRST = RELEASES[0].lastMigration;

interface Applied {
  readonly name: string;
  readonly generation: number;
}

/**
 * Runs `work` while no other node of this release or a later one does. Whoever waits asks again and again: a statement
 * that waited would have to be waited for in turn by `CREATE INDEX CONCURRENTLY`.
 */
export async function inTurn(connection: Db, work: () => Promise<void>): Promise<void> {
  const isOurs = async () =>
    (await sql<{ ours: boolean }>`SELECT pg_try_advisory_lock(${LOCK}) AS ours`.execute(connection)).rows[0]
      ?.ours;
  while (!(await isOurs())) await delay(TURN_POLL_MS);
  try {
    await work();
  } finally {
    // A connection that has died has given it back, and what it died of is on its way to the caller.
    await sql`SELECT pg_advisory_unlock(${LOCK})`.execute(connection).catch(() => {});
  }
}

/**
 * Makes the ledger. Builds between releases have put later names into Kysely's ledger: they are taken over. Those that
 * nobody knows stay there, and Kysely refuses them.
 */
export async function openLedger(connection: Db, plan: MigrationPlan): Promise<void> {
  if (await isThere(connection, 'schema_migrations')) return;
  await connection.transaction().execute(async (tx) => {
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
  });
}

/** What is missing, in its order. Throws `StartupError` for a database that this program can not work on. */
export async function pendingLater(connection: Db, plan: MigrationPlan): Promise<string[]> {
  const { rows: applied } = await sql<Applied>`
    SELECT name, generation FROM schema_migrations`.execute(connection);
  const names = new Set(applied.map(({ name }) => name));
  const pending = laterOf(plan).filter((name) => !names.has(name));
  expectAcceptable(plan, applied, pending);
  return pending;
}

/** Applies one, all or nothing, but for what must run outside of a transaction. */
export async function apply(
  connection: Db,
  plan: MigrationPlan,
  name: string,
  lockTimeoutMs: number,
): Promise<void> {
  const migration = plan.migrations[name];
  if (migration?.outsideTransaction) {
    // It takes no lock for which others would have to wait.
    await limitTimes(connection, 0);
    await migration.up(connection);
    await record(connection, plan, name);
    await sql`RESET statement_timeout`.execute(connection);
    await sql`RESET lock_timeout`.execute(connection);
    return;
  }
  await connection.transaction().execute(async (tx) => {
    await limitTimes(tx, lockTimeoutMs, true);
    await migration?.up(tx);
    await record(tx, plan, name);
  });
}

/** A migration is not hurried, but for its wait for a lock. `isLocal`: until the end of the transaction. */
async function limitTimes(db: Db, lockTimeoutMs: number, isLocal = false): Promise<void> {
  await sql`
    SELECT set_config('statement_timeout', '0', ${isLocal}),
      set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, ${isLocal})`.execute(db);
}

async function isThere(db: Db, table: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS there`.execute(
    db,
  );
  return rows[0]?.there ?? false;
}

async function record(db: Db, plan: MigrationPlan, name: string): Promise<void> {
  await sql`
    INSERT INTO schema_migrations (name, generation) VALUES (${name}, ${plan.generationOf(name)})`.execute(
    db,
  );
}

/** Names that the first release knows; Kysely applies and records them. */
export function firstOf({ migrations }: MigrationPlan): Record<string, SchemaMigration> {
  return Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= LAST_OF_FIRST));
}

/** All others, in their order. */
export function laterOf({ migrations }: MigrationPlan): string[] {
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
