import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import type { Execution } from '../../src/domain/execution.js';
import type { Claim, ExecutionStore } from '../../src/domain/ports/execution-store.js';
import { createProgressStore } from '../../src/events/publishing-store.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createProgressNotices, type ProgressNotices } from '../../src/store/progress-notices.js';
import {
  createTestStore,
  EVERYTHING,
  intent,
  LEASE_MS,
  NODE,
  numberedRows,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
} from '../support/store.js';
import { until } from '../support/until.js';
import { collect, startWatching, type Watching } from '../support/watching.js';

describe('watching an execution', () => {
  let test: TestStore;
  let watching: Watching;
  let progress: ProgressNotices;
  let pollerStore: ExecutionStore;
  beforeAll(async () => {
    test = await createTestStore();
    progress = createProgressNotices(test.database.db, silentLogger);
    pollerStore = createProgressStore(test.store, progress.tell);
  });
  beforeEach(async () => {
    watching = await startWatching(test.store, test.url);
  });
  afterEach(async () => {
    await until('every listener to be released', () => watching.listeners() === 0);
    await watching.stop();
  });
  afterAll(async () => {
    await progress.stop();
    await test.stop();
  });

  const watch = (claim: Claim, finalOnly = false, visibility = EVERYTHING) =>
    watching.watch.execution(claim.execution.id, visibility, finalOnly);
  const poll = (claim: Claim) => pollerStore.recordAttempt(claim, { polled: true, nextPollInMs: LEASE_MS });
  const finish = (claim: Claim) => test.store.finish(claim, SUCCEEDED, numberedRows(1), TTL_MS);
  const states = (executions: readonly Execution[]) =>
    executions.map(({ version, status }) => `${version} ${status}`);

  it('shows the present state, every change, the final one, and ends', async () => {
    const claim = await test.store.create(intent(), NODE, LEASE_MS);
    const { items, ended } = collect(await watch(claim));
    await until('the present state', () => items.length === 1);
    await test.store.recordSubmitted(claim, 'upstream-1', LEASE_MS);
    await until('the first change', () => items.length === 2);
    await poll(claim);
    await until('the second change', () => items.length === 3);
    await finish(claim);
    expect(states(await ended)).toEqual(['1 QUEUED', '2 RUNNING', '3 RUNNING', '4 SUCCEEDED']);
    expect(items.at(-1)).toEqual(await test.store.get(claim.execution.id, EVERYTHING));
  });

  it('shows the final state alone when nothing else is wanted', async () => {
    const claim = await runningClaim(test.store);
    const { items, ended } = collect(await watch(claim, true));
    await poll(claim);
    // Longer than polls are gathered before they are told.
    await delay(150);
    expect(items).toEqual([]);
    await finish(claim);
    expect(states(await ended)).toEqual(['4 SUCCEEDED']);
  });

  it.each([true, false])(
    'shows the final state to whoever comes after it (finalOnly: %s)',
    async (finalOnly) => {
      const claim = await runningClaim(test.store);
      await finish(claim);
      expect(states(await collect(await watch(claim, finalOnly)).ended)).toEqual(['3 SUCCEEDED']);
    },
  );

  it('shows a cancel as the final state', async () => {
    const claim = await runningClaim(test.store);
    const { ended } = collect(await watch(claim, true));
    await test.store.cancel(claim.execution.id, EVERYTHING, TTL_MS);
    expect(states(await ended)).toEqual(['3 CANCELED']);
  });

  it('shows exactly one final state to each of 300 that subscribe around the end', async () => {
    const claims = await Promise.all([1, 2, 3].map(() => runningClaim(test.store)));
    const subscribe = async (i: number) => {
      await delay((i % 100) * 1.5);
      return collect(await watch(claims[i % 3]!, i % 2 === 0)).ended;
    };
    const subscribers = Array.from({ length: 300 }, (_, i) => subscribe(i));
    await delay(40);
    for (const claim of claims) {
      await poll(claim);
      await finish(claim);
    }
    for (const executions of await Promise.all(subscribers)) {
      expect(executions.filter(({ finishedAt }) => finishedAt)).toHaveLength(1);
      expect(executions.at(-1)).toMatchObject({ status: 'SUCCEEDED', version: 4 });
      const versions = executions.map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    }
  });

  it('reaches the final state when its notification was lost with the connection', async () => {
    const claim = await runningClaim(test.store);
    const { ended } = collect(await watch(claim, true));
    await test.query('ALTER TABLE executions DISABLE TRIGGER execution_changed');
    await finish(claim);
    await test.query('ALTER TABLE executions ENABLE TRIGGER execution_changed');
    await test.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'genesys-usage-graphql listener'`,
    );
    expect(states(await ended)).toEqual(['3 SUCCEEDED']);
  });

  it('would wait for ever without being told to read again', async () => {
    const claim = await runningClaim(test.store);
    const stream = await watch(claim, true);
    const { items } = collect(stream);
    await test.query('ALTER TABLE executions DISABLE TRIGGER execution_changed');
    await finish(claim);
    await test.query('ALTER TABLE executions ENABLE TRIGGER execution_changed');
    await delay(100);
    expect(items).toEqual([]);
    await stream.return?.();
  });

  it('gives a slow consumer the latest version and the final one, and none twice', async () => {
    const claim = await runningClaim(test.store);
    const stream = await watch(claim);
    expect((await stream.next()).value?.version).toBe(2);
    for (let i = 0; i < 5; i += 1) await poll(claim);
    await finish(claim);
    await until('the end to be noticed', () => watching.listeners() === 0);
    expect(states(await collect(stream).ended)).toEqual(['8 SUCCEEDED']);
  });

  it('releases its listener at once when the consumer leaves while nothing happens', async () => {
    const stream = await watch(await runningClaim(test.store));
    await stream.next();
    const idle = stream.next();
    expect(watching.listeners()).toBe(1);
    await stream.return?.();
    expect(watching.listeners()).toBe(0);
    expect(await idle).toMatchObject({ done: true });
  });

  it.each([
    ['unknown', EVERYTHING, 'exe_0f0e0d0c0b0a49088706050403020100'],
    ['none', EVERYTHING, 'junk'],
    ['another organization’s', { ...EVERYTHING, organizationId: 'org-2' }, null],
    ['of another scope', { ...EVERYTHING, scope: 'client:client-1' }, null],
    ['of an operation without permission', { ...EVERYTHING, operations: [] }, null],
  ])('refuses an id that is %s, and leaves no listener', async (_what, visibility, id) => {
    const claim = await runningClaim(test.store);
    const watched = watching.watch.execution(id ?? claim.execution.id, visibility, false);
    await expect(watched).rejects.toMatchObject({ name: 'RequestError', code: 'NOT_FOUND' });
    expect(watching.listeners()).toBe(0);
  });

  it('refuses what has expired', async () => {
    const claim = await runningClaim(test.store);
    await test.store.finish(claim, SUCCEEDED, [], 0);
    await until('it to expire', async () => (await test.store.get(claim.execution.id, EVERYTHING)) === null);
    await expect(watch(claim)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('reads once for all who watch the same execution', async () => {
    let reads = 0;
    const store = {
      ...test.store,
      getMany: (ids: readonly string[]) => ((reads += 1), test.store.getMany(ids)),
    };
    const other = await startWatching(store);
    const claim = await runningClaim(test.store);
    const streams = await Promise.all(
      Array.from({ length: 50 }, () => other.watch.execution(claim.execution.id, EVERYTHING, true)),
    );
    // What they were given first: they came together.
    expect(reads).toBe(1);
    await finish(claim);
    await other.pubSub.publish({ id: claim.execution.id, version: 3, finishedIn: null });
    await Promise.all(streams.map((stream) => collect(stream).ended));
    expect(reads).toBe(2);
  });

  it('goes on when a read fails', async () => {
    let failing = false;
    const getMany = (ids: readonly string[]) =>
      failing ? Promise.reject(new Error('away')) : test.store.getMany(ids);
    const other = await startWatching({ ...test.store, getMany });
    const claim = await runningClaim(test.store);
    const { ended } = collect(await other.watch.execution(claim.execution.id, EVERYTHING, true));
    failing = true;
    await finish(claim);
    await other.pubSub.publish({ id: claim.execution.id, version: 3, finishedIn: null });
    await delay(50);
    failing = false;
    expect(states(await ended)).toEqual(['3 SUCCEEDED']);
  });
});
