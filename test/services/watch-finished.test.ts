import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

import type { Visibility } from '../../src/domain/caller.js';
import type { ExecutionFilter } from '../../src/domain/execution-filter.js';
import type { Execution } from '../../src/domain/execution.js';
import {
  createTestStore,
  EVERYTHING,
  FAILED,
  intent,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
} from '../support/store.js';
import { until } from '../support/until.js';
import { collect, startWatching, type Watching } from '../support/watching.js';

describe('watching all that ends', () => {
  let test: TestStore;
  let watching: Watching;
  const streams: AsyncIterableIterator<Execution>[] = [];

  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    await test.clear();
    watching = await startWatching(test.store, test.url);
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) await stream.return?.();
    expect(watching.listeners()).toBe(0);
    await watching.stop();
  });
  afterAll(() => test.stop());

  async function subscribe(filter: ExecutionFilter = {}, visibility: Visibility = EVERYTHING, by = watching) {
    const stream = await by.watch.finished(visibility, filter);
    streams.push(stream);
    return stream;
  }

  async function end(
    outcome: typeof SUCCEEDED | typeof FAILED = SUCCEEDED,
    owner = intent().owner,
  ): Promise<string> {
    const claim = await runningClaim(test.store, { owner });
    await test.store.finish(claim, outcome, [], TTL_MS);
    return claim.execution.id;
  }

  /** Ended executions without a notification, as many as wanted; gives their ids. */
  async function endSilently(count: number, finishedAt = 'clock_timestamp()'): Promise<string[]> {
    const rows = await test.query<{ id: string }>(
      `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, deadline_at, status, finished_at, expires_at)
       SELECT 'org-1', 'tenant', 'user-1', 'c', 'ORGANIZATION_QUERY', $2, now(), 'SUCCEEDED', ${finishedAt}, now() + interval '1 h'
       FROM generate_series(1, $1) RETURNING 'exe_' || replace(id::text, '-', '') AS id`,
      [count, JSON.stringify(intent().request)],
    );
    return rows.map(({ id }) => id);
  }

  const idsOf = (executions: readonly Execution[]) => executions.map(({ id }) => id);

  it('shows each execution that ends from now on, however it ends, once', async () => {
    await endSilently(1);
    const { items } = collect(await subscribe());
    const ended = [await end(), await end(FAILED)];
    await until('both', () => items.length === 2);
    expect(idsOf(items).sort()).toEqual(ended.sort());
  });

  it('shows what the filter and the visibility let through', async () => {
    const failures = collect(await subscribe({ statuses: ['FAILED'] }));
    const mine = collect(await subscribe({ subjectId: 'user-2' }));
    const foreign = collect(await subscribe({}, { ...EVERYTHING, organizationId: 'org-2' }));
    const client = collect(await subscribe({}, { ...EVERYTHING, scope: 'client:client-1' }));
    const all = collect(await subscribe());
    await end();
    const failed = await end(FAILED);
    const second = await end(SUCCEEDED, { ...intent().owner, subjectId: 'user-2' });
    await until('all of them', () => all.items.length === 3 && mine.items.length === 1);
    expect([idsOf(failures.items), idsOf(mine.items)]).toEqual([[failed], [second]]);
    expect([foreign.items, client.items]).toEqual([[], []]);
  });

  it('shows each once across any number of resyncs, those that were missed included', async () => {
    const { items } = collect(await subscribe());
    const ended = [await end()];
    await until('the first', () => items.length === 1);
    ended.push(...(await endSilently(3)));
    for (let i = 0; i < 3; i += 1) {
      watching.pubSub.resync();
      await delay(20);
    }
    await until('what was missed', () => items.length >= 4);
    ended.push(await end());
    await until('the last', () => items.length >= 5);
    expect(idsOf(items).sort()).toEqual(ended.sort());
  });

  it('shows after a resync nothing that had ended before the subscription', async () => {
    await endSilently(1, "now() - interval '1 s'");
    const { items } = collect(await subscribe());
    watching.pubSub.resync();
    const after = await end();
    await until('what ended after', () => items.length > 0);
    expect(idsOf(items)).toEqual([after]);
  });

  it('catches up when more have ended than it keeps for a slow consumer', async () => {
    const stream = await subscribe();
    const ended = await endSilently(2_500);
    watching.pubSub.resync();
    await until('the first of them', async () => (await test.store.count(EVERYTHING, {})) === 2_500);
    await delay(100);
    const { items } = collect(stream);
    await until('all of them', () => items.length >= 2_500);
    expect(new Set(idsOf(items)).size).toBe(2_500);
    expect(idsOf(items)).toHaveLength(ended.length);
  });

  it('loses none of those for which there was no place, however much later the next one ends', async () => {
    const stream = await subscribe();
    await endSilently(1_001);
    watching.pubSub.resync();
    await until('it to be full', async () => {
      await delay(50);
      return true;
    });
    // Room for one, which is then taken by something that ended long after what found no place.
    const first = await stream.next();
    const [later] = await endSilently(1, "now() + interval '10 minutes'");
    await watching.pubSub.publish({ id: later!, version: 1, finishedIn: 'org-1' });
    await delay(50);
    const { items } = collect(stream);
    await until('all of them', () => items.length === 1_001, 5_000);
    expect(new Set([first.value?.id, ...idsOf(items)]).size).toBe(1_002);
  });

  it('shows after a resync what was ending when the subscription began', async () => {
    const claim = await runningClaim(test.store);
    const quiet = await startWatching(test.store);
    const holder = new pg.Client(test.url);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM executions FOR UPDATE');
    const ending = test.store.finish(claim, SUCCEEDED, [], TTL_MS);
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await until('the end to wait', async () => (await test.query(waits)).length > 0);
    await delay(5);
    const { items } = collect(await subscribe({}, EVERYTHING, quiet));
    await holder.end();
    await ending;
    quiet.pubSub.resync();
    await until('it', () => items.length === 1, 3_000);
    expect(idsOf(items)).toEqual([claim.execution.id]);
  });

  it('reads no more than lately, also when nothing that ends passes its filter', async () => {
    const since: Date[] = [];
    const finishedSince: TestStore['store']['finishedSince'] = (visibility, from) => {
      since.push(from);
      return test.store.finishedSince(visibility, from);
    };
    const other = await startWatching({ ...test.store, finishedSince });
    const { items } = collect(await subscribe({ statuses: ['FAILED'] }, EVERYTHING, other));
    const [succeeded] = await endSilently(1, "now() + interval '1 h'");
    await other.pubSub.publish({ id: succeeded!, version: 1, finishedIn: 'org-1' });
    await until('a read from later on', async () => {
      other.pubSub.resync();
      await delay(10);
      return since.at(-1)!.getTime() > Date.now() + 1_800_000;
    });
    expect(items).toEqual([]);
  });

  it('shows what ends behind a subscription in whose beginning a resync came', async () => {
    let looks = 0;
    const late = Promise.withResolvers<void>();
    const now = async () => {
      looks += 1;
      if (looks > 1) await late.promise;
      else await delay(1).then(() => other.pubSub.resync());
      return test.store.now();
    };
    const other = await startWatching({ ...test.store, now });
    const { items } = collect(await subscribe({}, EVERYTHING, other));
    const ended = await endSilently(1);
    late.resolve();
    await delay(50);
    other.pubSub.resync();
    await until('it', () => items.length > 0, 2_000);
    expect(idsOf(items)).toEqual(ended);
  });

  it('releases its listener at once when the consumer leaves while nothing happens', async () => {
    const stream = await subscribe();
    const idle = stream.next();
    expect(watching.listeners()).toBe(1);
    await stream.return?.();
    expect(watching.listeners()).toBe(0);
    expect(await idle).toMatchObject({ done: true });
  });

  it('leaves no listener when the first read fails', async () => {
    const other = await startWatching({ ...test.store, now: () => Promise.reject(new Error('away')) });
    await expect(other.watch.finished(EVERYTHING, {})).rejects.toThrow('away');
    expect(other.listeners()).toBe(0);
  });
});
