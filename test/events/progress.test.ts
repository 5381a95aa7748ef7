import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Claim, ExecutionStore } from '../../src/domain/ports/execution-store.js';
import { type ChangeListener, createChangeListener } from '../../src/events/change-listener.js';
import type { ExecutionChange } from '../../src/events/execution-pubsub.js';
import { createProgressStore } from '../../src/events/publishing-store.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createDatabase } from '../../src/store/database.js';
import { createProgressNotices, type ProgressNotices } from '../../src/store/progress-notices.js';
import { createTestStore, FAILED, LEASE_MS, runningClaim, type TestStore, TTL_MS } from '../support/store.js';
import { until } from '../support/until.js';

const STILL_RUNS = { polled: true, nextPollInMs: LEASE_MS };

describe('polls that found a query still running', () => {
  let test: TestStore;
  let listener: ChangeListener;
  let told: ExecutionChange[];
  let progress: ProgressNotices;
  let store: ExecutionStore;

  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    told = [];
    progress = createProgressNotices(test.database.db, silentLogger);
    store = createProgressStore(test.store, progress.tell);
    listener = await createChangeListener({
      url: test.url,
      log: silentLogger,
      onChange: (change) => told.push(change),
      onConnected() {},
    });
  });
  afterEach(async () => {
    await progress.stop();
    await listener.stop();
    await test.clear();
  });
  afterAll(() => test.stop());

  const versions = (claim: Claim) =>
    told.filter(({ id }) => id === claim.execution.id).map(({ version }) => version);

  it('are told by none of their transactions, so that these wait for no others', async () => {
    const claim = await runningClaim(test.store);
    await test.store.recordAttempt(claim, STILL_RUNS);
    const other = await runningClaim(test.store);
    await test.store.finish(other, FAILED, [], TTL_MS);
    await until('the end of the other', () => versions(other).length === 2);
    expect(versions(claim)).toEqual([2]);
  });

  it('are told when they are committed, with the version', async () => {
    const claims = await Promise.all(Array.from({ length: 100 }, () => runningClaim(test.store)));
    await Promise.all(claims.map((claim) => store.recordAttempt(claim, STILL_RUNS)));
    await until('all of them', () => claims.every((claim) => versions(claim).includes(3)));
    expect(told.every(({ finishedIn }) => finishedIn === null)).toBe(true);
    expect(told).toHaveLength(200);
  });

  it('are told before the node has left', async () => {
    const claim = await runningClaim(test.store);
    await store.recordAttempt(claim, STILL_RUNS);
    await progress.stop();
    await until('it', () => versions(claim).includes(3));
  });

  it('are forgotten where the database can not be told, and nothing else suffers', async () => {
    const gone = createDatabase(test.url, silentLogger);
    await gone.stop();
    const away = createProgressNotices(gone.db, silentLogger);
    const claim = await runningClaim(test.store);
    away.tell(claim.execution);
    await away.stop();
    await store.recordAttempt(claim, STILL_RUNS);
    await until('the next one', () => versions(claim).includes(3));
  });
});
