import { connect } from 'node:net';
import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { ExportUrls } from '../documents/export.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, closeClients, dataOf, execute } from '../support/clients.js';
import { inDatabase } from '../support/database.js';
import { csvPath, download, jsonLinesPath, replaceRows, textOf, uuidOf } from '../support/exports.js';
import { readPage } from '../support/rows.js';
import { finishedId, INTERVAL, startedId } from '../support/starts.js';
import { until } from '../support/until.js';

const HEADER =
  'date,oauthClientId,oauthClientName,organizationId,userId,userName,platform,httpMethod,templateUri,' +
  'requests,status200,status300,status400,status429,status500';
/** More than a socket and all the buffers before it hold. */
const MANY = 100_000;

let app: TestApp;
let id: string;
beforeAll(async () => {
  app = await startAppWithSimulator();
  id = await finishedId(app.url, 'ORGANIZATION_QUERY', { groupBy: ['OAUTH_CLIENT', 'USER', 'TEMPLATE_URI'] });
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(() => app?.stop());

const errorOf = (body: Buffer) => JSON.parse(body.toString()) as { errors: object[] };
const setExpiry = (of: string, when: string) =>
  inDatabase(app.databaseUrl, `UPDATE executions SET expires_at = ${when} WHERE id = '${uuidOf(of)}'`);

describe('exportUrl', () => {
  it('is null until the execution has succeeded, then a path for each format', async () => {
    app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const running = await startedId(app.url);
    const { usageExecution: open } = dataOf(await execute(app.url, ExportUrls, { id: running }));
    const { usageExecution: done } = dataOf(await execute(app.url, ExportUrls, { id }));

    expect(open).toEqual({ csv: null, jsonl: null });
    expect(done).toEqual({ csv: csvPath(id), jsonl: jsonLinesPath(id) });
  });
});

describe('an export', () => {
  it('has as CSV what the rows have, in their order and with the names that were looked up', async () => {
    const { rows } = await readPage(app.url, id);
    const exported = await download(app.url, csvPath(id));
    const [header, ...lines] = textOf(exported).split('\r\n');

    expect(exported.status).toBe(200);
    expect(header).toBe(HEADER);
    expect(lines.pop()).toBe('');
    expect(lines.slice(0, rows.nodes.length)).toEqual(
      rows.nodes.map((row) =>
        [
          row.date,
          row.oauthClient?.id,
          row.oauthClient?.name,
          row.organizationId,
          row.user?.id,
          row.user?.name,
          row.platform,
          row.httpMethod,
          row.templateUri,
          row.requests,
          row.status200,
          row.status300,
          row.status400,
          row.status429,
          row.status500,
        ]
          .map((value) => value ?? '')
          .join(','),
      ),
    );
    expect(lines).toHaveLength(rows.totalCount);
    expect(rows.nodes.some(({ user }) => user?.name)).toBe(true);
  });

  it('has as JSON Lines the same fields, nulls included', async () => {
    const { rows } = await readPage(app.url, id);
    const lines = textOf(await download(app.url, jsonLinesPath(id))).split('\n');
    const first = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    const [{ user, oauthClient, ...row }] = rows.nodes as [(typeof rows.nodes)[number]];

    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(rows.totalCount);
    expect(Object.keys(first)).toEqual(HEADER.split(','));
    expect(first).toEqual({
      ...row,
      oauthClientId: oauthClient?.id,
      oauthClientName: oauthClient?.name,
      userId: user?.id ?? null,
      userName: user?.name ?? null,
    });
  });

  it.each([
    ['csv', 'text/csv; charset=utf-8; header=present'],
    ['jsonl', 'application/jsonl; charset=utf-8'],
  ])('as %s says what it is, what it is called, and that it is private', async (extension, contentType) => {
    const { headers } = await download(app.url, `/executions/${id}/rows.${extension}`);

    expect(headers).toMatchObject({
      'content-type': contentType,
      'content-disposition': `attachment; filename="usage-organization-query-${INTERVAL.replace('/', '_')}-${id}.${extension}"`,
      'cache-control': expect.stringMatching(/^private/),
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.anything(),
    });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('is gzipped when the client takes it, and then the same', async () => {
    const plain = await download(app.url, csvPath(id));
    const gzipped = await download(app.url, csvPath(id), { headers: { 'accept-encoding': 'br, gzip' } });
    const refused = await download(app.url, csvPath(id), { headers: { 'accept-encoding': '*, gzip;q=0' } });

    expect(gzipped.headers['content-encoding']).toBe('gzip');
    expect(gzipped.body.length).toBeLessThan(plain.body.length / 2);
    expect(textOf(gzipped)).toBe(textOf(plain));
    expect(refused.headers).not.toHaveProperty('content-encoding');
  });

  it('tells a HEAD the same headers without a body', async () => {
    const { headers: full } = await download(app.url, csvPath(id));
    const { status, headers, body } = await download(app.url, csvPath(id), { method: 'HEAD' });
    const comparable = ({ date: _date, 'x-request-id': _id, ...rest }: typeof full) => rest;

    expect(status).toBe(200);
    expect(body).toHaveLength(0);
    expect({ ...comparable(headers), 'transfer-encoding': 'chunked' }).toEqual(comparable(full));
  });

  it('without rows is the header alone', async () => {
    const empty = await finishedId(app.url);
    await replaceRows(app.databaseUrl, empty, 0);

    expect(textOf(await download(app.url, csvPath(empty)))).toBe(`${HEADER}\r\n`);
    expect(textOf(await download(app.url, jsonLinesPath(empty)))).toBe('');
  });

  it('goes on without names when upstream can not be asked for them, and asks once', async () => {
    const large = await finishedId(app.url);
    await replaceRows(app.databaseUrl, large, 10_000);
    await inDatabase(
      app.databaseUrl,
      `UPDATE usage_rows SET user_name = NULL WHERE execution_id = '${uuidOf(large)}'`,
    );
    const down = app.simulator.faults.inject(
      { kind: 'status', status: 503 },
      { path: (path) => path.startsWith('/api/v2/users?') },
    );
    const lines = textOf(await download(app.url, csvPath(large))).split('\r\n');

    expect(lines).toHaveLength(10_002);
    expect(lines[1]).toMatch(/,Client 1,,[0-9a-f-]{36},,PublicApi,/);
    // One look-up of 900 users, in calls of 100.
    expect(down.hits).toBeLessThanOrEqual(9);
  });
});

describe('an export is refused', () => {
  const notFound = {
    errors: [{ message: expect.any(String), extensions: expect.objectContaining({ code: 'NOT_FOUND' }) }],
  };

  it.each([
    ['an unknown id', () => `exe_${'0'.repeat(32)}`],
    ['no id at all', () => "1'; DROP TABLE executions"],
  ])('with 404 for %s', async (_name, unknown) => {
    const { status, body } = await download(app.url, csvPath(encodeURIComponent(unknown())));
    expect(status).toBe(404);
    expect(errorOf(body)).toEqual(notFound);
  });

  it.each(['demo-other-org', 'demo-none', 'demo-viewer'])(
    'with 404 for %s, who may not see it',
    async (token) => {
      const unknown = await download(app.url, csvPath(`exe_${'0'.repeat(32)}`), { token });
      const { status, body } = await download(app.url, csvPath(id), { token });
      expect(status).toBe(404);
      expect(errorOf(body)).toEqual(notFound);
      expect(body).toEqual(unknown.body);
    },
  );

  it('with 404 for one that has expired, and with HEAD too', async () => {
    const expired = await finishedId(app.url);
    await setExpiry(expired, 'now()');
    const { status, body } = await download(app.url, jsonLinesPath(expired));
    expect(status).toBe(404);
    expect(errorOf(body)).toEqual(notFound);
    expect((await download(app.url, csvPath(expired), { method: 'HEAD' })).status).toBe(404);
  });

  it.each([
    ['still runs', 'Running', true],
    ['has failed', 'Failed', false],
  ])('with 409 for one that %s', async (_name, queryStatus, retryable) => {
    app.simulator.faults.inject({ kind: 'job-status', queryStatus });
    const without = await startedId(app.url);
    await until('a poll', async () => {
      const { body } = await download(app.url, csvPath(without));
      return retryable === /RUNNING|QUEUED/.test(body.toString());
    });
    const { status, body, headers } = await download(app.url, csvPath(without));
    expect(status).toBe(409);
    expect(errorOf(body)).toMatchObject({ errors: [{ extensions: { code: 'NOT_SUCCEEDED', retryable } }] });
    expect(headers).not.toHaveProperty('content-disposition');
  });

  it.each([null, 'nonsense'])('with 401 for the token %s', async (token) => {
    const { status, body } = await download(app.url, csvPath(id), { token });
    expect(status).toBe(401);
    expect(errorOf(body)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describe('a large export', () => {
  let large: string;
  let database: pg.Client;
  beforeAll(async () => {
    large = await finishedId(app.url);
    await replaceRows(app.databaseUrl, large, MANY);
    database = new pg.Client({ connectionString: app.databaseUrl });
    await database.connect();
  });
  afterAll(() => database?.end());

  /** Statements of the application that run just now. */
  const running = async () =>
    (
      await database.query(
        `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
         AND query LIKE '%usage_rows%' AND pid <> pg_backend_pid()`,
      )
    ).rows;

  /** A client that reads nothing until it is told to. */
  async function openSlowly(path: string, version = '1.1') {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET ${path} HTTP/${version}\r\nhost: ${hostname}\r\nauthorization: ${authorization('demo-admin')['authorization']}\r\n\r\n`,
    );
    await once(socket, 'readable');
    return socket;
  }

  it('has every row once and in order', async () => {
    const lines = textOf(await download(app.url, csvPath(large), { headers: { 'accept-encoding': 'gzip' } }))
      .trimEnd()
      .split('\r\n');
    expect(lines.slice(1).map((line) => Number(line.split(',')[9]))).toEqual(
      Array.from({ length: MANY }, (_, i) => i + 1),
    );
  });

  it('stops its statement at once when the client goes away', async () => {
    const locker = new pg.Client({ connectionString: app.databaseUrl });
    await locker.connect();
    try {
      const socket = await openSlowly(csvPath(large));
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE usage_rows IN ACCESS EXCLUSIVE MODE');
      socket.resume();
      await until('a read that waits', async () => (await running()).length > 0);

      socket.destroy();

      await until('no statement to run', async () => (await running()).length === 0, 5_000);
    } finally {
      await locker.end();
    }
  });

  it('reads no further when the client has gone away between two reads', async () => {
    const socket = await openSlowly(csvPath(large));
    socket.destroy();
    await until('the connections of the application to be idle', async () => (await running()).length === 0);
    await database.query('BEGIN');
    await database.query('LOCK TABLE usage_rows IN ACCESS EXCLUSIVE MODE');
    // Whatever reads on, waits for the lock from now on.
    for (let look = 0; look < 20; look += 1) {
      expect(await running()).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await database.query('ROLLBACK');
  });

  it.each([
    ['1.1', 'without its end'],
    ['1.0', 'by a reset'],
  ])('is cut off when rows are gone half way (HTTP/%s, %s)', async (version) => {
    const expiring = await finishedId(app.url);
    await replaceRows(app.databaseUrl, expiring, MANY);
    const socket = await openSlowly(csvPath(expiring), version);
    await inDatabase(
      app.databaseUrl,
      `DELETE FROM usage_rows WHERE execution_id = '${uuidOf(expiring)}' AND position > ${MANY - 10}`,
    );
    let last = '';
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      socket.on('data', (chunk: Buffer) => (last = (last + chunk.toString()).slice(-10)));
      socket.on('error', resolve).on('end', () => resolve(null));
    });
    expect(error?.code).toBe('ECONNRESET');
    expect(last).not.toBe('\r\n0\r\n\r\n');
  });

  it('is answered with a plain error when the store fails before the first row', async () => {
    await inDatabase(app.databaseUrl, 'ALTER TABLE usage_rows RENAME TO elsewhere');
    const { status, body, headers } = await download(app.url, csvPath(large));
    await inDatabase(app.databaseUrl, 'ALTER TABLE elsewhere RENAME TO usage_rows');

    expect(status).toBe(500);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(errorOf(body)).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
  });
});
