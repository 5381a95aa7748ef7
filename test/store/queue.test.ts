import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import type { Claim } from '../../src/domain/ports/execution-store.js';
import { claimDue } from '../../src/store/execution-queue.js';
import type { Tables } from '../../src/store/tables.js';
import { createTestStore, intent, LEASE_MS, NODE, runningClaim, type TestStore } from '../support/store.js';
import { until } from '../support/until.js';

const idsOf = (claims: readonly Claim[]) => claims.map(({ execution }) => execution.id);

describe('the poll queue', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  /** Many executions that are due, made in one statement. */
  async function fill(count: number, due = "now() - interval '1 second'"): Promise<void> {
    const { request } = intent();
    await test.query(
      `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, deadline_at, due_at)
       SELECT 'org-1', 'tenant', 'user-1', 'credential-1', 'ORGANIZATION_QUERY', $2, now() + interval '1 hour', ${due}
       FROM generate_series(1, $1) AS n`,
      [count, JSON.stringify(request)],
    );
  }

  it('gives a new execution to nobody but its maker while the lease lasts', async () => {
    await test.store.create(intent(), NODE, LEASE_MS);
    expect(await test.store.claimDue('node-2', 10, LEASE_MS)).toEqual([]);
  });

  it('gives it to another node when the lease has ended, with a higher fence', async () => {
    const lost = await test.store.create(intent(), NODE, 0);
    const [taken] = await test.store.claimDue('node-2', 10, LEASE_MS);
    expect(taken).toMatchObject({ execution: { id: lost.execution.id }, fence: lost.fence + 1 });
  });

  it('claims each due execution once when many nodes claim at once', async () => {
    await fill(400);
    const nodes = Array.from({ length: 5 }, () => test.anotherNode());
    const claims: Claim[] = [];
    const drain = async (node: string, store = test.store) => {
      for (;;) {
        const some = await store.claimDue(node, 7, LEASE_MS);
        if (some.length === 0) return;
        claims.push(...some);
      }
    };
    await Promise.all(nodes.flatMap((store, i) => [drain(`a${i}`, store), drain(`b${i}`, store)]));
    expect(claims).toHaveLength(400);
    expect(new Set(idsOf(claims)).size).toBe(400);
    expect(claims.every(({ fence }) => fence === 2)).toBe(true);
  });

  it('would claim some twice without a lease', async () => {
    await fill(50);
    const twice = [await test.store.claimDue('a', 50, 0), await test.store.claimDue('b', 50, 0)];
    expect(new Set(twice.flatMap(idsOf)).size).toBe(50);
    expect(twice.flat()).toHaveLength(100);
  });

  it('takes those that have been due for the longest time, and no more than asked for', async () => {
    await fill(1, "now() - interval '1 hour'");
    const [oldest] = await test.query<{ id: string }>('SELECT id FROM executions');
    await fill(20);
    const claims = await test.store.claimDue(NODE, 3, LEASE_MS);
    expect(claims).toHaveLength(3);
    expect(idsOf(claims)).toContain(`exe_${oldest?.id.replaceAll('-', '')}`);
  });

  it('passes over an execution that another transaction holds', async () => {
    await fill(2);
    const holder = new pg.Client(test.url);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM executions LIMIT 1 FOR UPDATE');
    expect(await test.store.claimDue(NODE, 10, LEASE_MS)).toHaveLength(1);
    await holder.end();
  });

  it('tells the age and the deadline by the clock of the database', async () => {
    await runningClaim(test.store, { deadlineMs: 3_600_000 }, 0);
    await test.query(
      `UPDATE executions SET submitted_at = now() - interval '90 s', created_at = now() - interval '1 h'`,
    );
    const [claim] = await test.store.claimDue(NODE, 1, 0);
    expect(claim).toMatchObject({ pastDeadline: false, cursor: null });
    expect(claim?.ageMs).toBeGreaterThanOrEqual(90_000);
    expect(claim?.ageMs).toBeLessThan(100_000);
    await test.query('UPDATE executions SET deadline_at = now()');
    expect(await test.store.claimDue(NODE, 1, 0)).toMatchObject([{ pastDeadline: true }]);
  });

  it('counts the age of what was not submitted from its creation', async () => {
    await test.store.create(intent(), NODE, 0);
    await test.query(`UPDATE executions SET created_at = now() - interval '5 s'`);
    const [claim] = await test.store.claimDue(NODE, 1, LEASE_MS);
    expect(claim?.ageMs).toBeGreaterThanOrEqual(5_000);
  });

  it('keeps an execution for the node that renews its lease', async () => {
    const claim = await test.store.create(intent(), NODE, 50);
    expect(await test.store.renew(claim, LEASE_MS)).toBe(true);
    expect(await test.store.msUntilNextDue(NODE)).toBeGreaterThan(LEASE_MS - 10_000);
    expect(await test.store.claimDue('node-2', 1, LEASE_MS)).toEqual([]);
  });

  it('neither renews nor releases what was given back meanwhile', async () => {
    const claim = await runningClaim(test.store, {}, 3 * LEASE_MS);
    expect(await test.store.renew(claim, LEASE_MS)).toBe(false);
    await test.store.release(claim);
    expect(await test.store.msUntilNextDue(NODE)).toBeGreaterThan(2 * LEASE_MS);
  });

  it('gives a released execution to the next node at once', async () => {
    const claim = await test.store.create(intent(), NODE, LEASE_MS);
    await test.store.release(claim);
    await until('the execution to be due', async () => (await test.store.msUntilNextDue(NODE)) === 0);
    expect(idsOf(await test.store.claimDue('node-2', 1, LEASE_MS))).toEqual([claim.execution.id]);
  });

  it('never gives an execution that is final', async () => {
    const claim = await test.store.create(intent(), NODE, 0);
    await test.query(`UPDATE executions SET status = 'CANCELED', finished_at = now(), due_at = NULL`);
    expect(await test.store.claimDue('node-2', 1, LEASE_MS)).toEqual([]);
    expect(await test.store.renew(claim, LEASE_MS)).toBe(false);
    await test.store.release(claim);
    expect(await test.store.msUntilNextDue(NODE)).toBeNull();
  });

  it('says how long it is until the next one is due', async () => {
    expect(await test.store.msUntilNextDue(NODE)).toBeNull();
    await fill(1, "now() + interval '30 s'");
    const ms = await test.store.msUntilNextDue(NODE);
    expect(ms).toBeGreaterThan(25_000);
    expect(ms).toBeLessThanOrEqual(30_000);
    await fill(1);
    expect(await test.store.msUntilNextDue(NODE)).toBe(0);
  });

  it('finds what is due by its index, however many executions have ended', async () => {
    await fill(5);
    await test.query(
      `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, deadline_at, status, finished_at)
       SELECT 'org-1', 'tenant', 'user-1', 'c', 'ORGANIZATION_QUERY', '{}', now(), 'SUCCEEDED', now() FROM generate_series(1, 5000)`,
    );
    await test.query('ANALYZE executions');
    const statements: { sql: string; parameters: readonly unknown[] }[] = [];
    const pool = new pg.Pool({ connectionString: test.url });
    const db = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      log: ({ query: { sql, parameters } }) => void statements.push({ sql, parameters }),
    });
    await claimDue(db, NODE, 10, 0);
    await db.destroy();
    const [statement] = statements;
    const plan = await test.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN ${statement?.sql}`,
      statement?.parameters,
    );
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toContain('executions_due');
    expect(text).not.toMatch(/Seq Scan on executions/);
  });
});
