/** Backup and restore, as docs/backup.md says. */
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { createApp } from '../../src/app.js';
import { parseConfig } from '../../src/config.js';
import { silentLogger } from '../../src/lib/logger.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { post } from '../support/clients.js';
import { inDatabase } from '../support/database.js';
import { ending, startQuery, startSummary, SUCCESS } from '../process/client.js';
import { query, Scratch } from '../store/embedded/scratch.js';

let app: TestApp | undefined;
let scratch: Scratch | undefined;
afterEach(async () => {
  await app?.stop();
  await scratch?.remove();
  app = scratch = undefined;
});

/** What a result is, to the last row. */
const RESULT = `query ($id: ID!) { usageExecution(id: $id) {
  status version asOf totals { rowCount requests } rows(first: 1000) { nodes { date requests } } } }`;

const resultOf = async (url: string, id: string, token: string) =>
  (await post(url, { query: RESULT, variables: { id } }, token)).data as {
    usageExecution: Record<string, unknown> | null;
  };

describe('a database that is restored', () => {
  it('has each result to the last row, and open executions are asked for again and end', async () => {
    app = await startAppWithSimulator();
    const { databaseUrl, simulator } = app;
    const token = simulator.tokens.issue();
    const ended = await startQuery(app.url, 1, token);
    expect(await ending(app.url, ended, token)).toEqual(SUCCESS);
    const kept = await resultOf(app.url, ended, token);
    const busy = simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    const open = await startQuery(app.url, 2, token);
    const posts = () =>
      simulator.requests.filter(({ method, path }) => method === 'POST' && path.includes('/usage/')).length;

    // A copy as a snapshot has it: in the middle of things. The server makes it of a database that nobody uses.
    await app.node.stop();
    const name = new URL(databaseUrl).pathname.slice(1);
    const admin = new URL(databaseUrl);
    admin.pathname = '/postgres';
    await query(databaseUrl, 'SELECT 1');
    await inDatabase(admin.href, `CREATE DATABASE ${name}_backup TEMPLATE ${name}`);
    const last = await app.startNode();
    busy.remove();
    expect(await ending(last.url, open, token)).toEqual(SUCCESS);
    const later = await startQuery(last.url, 3, token);
    await ending(last.url, later, token);
    await last.stop();

    const before = posts();
    await inDatabase(admin.href, `DROP DATABASE ${name} WITH (FORCE)`);
    await inDatabase(admin.href, `ALTER DATABASE ${name}_backup RENAME TO ${name}`);
    const restored = await app.startNode();
    expect(await resultOf(restored.url, ended, token)).toEqual(kept);
    // It runs upstream still: it is asked for, and not started again.
    expect(await ending(restored.url, open, token)).toEqual(SUCCESS);
    expect(posts()).toBe(before);
    expect(await resultOf(restored.url, later, token)).toEqual({ usageExecution: null });
    const again = await startQuery(restored.url, 3, token);
    expect(await ending(restored.url, again, token)).toEqual(SUCCESS);
    await restored.stop();
  }, 60_000);
});

describe('the embedded database', () => {
  it('is copied while nothing runs, and the copy takes its place', async () => {
    scratch = await Scratch.create();
    const dataDir = scratch.dataDir('data');
    const config = () => parseConfig({ PORT: '0', DATA_DIR: dataDir });
    const node = createApp(config(), silentLogger);
    await node.start();
    const id = await startSummary(node.url, 1);
    expect(await ending(node.url, id)).toEqual(SUCCESS);
    const kept = await resultOf(node.url, id, 'demo-admin');
    await node.stop();

    // With owners and modes: PostgreSQL may run as another user than the one who copies.
    execFileSync('cp', ['-a', dataDir, `${dataDir}.backup`]);
    expect(realpathSync(join(`${dataDir}.backup`, 'postgres'))).toBe(join(`${dataDir}.backup`, 'postgres'));
    await rename(dataDir, `${dataDir}.lost`);
    await rename(`${dataDir}.backup`, dataDir);
    await chmod(dataDir, 0o755);
    const restored = createApp(config(), silentLogger);
    await restored.start();
    expect(await resultOf(restored.url, id, 'demo-admin')).toEqual(kept);
    await restored.stop();
  }, 60_000);
});
