/** Each migration lets programs of the generation before it run on, and each program knows how far ahead a database may be. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';

import { type Logger, silentLogger } from '../../src/lib/logger.js';
import { createDatabase, type Database } from '../../src/store/database.js';
import { migrate } from '../../src/store/migrate.js';
import { MIGRATIONS } from '../../src/store/migrations/index.js';
import { generationOf, RELEASES } from '../../src/store/migrations/releases.js';
import type { MigrationPlan } from '../../src/store/schema-migrations.js';
import { createTestDatabase } from '../support/database.js';
import { until } from '../support/until.js';
import { unpackReleased } from './support/released.js';
import { breaks, readShape } from './support/shape.js';

const LAST_RELEASED = RELEASES.at(-1)!.lastMigration;
const LATER = Object.keys(MIGRATIONS)
  .sort()
  .filter((name) => name > LAST_RELEASED);
/** Of this program. */
const GENERATION = Math.max(...Object.keys(MIGRATIONS).map((name) => generationOf(name)));

/** With what is to be said of them. */
const BREAKING = [
  ['DROP TABLE idempotency_keys', 'table idempotency_keys is gone'],
  ['DROP TRIGGER execution_changed ON executions', 'trigger execution_changed is gone'],
  ['ALTER TABLE executions DROP COLUMN put_off', 'column executions.put_off is gone'],
  ['ALTER TABLE executions RENAME scope TO owner', 'column executions.scope is gone'],
  ['ALTER TABLE usage_rows ALTER position TYPE bigint', 'column usage_rows.position has changed'],
  ['ALTER TABLE executions ALTER held_by SET NOT NULL', 'column executions.held_by has changed'],
  ['ALTER TABLE executions ALTER fence DROP DEFAULT', 'column executions.fence has changed'],
  ['ALTER TABLE credentials ADD region text NOT NULL', 'column credentials.region has to be written'],
  ['ALTER TABLE usage_rows ADD CHECK (requests > 0)', 'new rule usage_rows: CHECK ((requests > 0))'],
  ['CREATE UNIQUE INDEX one ON executions (scope)', expect.stringContaining('new rule executions: CREATE')],
] as const;

/** For what comes by itself, on a machine that others use too. */
const PATIENCE_MS = 30_000;
const MAKING_INDEX = 'SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()';

let test: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
let inside: pg.Client;

beforeEach(async () => {
  test = await createTestDatabase();
  database = createDatabase(test.url, silentLogger, { maxConnections: 2 });
  inside = new pg.Client(test.url);
  await inside.connect();
});
afterEach(async () => {
  await inside.end();
  await database.stop();
  await test.drop();
});

const query = async (text: string) => (await inside.query<Record<string, unknown>>(text)).rows;
const migrateWith = (plan: MigrationPlan) => migrate(database.db, silentLogger, plan);

/** A version of the program that knows of so many migrations. */
function upTo(last: string): MigrationPlan {
  const known = Object.entries(MIGRATIONS).filter(([name]) => name <= last);
  return { migrations: Object.fromEntries(known), generationOf: (name) => generationOf(name) };
}

/** A later version, with one more migration, so many generations ahead. */
function ahead(by: number, statement = 'SELECT 1'): MigrationPlan {
  const up = async (db: Kysely<never>) => void (await sql.raw(statement).execute(db));
  return {
    migrations: { ...MIGRATIONS, '900-later': { up } },
    generationOf: (name) => (name === '900-later' ? GENERATION + by : generationOf(name)),
  };
}

describe('the migrations since the last release', () => {
  it('each leave in place what the release uses', async () => {
    await migrateWith(upTo(LAST_RELEASED));
    const released = await readShape(query);
    expect(released.columns.size).toBeGreaterThan(60);
    for (const name of LATER) {
      await migrateWith(upTo(name));
      expect({ name, breaks: breaks(released, await readShape(query)) }).toEqual({ name, breaks: [] });
    }
  });

  it('stand behind those of the release, which are as they were', async () => {
    const released = await unpackReleased();
    try {
      const path = pathToFileURL(join(released.dist, 'src/store/migrations/index.js')).href;
      const { MIGRATIONS: migrations } = (await import(path)) as { MIGRATIONS: MigrationPlan['migrations'] };
      expect(Object.keys(migrations).sort().at(-1)).toBe(LAST_RELEASED);
      await migrateWith({ ...upTo(LAST_RELEASED), migrations });
      const shape = await readShape(query);
      await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      await migrateWith(upTo(LAST_RELEASED));
      expect(await readShape(query)).toEqual(shape);
    } finally {
      await released.remove();
    }
  });

  it('would be found out if they took away, changed or demanded something', async () => {
    await migrateWith(upTo(LAST_RELEASED));
    const released = await readShape(query);
    for (const [statement, why] of BREAKING) {
      await query(`BEGIN; ${statement}`);
      expect({ statement, found: breaks(released, await readShape(query)) }).toEqual({
        statement,
        found: expect.arrayContaining([why]),
      });
      await query('ROLLBACK');
    }
  });

  it('wait for a table that is in use in short turns, so that others need not wait for them', async () => {
    await migrateWith(upTo(LAST_RELEASED));
    await query('BEGIN');
    await query('SELECT count(*) FROM executions');
    const waits: unknown[] = [];
    const log: Logger = { ...silentLogger, warn: (fields) => void waits.push(fields) };
    const attempts = { lockTimeoutMs: 50, pauseMs: 10, most: 10_000 };
    const migrated = migrate(database.db, log, undefined, attempts);
    await until('two attempts to be given up', () => waits.length >= 2);
    await query('COMMIT');
    await migrated;
    expect(await query('SELECT name FROM schema_migrations ORDER BY name')).toEqual(
      LATER.map((name) => ({ name })),
    );
  });
});

