/** One PostgreSQL for the whole test run (see `global-setup.ts`), one database in it for each caller. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

/** Where `global-setup.ts` leaves the server's address for the workers. */
export const SERVER_URL_VARIABLE = 'TEST_POSTGRES_URL';

/** Makes an empty database and gives its address. `drop` cuts whoever is still connected. */
export async function createTestDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await inDatabase(serverUrl(), `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await untilLeft(name);
      await inDatabase(serverUrl(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** A pool has ended a moment before its connections have: one that is cut just then fails where nobody listens. */
async function untilLeft(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  const connected = 'SELECT FROM pg_stat_activity WHERE datname = $1';
  for (let i = 0; i < 50 && (await client.query(connected, [name])).rowCount !== 0; i += 1) await delay(20);
  await client.end();
}

/** One statement from outside of the application. */
export async function inDatabase(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env[SERVER_URL_VARIABLE];
  if (!url) throw new Error('run the tests with "npm test": the global setup starts the database');
  return url;
}
