/** Questions to large results whose clients leave before the answer. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, closeClients, serverSentEventsDoor, webSocketDoor } from '../support/clients.js';
import { finishedId } from '../support/starts.js';
import { until } from '../support/until.js';

let app: TestApp;
let database: pg.Client;
let query: string;
beforeAll(async () => {
  app = await startAppWithSimulator();
  database = new pg.Client({ connectionString: app.databaseUrl });
  await database.connect();
  const id = await finishedId(app.url);
  query = `{usageExecution(id: "${id}") {totals {requests} groups(by: [DATE]) {share}
    sorted: rows(orderBy: [{field: DATE}]) {nodes {date}} found: rows(filter: {httpMethods: [GET]}) {totalCount}}
    compareUsageExecutions(baseline: "${id}", current: "${id}", by: [DATE]) {groups {key {value}}}}`;
});
afterEach(() => closeClients());
afterAll(async () => {
  await database?.end();
  await app?.stop();
});

/** Sends the query, and gives how its client leaves. */
const CLIENTS: Record<string, () => () => void> = {
  HTTP: () => {
    const leaving = new AbortController();
    const headers = { ...authorization('demo-admin'), 'content-type': 'application/json' };
    const body = JSON.stringify({ query });
    fetch(`${app.url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal }).catch(() => {});
    return () => leaving.abort();
  },
  'a WebSocket': () => webSocketDoor.send(app.url, { query }).leave,
  'server-sent events': () => serverSentEventsDoor.send(app.url, { query }).leave,
};

async function waiting(): Promise<number> {
  const { rows } = await database.query(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
     AND pid <> pg_backend_pid()`,
  );
  return rows.length;
}

describe('questions to rows that nobody waits for any more', () => {
  it.each(Object.keys(CLIENTS))('end inside of the database, over %s', async (door) => {
    // Not the one that looks: within a transaction it would always see the same.
    const locker = new pg.Client({ connectionString: app.databaseUrl });
    await locker.connect();
    try {
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE usage_rows IN ACCESS EXCLUSIVE MODE');
      const leave = CLIENTS[door]?.();
      await until('statements to wait', async () => (await waiting()) === 4);
      leave?.();
      await until('no statement to wait', async () => (await waiting()) === 0, 5_000);
    } finally {
      await locker.end();
    }
    expect(await waiting()).toBe(0);
  });
});
