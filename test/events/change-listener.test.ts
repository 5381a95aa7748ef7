import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import pg from 'pg';

import { type ChangeListener, createChangeListener } from '../../src/events/change-listener.js';
import type { ExecutionChange } from '../../src/events/execution-pubsub.js';
import { silentLogger } from '../../src/lib/logger.js';
import {
  claimedAgain,
  createTestStore,
  FAILED,
  runningClaim,
  type TestStore,
  TTL_MS,
} from '../support/store.js';
import { until } from '../support/until.js';

describe('the listener for changes', () => {
  let test: TestStore;
  let listener: ChangeListener;
  let changes: ExecutionChange[];
  let connects: number;

  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    changes = [];
    connects = 0;
    listener = await createChangeListener({
      url: test.url,
      log: silentLogger,
      onChange: (change) => changes.push(change),
      onConnected: () => (connects += 1),
    });
  });
  afterEach(() => listener.stop());
  afterAll(() => test.stop());

  const ofListener = `datname = current_database() AND application_name = 'genesys-usage-graphql listener'`;
  const kill = () => test.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${ofListener}`);

  /** From another database, since nobody may shut out himself. */
  async function letIn(allowed: boolean): Promise<void> {
    const url = new URL(test.url);
    const name = url.pathname.slice(1);
    url.pathname = '/postgres';
    const client = new pg.Client(url.href);
    await client.connect();
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${allowed}`);
    await client.end();
  }

  it('hears of every change that another connection makes, with the version', async () => {
    const { execution, ...claim } = await runningClaim(test.anotherNode());
    await test.store.recordAttempt({ ...claim, execution }, { polled: false, nextPollInMs: 1_000 });
    await until('both changes', () => changes.length === 2);
    expect(changes).toEqual([
      { id: execution.id, version: 2, finishedIn: null },
      { id: execution.id, version: 3, finishedIn: null },
    ]);
  });

  it('hears the organization when an execution ends', async () => {
    const owner = { organizationId: 'an org with spaces', scope: 'tenant', subjectId: 'user-1' };
    const claim = await runningClaim(test.store, { owner });
    await test.store.finish(claim, FAILED, [], TTL_MS);
    await until('the end', () => changes.length === 2);
    expect(changes[1]).toEqual({ id: claim.execution.id, version: 3, finishedIn: 'an org with spaces' });
  });

  it('hears nothing of what was rolled back or did not change the version', async () => {
    const claim = await claimedAgain(test.store);
    await until('the first change', () => changes.length === 1);
    await test.store.renew(claim, 1_000);
    await test.store.appendRows(claim, [], 'page-2');
    await test.store.release(claim);
    await test.query("NOTIFY execution_changed, '00000000-0000-0000-0000-000000000000 9 '");
    await until('what was sent last', () => changes.at(-1)?.version === 9);
    expect(changes).toHaveLength(2);
  });

  it('passes over junk on the channel', async () => {
    const id = '00000000-0000-0000-0000-000000000000';
    for (const payload of [
      '',
      'junk',
      `${id} x `,
      id,
      `${id} 1`,
      `${id} 1 a\nb`,
      `x${id} 1 `,
      '-'.repeat(7_000),
    ])
      await test.query(`SELECT pg_notify('execution_changed', $1)`, [payload]);
    await test.query(`SELECT pg_notify('execution_changed', $1)`, [`${id} 2 `]);
    await until('what can be read', () => changes.length > 0);
    expect(changes).toEqual([{ id: `exe_${id.replaceAll('-', '')}`, version: 2, finishedIn: null }]);
  });

  it('says that it has connected again after its connection was killed, and hears again', async () => {
    expect(connects).toBe(1);
    await kill();
    await until('the second connection', () => connects === 2);
    expect(listener.connected).toBe(true);
    await runningClaim(test.store);
    await until('a change', () => changes.length === 1);
  });

  it('knows that it is not connected while the database lets nobody in', async () => {
    await letIn(false);
    try {
      await kill();
      await until('the loss to be noticed', () => !listener.connected);
    } finally {
      await letIn(true);
    }
    await until('the return', () => listener.connected);
    expect(connects).toBe(2);
  });

  it('leaves no connection behind when it is stopped', async () => {
    await listener.stop();
    await until('its connection to close', async () => {
      return (await test.query(`SELECT 1 FROM pg_stat_activity WHERE ${ofListener}`)).length === 0;
    });
    expect(listener.connected).toBe(false);
  });

  it('can be stopped at once while it can not connect', async () => {
    await letIn(false);
    try {
      await kill();
      await until('the loss to be noticed', () => !listener.connected);
      await listener.stop();
    } finally {
      await letIn(true);
    }
  });
});