describe('the indexes that come with an update', () => {
  it(
    'are made while others write, whichever of several nodes makes them',
    async () => {
      await migrateWith(upTo('006-query-durations'));
      await query(`INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request,
      deadline_at, due_at) VALUES ('org', 'tenant', 'user', 'credential', 'SIMPLE_SEARCH', '{}', now(), now())`);
      await query('BEGIN');
      await query('UPDATE executions SET poll_count = 1');
      const nodes = Array.from({ length: 3 }, () =>
        createDatabase(test.url, silentLogger, { maxConnections: 2 }),
      );
      const writer = new pg.Client(test.url);
      await writer.connect();
      try {
        const migrated = Promise.all(nodes.map(({ db }) => migrate(db, silentLogger)));
        await until(
          'an index to wait for the writer',
          async () => (await writer.query(MAKING_INDEX)).rows.length > 0,
        );
        // Behind an index that is made at once, this would wait for ever.
        await writer.query(`SET lock_timeout = '5s'`);
        await writer.query('UPDATE executions SET poll_count = 2 WHERE false');
        await query('COMMIT');
        await migrated;
      } finally {
        // If it has failed: else the nodes would wait for it for ever.
        await query('ROLLBACK');
        await writer.end();
        await Promise.all(nodes.map((node) => node.stop()));
      }
      const names = await query('SELECT name FROM schema_migrations ORDER BY name');
      expect(names).toEqual(LATER.map((name) => ({ name })));
      expect(await query('SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([]);
    },
    2 * PATIENCE_MS,
  );
});

describe('a node of this version', () => {
  const now = { migrations: MIGRATIONS, generationOf: (name: string) => generationOf(name) };
  const refusal = () =>
    migrateWith(now).then(
      () => 'none',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it('starts on a database that is one generation ahead, and changes nothing there', async () => {
    await migrateWith(ahead(1));
    const before = await query('SELECT * FROM schema_migrations ORDER BY name');
    expect(await refusal()).toBe('none');
    expect(await query('SELECT * FROM schema_migrations ORDER BY name')).toEqual(before);
  });

  it('refuses one that is two generations ahead, and says which version to run', async () => {
    await migrateWith(ahead(2));
    const message = await refusal();
    expect(message).toMatch(
      /^StartupError: The database was migrated by a version that is more than one release newer/,
    );
    expect(message).toMatch(
      /migration 900-later is of generation \d+.*Run that version, or the release before/,
    );
  });

  it('refuses one that another line has migrated, where it would have to add its own', async () => {
    await migrateWith({ ...ahead(1), migrations: { ...upTo(LAST_RELEASED).migrations, '900-later': OTHER } });
    expect(await refusal()).toMatch(/another line of this program: it has 900-later, .* and lacks 006-/);
  });

  it('keeps out of the ledger of the first release what that release does not know', async () => {
    await migrateWith(now);
    const names = await query('SELECT name FROM kysely_migration ORDER BY name');
    expect(names.at(-1)).toEqual({ name: RELEASES[0].lastMigration });
  });

  it('takes over what builds between releases have left in that ledger', async () => {
    await migrateWith(now);
    await query(`INSERT INTO kysely_migration (name, timestamp) SELECT name, now() FROM schema_migrations`);
    await query('DROP TABLE schema_migrations');
    expect(await refusal()).toBe('none');
    expect(await query('SELECT name FROM schema_migrations ORDER BY name')).toEqual(
      LATER.map((name) => ({ name })),
    );
  });
});

const OTHER = { up: async () => {} };

describe('the list of releases', () => {
  it('names migrations that there are, in their order', () => {
    const named = RELEASES.map(({ lastMigration }) => lastMigration);
    expect(named.filter((name) => !(name in MIGRATIONS))).toEqual([]);
    expect(named).toEqual([...named].sort());
  });
});
