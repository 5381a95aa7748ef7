/** Nothing in the store's statements publishes: each change that the database tells of must be published beside it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { ExecutionStore } from '../../src/domain/ports/execution-store.js';
import { createCatchUp } from '../../src/events/catch-up.js';
import { type ChangeListener, createChangeListener } from '../../src/events/change-listener.js';
import { createExecutionPubSub, type ExecutionChange } from '../../src/events/execution-pubsub.js';
import { createPublishingStore } from '../../src/events/publishing-store.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createExecutionVersions } from '../../src/store/execution-versions.js';
import {
  createTestStore,
  EVERYTHING,
  FAILED,
  intent,
  LEASE_MS,
  NODE,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
  UPSTREAM_FAILED,
} from '../support/store.js';
import { until } from '../support/until.js';

let test: TestStore;
let store: ExecutionStore;
let listener: ChangeListener;
let told: ExecutionChange[];
let published: ExecutionChange[];

beforeAll(async () => {
  test = await createTestStore();
});
beforeEach(async () => {
  [told, published] = [[], []];
  store = createPublishingStore(test.store, (change) => published.push(change));
  listener = await createChangeListener({
    url: test.url,
    log: silentLogger,
    onChange: (change) => told.push(change),
    onConnected() {},
  });
});
afterEach(async () => {
  await listener.stop();
  await test.clear();
});
afterAll(() => test.stop());

const sorted = (changes: readonly ExecutionChange[]) =>
  changes.map(({ id, version, finishedIn }) => `${id} ${version} ${finishedIn}`).toSorted();

describe('a store that publishes', () => {
  it('publishes what the database tells of, for every move of an execution', async () => {
    const failed = { polled: false, failure: UPSTREAM_FAILED, nextPollInMs: LEASE_MS };
    await store.recordAttempt(await runningClaim(store), failed);
    await store.finish(await runningClaim(store), SUCCEEDED, [], TTL_MS);
    await store.finish(await runningClaim(store), FAILED, [], TTL_MS);
    const waiting = await runningClaim(store);
    await store.awaitCredentials(waiting, UPSTREAM_FAILED, 'MISSING');
    const credential = { credentialId: 'credential-2', sealed: null, onlyHere: true };
    expect(await store.lendCredential([waiting.execution.id], EVERYTHING, credential, NODE)).toHaveLength(1);
    await store.cancel(waiting.execution.id, EVERYTHING, TTL_MS);
    await until('the database to have told of all', () => told.length === 10);
    await until('as many to be published', () => published.length >= 10);
    expect(sorted(published)).toEqual(sorted(told));
  });

  it('publishes nothing of what changed nothing', async () => {
    const claim = await store.create(intent(), NODE, LEASE_MS);
    const late = { ...claim, fence: claim.fence - 1 };
    expect(await store.finish(late, FAILED, [], TTL_MS)).toBeNull();
    await store.renew(claim, LEASE_MS);
    await store.postpone(claim, LEASE_MS, 'BUDGET_USED_UP');
    expect(
      await store.cancel(claim.execution.id, { ...EVERYTHING, organizationId: 'org-2' }, TTL_MS),
    ).toBeNull();
    expect(published).toEqual([]);
  });
});

describe('catching up', () => {
  it('tells who listens of the present version, and asks about nothing else', async () => {
    const pubSub = createExecutionPubSub();
    const asked: string[] = [];
    const versions = createExecutionVersions(test.database.db);
    const heard: unknown[] = [];
    const { execution } = await runningClaim(test.store);
    await runningClaim(test.store);
    await pubSub.events.onExecution(execution.id, (event) => heard.push(event));
    await pubSub.events.onFinished('org-1', (event) => heard.push(event));
    const catchUp = createCatchUp({
      versions: { versionsOf: (ids) => (asked.push(...ids), versions.versionsOf(ids)) },
      pubSub,
      roundMs: 20,
    });
    await until('a round', () => heard.length >= 2);
    await catchUp.stop();
    expect(new Set(asked)).toEqual(new Set([execution.id]));
    expect(heard.slice(0, 2)).toEqual([
      { type: 'RESYNC' },
      { type: 'CHANGED', id: execution.id, version: 2 },
    ]);
  });

  it('goes on after the database was away, and knows that it was', async () => {
    const pubSub = createExecutionPubSub();
    let away = true;
    await pubSub.events.onExecution('exe_1', () => {});
    const catchUp = createCatchUp({
      versions: { versionsOf: async () => (away ? Promise.reject(new Error('away')) : []) },
      pubSub,
      roundMs: 5,
    });
    await until('the failure to be noticed', () => !catchUp.working);
    away = false;
    await until('the return', () => catchUp.working);
    await catchUp.stop();
  });
});
