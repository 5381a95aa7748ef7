/** What orchestrators and balancers are told in each state, by the real program with a real database that fails. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { type App, createApp } from '../../src/app.js';
import { parseConfig } from '../../src/config.js';
import { silentLogger } from '../../src/lib/logger.js';
import { inDatabase } from '../support/database.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { query } from '../store/embedded/scratch.js';
import { until } from '../support/until.js';

/** Kysely's; whoever holds it keeps every other node from migrating. */
const MIGRATION_LOCK = 'SELECT pg_advisory_xact_lock(3853314791062309107)';
const PROBES = ['live', 'startup', 'ready'] as const;
/** Far more than a probe may take, on a machine that is busy; far less than any time limit of the database. */
const WITHIN = () => AbortSignal.timeout(4_000);

let around: TestApp;
/** Between the node and its database. */
let proxy: Proxy;
/** Over the proxy; shared, since a start takes far longer than a look. Each test leaves it ready. */
let node: App;

beforeAll(async () => {
  around = await startAppWithSimulator();
  proxy = await startProxy(around.databaseUrl);
  node = createApp(parseConfig({ ...around.env, DATABASE_URL: proxy.url }), silentLogger);
  await node.start();
});
afterEach(async () => {
  await proxy.mend();
  await isReadyAgain();
});
afterAll(async () => {
  // A stop waits for what is under way: nothing may be held up any more.
  await proxy.mend();
  await node.stop();
  await around.stop();
  await proxy.stop();
});

interface Health {
  readonly status: number;
  readonly body: { status: string; problems?: string[]; degraded?: string[] };
}

async function probe(url: string, which: (typeof PROBES)[number], method = 'GET'): Promise<Health> {
  const response = await fetch(`${url}/health/${which}`, { method, signal: WITHIN() });
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const text = await response.text();
  // Neither a host, nor a port, nor a user of what stands behind.
  expect(text).not.toMatch(/127\.0\.0\.1|localhost|postgres:|\d{4,}/);
  return { status: response.status, body: method === 'HEAD' ? { status: text } : JSON.parse(text) };
}

const ready = () => probe(node.url, 'ready');
const isReady = async () => (await ready()).body.status === 'ready';
const told = async () => (await ready()).body.problems ?? [];
const isReadyAgain = () => until('it to be ready again', isReady, 20_000);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Connections to the database of a test, of this look not counted. */
async function connectionsOf(databaseUrl: string): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  return Number((await query(databaseUrl, sql))[0]?.['count']);
}

/** Statements that wait for a lock. */
async function waitingFor(databaseUrl: string): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return Number((await query(databaseUrl, sql))[0]?.['count']);
}

const WITHOUT_LATEST =
  'CREATE TABLE away AS SELECT * FROM schema_migrations ORDER BY name DESC LIMIT 1; ' +
  'DELETE FROM schema_migrations WHERE name IN (SELECT name FROM away)';
