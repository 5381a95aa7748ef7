import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { silentLogger } from '../../src/lib/logger.js';
import { createDatabase, type Database } from '../../src/store/database.js';
import { availability } from '../../src/store/errors.js';
import { createExecutionStore } from '../../src/store/execution-store.js';
import { createSealedTokenStore } from '../../src/store/sealed-tokens.js';
import {
  claimedAgain,
  createTestStore,
  EVERYTHING,
  intent,
  LEASE_MS,
  NODE,
  runningClaim,
  type TestStore,
} from '../support/store.js';
import { until } from '../support/until.js';

const UNAVAILABLE = { name: 'RequestError', code: 'SERVICE_UNAVAILABLE', retryable: true };

async function failure(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason,
  );
  return error as Error;
}

describe('a store that can not be reached', () => {
  let nobody: Database;
  beforeEach(() => {
    nobody = createDatabase('postgres://user:hunter2@127.0.0.1:1/none', silentLogger);
  });
  afterEach(() => nobody.stop());

  it('says so in a way that may be shown, on a read, on a write and in a transaction', async () => {
    const store = createExecutionStore(nobody.db);
    for (const work of [
      store.get('x', EVERYTHING),
      store.claimDue(NODE, 1, 1),
      store.create(intent(), NODE, 1),
    ]) {
      const error = await failure(work);
      expect(error).toMatchObject(UNAVAILABLE);
      expect(error.message).not.toMatch(/hunter2|127\.0\.0\.1|ECONNREFUSED/);
      expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it.each(['EAI_AGAIN', 'ENETUNREACH', 'ENOTFOUND', 'ECONNRESET', '08006', '53300', '57P01', '57P03'])(
    'is told by the code %s',
    async (code) => {
      const methods = availability({
        ask: async () => Promise.reject(Object.assign(new Error('no'), { code })),
      });
      expect(await failure(methods.ask())).toMatchObject(UNAVAILABLE);
    },
  );

  it.each(['23505', '42601', '22P02', undefined])('is not what the code %s means', async (code) => {
    const wrong = Object.assign(new Error('no'), { code });
    const methods = availability({ ask: async () => Promise.reject(wrong) });
    expect(await failure(methods.ask())).toBe(wrong);
  });
});

describe('a store whose connections are cut', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  afterAll(() => test.stop());

  const cut = () =>
    test.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'genesys-usage-graphql'`,
    );

  it('answers again by itself, and what was acknowledged is there', async () => {
    const { execution } = await runningClaim(test.store);
    await cut();
    await until('the store to answer', () => test.store.get(execution.id, EVERYTHING).catch(() => null));
    expect(await test.store.get(execution.id, EVERYTHING)).toEqual(execution);
  });

  it('fails a statement that was under way, retryably, and leaves nothing half done', async () => {
    await test.clear();
    const holder = new pg.Client(test.url);
    await holder.connect();
    const claim = await claimedAgain(test.store);
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM executions FOR UPDATE');
    const appending = failure(test.store.appendRows(claim, [], 'page-2'));
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await until('the statement to wait', async () => (await test.query(waits)).length > 0);
    await cut();
    expect(await appending).toMatchObject(UNAVAILABLE);
    await holder.end();
    expect(await test.query('SELECT drain_cursor FROM executions')).toEqual([{ drain_cursor: null }]);
    expect(await test.store.renew(claim, LEASE_MS)).toBe(true);
  });
});

describe('tokens at rest', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  const sealed = { keyId: 'k1', sealed: Buffer.from('sealed') };
  const age = () => test.query(`UPDATE credentials SET updated_at = now() - interval '2 minutes'`);

  it('are kept while an open execution needs them, and swept when none does', async () => {
    const tokens = createSealedTokenStore(test.database.db);
    const claim = await test.store.create(intent({ sealedCredential: sealed }), NODE, LEASE_MS);
    await age();
    expect(await tokens.sweep()).toBe(0);
    expect(await tokens.load('credential-1')).toEqual(sealed);
    await test.store.cancel(claim.execution.id, EVERYTHING, 1_000);
    expect(await tokens.sweep()).toBe(1);
    expect(await tokens.load('credential-1')).toBeNull();
  });

  it('are not swept within a minute of their last use', async () => {
    const tokens = createSealedTokenStore(test.database.db);
    const claim = await test.store.create(intent({ sealedCredential: sealed }), NODE, LEASE_MS);
    await test.store.cancel(claim.execution.id, EVERYTHING, 1_000);
    expect(await tokens.sweep()).toBe(0);
  });

  it('survive a sweep that meets a start of the same caller', async () => {
    const tokens = createSealedTokenStore(test.database.db);
    const before = await test.store.create(intent({ sealedCredential: sealed }), NODE, LEASE_MS);
    await test.store.cancel(before.execution.id, EVERYTHING, 1_000);
    await age();
    const starting = new pg.Client(test.url);
    await starting.connect();
    await starting.query('BEGIN');
    await starting.query('UPDATE credentials SET updated_at = now()');
    const sweeping = tokens.sweep();
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await until('the sweep to wait', async () => (await test.query(waits)).length > 0);
    await starting.query('COMMIT');
    await starting.end();
    expect(await sweeping).toBe(0);
  });
});
