import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { silentLogger } from '../../src/lib/logger.js';
import { createDatabase, type Database } from '../../src/store/database.js';
import { migrate } from '../../src/store/migrate.js';
import { MIGRATIONS } from '../../src/store/migrations/index.js';
import { createTestDatabase } from '../support/database.js';

const APPLIED =
  'SELECT name FROM kysely_migration UNION ALL SELECT name FROM schema_migrations ORDER BY name';
const LEDGERS = `SELECT name, timestamp FROM kysely_migration
  UNION ALL SELECT name, applied_at::text FROM schema_migrations ORDER BY name`;

describe('migrate', () => {
  let empty: Awaited<ReturnType<typeof createTestDatabase>>;
  let nodes: Database[];

  beforeEach(async () => {
    empty = await createTestDatabase();
    nodes = Array.from({ length: 5 }, () => createDatabase(empty.url, silentLogger, { maxConnections: 2 }));
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await empty.drop();
  });

  async function query(text: string): Promise<object[]> {
    const client = new pg.Client(empty.url);
    await client.connect();
    try {
      return (await client.query<object>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async function refusal(database: Database): Promise<string> {
    const error: unknown = await migrate(database.db, silentLogger).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'StartupError' });
    return (error as Error).message;
  }

  it('makes the schema once when nodes start together on an empty database', async () => {
    await Promise.all(nodes.map(({ db }) => migrate(db, silentLogger)));
    const names = Object.keys(MIGRATIONS).map((name) => ({ name }));
    expect(await query(APPLIED)).toEqual(names);
    expect(await query('SELECT count(*)::integer AS executions FROM executions')).toEqual([
      { executions: 0 },
    ]);
  });

  it('changes nothing the second time', async () => {
    await migrate(nodes[0]!.db, silentLogger);
    const before = await query(LEDGERS);
    await migrate(nodes[1]!.db, silentLogger);
    expect(await query(LEDGERS)).toEqual(before);
  });

  it('refuses a database that a newer version has migrated, in one line', async () => {
    await migrate(nodes[0]!.db, silentLogger);
    await query(`INSERT INTO kysely_migration (name, timestamp) VALUES ('999-later', now()::text)`);
    const message = await refusal(nodes[1]!);
    expect(message).toMatch(/migrated by another version of this program; run that version or a newer one/);
    expect(message).not.toContain('\n');
  });

  it('refuses a database that does not answer, in one line and without the password', async () => {
    const nobody = createDatabase('postgres://user:hunter2@127.0.0.1:1/none', silentLogger);
    nodes.push(nobody);
    const message = await refusal(nobody);
    expect(message).toMatch(/can not be used \(ECONNREFUSED\)\. Check DATABASE_URL/);
    expect(message).not.toMatch(/\n|hunter2/);
  });
});