const WITH_LATEST = 'INSERT INTO schema_migrations SELECT * FROM away; DROP TABLE away';
const CUT_OTHERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;
const CUT_LISTENERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'genesys-usage-graphql listener'`;

/** A transaction that holds what others wait for, until it is released. */
async function hold(databaseUrl: string, statement: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return {
    async release() {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}

/** Asks for a list, which waits for whoever has locked the table. */
async function list(url: string, token: string, signal: AbortSignal): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify({ query: '{ usageExecutions { totalCount } }' });
  await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal }).catch(() => {});
}

describe('a node that works', () => {
  it('is live, started and ready, by GET and by HEAD', async () => {
    const { url } = node;
    expect(await probe(url, 'live')).toEqual({ status: 200, body: { status: 'live' } });
    expect(await probe(url, 'startup')).toEqual({ status: 200, body: { status: 'started' } });
    const body = { status: 'ready', problems: [], degraded: [] };
    expect(await probe(url, 'ready')).toEqual({ status: 200, body });
    for (const which of PROBES)
      expect(await probe(url, which, 'HEAD')).toEqual({ status: 200, body: { status: '' } });
  });

  it('is ready and degraded while upstream fails, and ready again when it works', async () => {
    const { databaseUrl } = around;
    // As five failures in a row of different queries leave it.
    await inDatabase(
      databaseUrl,
      "INSERT INTO upstream_troubles (key, last_subject, failures, next_probe_at) VALUES ('host', 'q', 5, now() + interval '1 day')",
    );
    await until('the trouble to be told', async () => (await ready()).body.status === 'degraded');
    expect(await ready()).toEqual({
      status: 200,
      body: { status: 'degraded', problems: [], degraded: [expect.stringContaining('Genesys Cloud fails')] },
    });
    await inDatabase(databaseUrl, 'DELETE FROM upstream_troubles');
    await isReadyAgain();
  });
});

describe('a node whose database', () => {
  it('is gone is not ready, and live', async () => {
    const { url } = node;
    await proxy.cut();
    await until('it to be noticed', async () => (await told()).includes('the database can not be reached'));
    expect(await ready()).toMatchObject({ status: 503 });
    expect(await probe(url, 'live')).toMatchObject({ status: 200 });
    expect(await probe(url, 'startup')).toMatchObject({ status: 200 });
    await proxy.mend();
    await isReadyAgain();
  });

  it('does not answer tells so in time, however many ask, over one connection', async () => {
    const { url } = node;
    const before = await connectionsOf(around.databaseUrl);
    proxy.stall();
    const silent = 'the database does not answer in time';
    await until('it to be noticed', async () => (await told()).includes(silent), 30_000);
    const answers = await Promise.all(Array.from({ length: 50 }, () => probe(url, 'ready')));
    const problems = answers.map(({ body }) => body.problems?.[0]);
    expect(new Set(problems)).toEqual(new Set([silent]));
    expect(await probe(url, 'live')).toMatchObject({ status: 200 });
    // The look that hangs has its one connection; the others are those that there were.
    expect(await connectionsOf(around.databaseUrl)).toBeLessThanOrEqual(before + 1);
    await proxy.mend();
    await isReadyAgain();
  });

  it('is busy to the last connection of its pools is ready: work is no failure', async () => {
    const { databaseUrl } = around;
    const { url } = node;
    const held = await hold(databaseUrl, 'LOCK TABLE executions');
    const asking = new AbortController();
    const token = around.simulator.tokens.issue();
    const asks = Array.from({ length: 20 }, () => list(url, token, asking.signal));
    await until('all connections to wait', async () => (await waitingFor(databaseUrl)) >= 10);
    expect(await ready()).toMatchObject({ status: 200 });
    await held.release();
    asking.abort();
    await Promise.all(asks);
  });

  it('takes no writes is not ready', async () => {
    const { databaseUrl } = around;
    const name = new URL(databaseUrl).pathname.slice(1);
    await inDatabase(databaseUrl, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    // The setting is that of new connections.
    await query(databaseUrl, CUT_OTHERS);
    await until('it to be noticed', async () => (await told()).includes('the database is read-only'));
    await inDatabase(databaseUrl, `BEGIN READ WRITE; ALTER DATABASE ${name} RESET ALL; COMMIT`);
    await query(databaseUrl, CUT_OTHERS);
    await isReadyAgain();
  });

  it('has the schema of a later version is ready, and says so', async () => {
    const { databaseUrl } = around;
    await inDatabase(databaseUrl, "INSERT INTO schema_migrations VALUES ('999-later', 3)");
    await until('the later one', async () => (await ready()).body.status === 'degraded');
    const degraded = [expect.stringContaining('newer version')];
    expect(await ready()).toMatchObject({ status: 200, body: { problems: [], degraded } });
    await inDatabase(databaseUrl, "DELETE FROM schema_migrations WHERE name = '999-later'");
    await isReadyAgain();
  });

  it.each([
    ['an earlier version', WITHOUT_LATEST, WITH_LATEST],
    [
      'nobody',
      'ALTER TABLE schema_migrations RENAME TO away',
      'ALTER TABLE away RENAME TO schema_migrations',
    ],
  ])('has the schema of %s is not ready', async (_whose, spoil, mend) => {
    const { databaseUrl } = around;
    await inDatabase(databaseUrl, spoil);
    await until('it to be noticed', async () => (await ready()).status === 503);
    expect(await told()).toEqual(['the database does not have the schema of this version']);
    await inDatabase(databaseUrl, mend);
    await isReadyAgain();
  });
});

it('a node that does not hear of changes is not ready, though its database answers', async () => {
  const { databaseUrl } = around;
  // Whoever listens is cut off at once, for longer than a connection takes.
  let cutting = true;
  const cut = (async () => {
    while (cutting) await query(databaseUrl, CUT_LISTENERS);
  })();
  await until('it to be noticed', async () => {
    const { body } = await ready();
    return body.problems?.join() === 'changes are not being listened for';
  });
  cutting = false;
  await cut;
  await isReadyAgain();
});

describe('a node that starts', () => {
  it('is live, and neither started nor ready, for as long as another one migrates', async () => {
    const lock = await hold(around.databaseUrl, MIGRATION_LOCK);
    const port = await freePort();
    const starter = createApp(parseConfig({ ...around.env, PORT: String(port) }), silentLogger);
    const starting = starter.start();
    const url = `http://127.0.0.1:${port}`;
    const isThere = () =>
      fetch(`${url}/health/live`).then(
        () => true,
        () => false,
      );
    await until('somebody to answer', isThere);
    await until('the start to wait for the lock', async () => (await waitingFor(around.databaseUrl)) > 0);
    for (const method of ['GET', 'HEAD']) {
      expect(await probe(url, 'live', method)).toMatchObject({ status: 200 });
      expect(await probe(url, 'startup', method)).toMatchObject({ status: 503 });
      expect(await probe(url, 'ready', method)).toMatchObject({ status: 503 });
    }
    expect((await probe(url, 'ready')).body.problems).toEqual(['this node is starting']);
    const early = await fetch(`${url}/graphql?query={__typename}`);
    expect(early.status).toBe(503);
    expect(early.headers.get('retry-after')).toBe('1');
    expect(await early.json()).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });

    await lock.release();
    await starting;
    expect(starter.url).toBe(url);
    expect(await probe(url, 'startup')).toEqual({ status: 200, body: { status: 'started' } });
    await until('it to be ready', async () => (await probe(url, 'ready')).status === 200);
    await starter.stop();
  });

  it('leaves nobody at the door when its start fails', async () => {
    const port = await freePort();
    const nobody = { ...around.env, PORT: String(port), DATABASE_URL: 'postgres://127.0.0.1:1/none' };
    await expect(createApp(parseConfig(nobody), silentLogger).start()).rejects.toThrow('can not be used');
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
  });
});

it('a node that stops is not ready at once, and serves on until the balancer has had its time', async () => {
  const leaver = createApp(parseConfig({ ...around.env, DRAIN_MS: '1500' }), silentLogger);
  await leaver.start();
  const { url } = leaver;
  await until('it to be ready', async () => (await probe(url, 'ready')).status === 200);
  const stopping = leaver.stop();
  expect(await probe(url, 'ready')).toEqual({
    status: 503,
    body: { status: 'not ready', problems: ['this node is about to stop'], degraded: [] },
  });
  // No restart of what is ending by itself.
  expect(await probe(url, 'live')).toMatchObject({ status: 200 });
  expect(await probe(url, 'startup')).toMatchObject({ status: 200 });
  const headers = {
    'apollo-require-preflight': 'yes',
    authorization: `Bearer ${around.simulator.tokens.issue()}`,
  };
  const served = await fetch(`${url}/graphql?query={__typename}`, { headers });
  expect(await served.json()).toEqual({ data: { __typename: 'Query' } });
  await stopping;
  await expect(fetch(`${url}/health/live`)).rejects.toThrow();
});
