import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Caller } from '../../src/domain/caller.js';
import type { ExecutionStore } from '../../src/domain/ports/execution-store.js';
import type { StartExecutionOptions } from '../../src/services/start-execution.js';
import { fails, NO_ROWS } from '../support/scripted-upstream.js';
import { type ServiceParts, startService } from '../support/service.js';
import { type StepParts, stepParts } from '../support/steps.js';
import { CALLER, createTestStore, SUCCEEDED, type TestStore, TTL_MS } from '../support/store.js';
import { until } from '../support/until.js';

const CLOSED = { from: '2026-03-01', to: '2026-03-07' };
/** Ends on the day of the test's clock. */
const OPEN = { from: '2026-03-01', to: '2026-03-15' };
const NOON = Date.parse('2026-03-15T12:00:00Z');
const HOUR_MS = 3_600_000;
const OTHER_USER: Caller = { ...CALLER, subject: { id: 'user-2', name: 'Bob', kind: 'USER' } };

describe('starting a query', () => {
  let test: TestStore;
  let parts: StepParts;
  const started: ServiceParts[] = [];
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    await test.clear();
    parts = stepParts(test.store);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.stop()));
  });
  afterAll(() => test.stop());

  async function node(options: Partial<StartExecutionOptions> = {}): Promise<ServiceParts> {
    const made = await startService(test, parts, options);
    started.push(made);
    return made;
  }
  const { signal } = new AbortController();
  type Draft = Parameters<ServiceParts['service']['start']>[2];
  const start = ({ service }: ServiceParts, draft: Draft = {}, caller = CALLER, gone = signal) =>
    service.start(caller, 'ORGANIZATION_QUERY', { interval: CLOSED, ...draft }, gone);
  /** Ends all that runs. */
  async function succeed(): Promise<void> {
    await test.query('UPDATE executions SET due_at = now() WHERE due_at IS NOT NULL');
    for (const claim of await test.store.claimDue('end', 100, 60_000))
      await test.store.finish(claim, SUCCEEDED, [], TTL_MS);
  }

  it('is one execution and one call upstream for colleagues of the same rights', async () => {
    const one = await node();
    const { execution } = await start(one);
    expect(await start(one, {}, OTHER_USER)).toMatchObject({
      source: 'JOINED',
      execution: { id: execution?.id },
    });
    await succeed();
    expect(await start(one, {}, OTHER_USER)).toMatchObject({
      source: 'REUSED',
      execution: { id: execution?.id, status: 'SUCCEEDED' },
      userErrors: [],
    });
    expect(parts.upstream.starts).toHaveLength(1);
  });

  it.each<[string, Caller]>([
    ['another organization', { ...CALLER, organization: { id: 'org-2', name: null } }],
    ['a client whose permissions are unknown', { ...CALLER, permissions: null }],
  ])('shares nothing with %s', async (_who, other) => {
    const one = await node();
    const { execution } = await start(one, { idempotencyKey: 'k' });
    const theirs = await start(one, { idempotencyKey: 'k' }, other);
    expect(theirs.source).toBe('FRESH');
    expect(theirs.execution?.id).not.toBe(execution?.id);
  });

  it('shares nothing between two clients whose permissions are unknown', async () => {
    const one = await node();
    const client = (id: string): Caller => ({ ...CALLER, permissions: null, client: { id, name: null } });
    expect(await start(one, {}, client('a'))).toMatchObject({ source: 'FRESH' });
    expect(await start(one, {}, client('b'))).toMatchObject({ source: 'FRESH' });
    expect(await start(one, {}, client('a'))).toMatchObject({ source: 'JOINED' });
  });

  it('shares nothing with a caller without the permission', async () => {
    const one = await node();
    await start(one);
    expect(await start(one, {}, { ...CALLER, permissions: ['usage:client:view'] })).toMatchObject({
      execution: null,
      source: null,
      userErrors: [{ code: 'FORBIDDEN' }],
    });
  });

  describe('across the boundary of the data day', () => {
    const at = (now: number, dataDayBoundaryMs = 0) => node({ now: () => now, dataDayBoundaryMs });
    const lastMs = Date.parse('2026-03-15T23:59:59.999Z');

    it.each([
      ['at midnight', 0],
      ['at the configured hour', 5.5 * HOUR_MS],
    ])('reuses before it and asks anew after it: %s', async (_when, boundaryMs) => {
      await start(await at(NOON, boundaryMs), { interval: OPEN });
      await succeed();
      const before = await at(lastMs + boundaryMs, boundaryMs);
      expect(await start(before, { interval: OPEN })).toMatchObject({ source: 'REUSED' });
      const after = await at(lastMs + boundaryMs + 1, boundaryMs);
      expect(await start(after, { interval: OPEN })).toMatchObject({ source: 'FRESH' });
    });

    it('does not join what was started before it', async () => {
      await start(await at(lastMs), { interval: OPEN });
      expect(await start(await at(lastMs + 1), { interval: OPEN })).toMatchObject({ source: 'FRESH' });
    });

    it('reuses an interval that had passed, as long as it is kept', async () => {
      await start(await at(NOON));
      await succeed();
      expect(await start(await at(NOON + 40 * 24 * HOUR_MS))).toMatchObject({ source: 'REUSED' });
    });

    it('asks anew for the last days of a client', async () => {
      const summary = async (now: number) => {
        const { service } = await at(now);
        return service.start(CALLER, 'OAUTH_CLIENT_SUMMARY', { clientId: 'client-1', days: 7 }, signal);
      };
      await summary(NOON);
      await succeed();
      expect(await summary(NOON + 1)).toMatchObject({ source: 'REUSED' });
      expect(await summary(NOON + 24 * HOUR_MS)).toMatchObject({ source: 'FRESH' });
    });

    it('asks anew for the data day and for a day that was not over', async () => {
      await start(await at(NOON), { interval: { from: '2026-03-13', to: '2026-03-13' } });
      await succeed();
      expect(
        await start(await at(NOON + 24 * HOUR_MS), { interval: { from: '2026-03-13', to: '2026-03-13' } }),
      ).toMatchObject({ source: 'REUSED' });
      for (const day of ['2026-03-14', '2026-03-15']) {
        const interval = { from: day, to: day };
        await start(await at(NOON), { interval });
        await succeed();
        expect(await start(await at(NOON + HOUR_MS), { interval })).toMatchObject({ source: 'REUSED' });
        expect(await start(await at(NOON + 24 * HOUR_MS), { interval })).toMatchObject({ source: 'FRESH' });
      }
    });
  });

  it('joins one that waits for a token, and lends it the token of whoever joins', async () => {
    const lent: string[] = [];
    const saw: StartExecutionOptions['visits']['saw'] = ({ token }, { awaitsCredentials }) =>
      void (awaitsCredentials && lent.push(token));
    parts.upstream.onStart = fails('UNAUTHENTICATED', { status: 401 });
    const one = await node({ visits: { saw } });
    const { execution } = await start(one);
    expect(await start(one, {}, { ...OTHER_USER, token: 'token-2' })).toMatchObject({
      source: 'JOINED',
      execution: { id: execution?.id, awaitsCredentials: true },
    });
    expect(lent).toEqual(['token-2']);
  });

  it('joins and reuses nothing that has failed', async () => {
    const one = await node();
    parts.upstream.onStart = fails('REJECTED');
    const { execution } = await start(one);
    expect(execution?.status).toBe('FAILED');
    expect(await start(one)).toMatchObject({ source: 'FRESH' });
  });

  it('holds no more than one transaction and one quick read each for many that come at once', async () => {
    const calls = { findShared: 0, createUnlessShared: 0 };
    const counted: ExecutionStore = {
      ...test.store,
      findShared: async (...args) => {
        calls.findShared += 1;
        return test.store.findShared(...args);
      },
      createUnlessShared: async (...args) => {
        calls.createUnlessShared += 1;
        return test.store.createUnlessShared(...args);
      },
    };
    const one = await node({ store: counted });
    const results = await Promise.all(Array.from({ length: 200 }, () => start(one)));
    expect(results.filter(({ source }) => source === 'FRESH')).toHaveLength(1);
    expect(calls).toEqual({ findShared: 200, createUnlessShared: 1 });
    expect(parts.upstream.starts).toHaveLength(1);
  });

  it('refuses what is wrong with its options together with what is wrong with the query', async () => {
    const draft: Draft = { interval: { from: '2027-01-01', to: '2027-01-02' }, waitMs: -1 };
    const { userErrors } = await start(await node(), draft);
    expect(userErrors.map(({ code }) => code)).toEqual(['INTERVAL_IN_FUTURE', 'INVALID_WAIT']);
    expect(await test.query('SELECT 1 FROM executions')).toEqual([]);
  });

  describe('under an idempotency key', () => {
    const draft: Draft = { idempotencyKey: 'k', reuse: { maxAgeSeconds: 0 } };

    it('is told the same again, a refusal by upstream included', async () => {
      const one = await node();
      parts.upstream.onStart = fails('REJECTED');
      const first = await start(one, draft);
      expect(first.userErrors).toMatchObject([{ code: 'UPSTREAM_REJECTED' }]);
      expect(await start(one, draft)).toEqual({ ...first, source: 'REUSED' });
      expect(parts.upstream.starts).toHaveLength(1);
    });

    it('is refused for another request, with a code of its own', async () => {
      const one = await node();
      await start(one, draft);
      expect(await start(one, { ...draft, granularity: 'DAY' })).toMatchObject({
        execution: null,
        source: null,
        userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }],
      });
    });

    it('holds after a restart', async () => {
      const { execution } = await start(await node(), draft);
      await started.pop()?.stop();
      expect(await start(await node(), draft)).toMatchObject({ execution: { id: execution?.id } });
    });
  });

  describe('and waiting for its end', () => {
    it('answers with the final state, at the cost of no call upstream', async () => {
      const one = await node();
      const { execution: running } = await start(one);
      const waiting = Promise.all(Array.from({ length: 20 }, () => start(one, { waitMs: 30_000 })));
      await until('all of them to listen', () => one.watching.pubSub.listeners === 20);
      await succeed();
      for (const { execution, source } of await waiting) {
        expect(execution).toMatchObject({ id: running?.id, status: 'SUCCEEDED' });
        expect(source).toBe('JOINED');
      }
      expect(parts.upstream.polls).toEqual([]);
      expect(one.watching.listeners()).toBe(0);
    });

    it('waits for a new one too', async () => {
      const one = await node();
      parts.upstream.onPoll = () => NO_ROWS;
      one.poller.start();
      expect(await start(one, { waitMs: 30_000 })).toMatchObject({
        source: 'FRESH',
        execution: { status: 'SUCCEEDED' },
      });
      // The step that has found the end lets go a moment later.
      await until('no listener', () => one.watching.listeners() === 0);
    });

    it('answers when the time is over with the state that there is, and leaves no listener', async () => {
      const one = await node();
      const { execution } = await start(one, { waitMs: 300 });
      expect(execution).toMatchObject({ status: 'RUNNING', version: 2 });
      expect(one.watching.listeners()).toBe(0);
    });

    it('reads the store once when nothing changes', async () => {
      let reads = 0;
      const counted: ExecutionStore = {
        ...test.store,
        get: async (...args) => {
          reads += 1;
          return test.store.get(...args);
        },
        getMany: async (...args) => {
          reads += 1;
          return test.store.getMany(...args);
        },
      };
      await start(await node());
      const one = await node({ store: counted });
      expect(await start(one, { waitMs: 500 })).toMatchObject({ source: 'JOINED' });
      expect(reads).toBe(1);
    });

    it('starts nothing for a client that has left already', async () => {
      const one = await node();
      await expect(start(one, {}, CALLER, AbortSignal.abort())).rejects.toThrow(/left/);
      expect(parts.upstream.starts).toEqual([]);
    });

    it('lets go at once of a client that leaves', async () => {
      const one = await node();
      await start(one);
      const client = new AbortController();
      const waiting = start(one, { waitMs: 30_000 }, CALLER, client.signal);
      await until('it to listen', () => one.watching.listeners() === 1);
      client.abort();
      expect(await waiting).toMatchObject({ execution: { status: 'RUNNING' } });
      // A read of the store that was under way ends by itself.
      await until('no listener', () => one.watching.listeners() === 0);
    });

    it('is told that the owner has canceled it', async () => {
      const one = await node();
      const { execution } = await start(one);
      const waiting = start(one, { waitMs: 30_000 }, OTHER_USER);
      await until('it to listen', () => one.watching.listeners() === 1);
      expect((await one.service.cancel(OTHER_USER, execution?.id ?? '')).userErrors).toMatchObject([
        { code: 'FORBIDDEN' },
      ]);
      await one.service.cancel(CALLER, execution?.id ?? '');
      expect(await waiting).toMatchObject({ execution: { status: 'CANCELED' } });
    });

    it('answers with what is known when the service stops, and when its execution has expired', async () => {
      const one = await node();
      await start(one);
      const stopped = start(one, { waitMs: 30_000 });
      await until('it to listen', () => one.watching.listeners() === 1);
      one.wait.stop();
      expect(await stopped).toMatchObject({ execution: { status: 'RUNNING' } });

      const other = await node();
      const expired = start(other, { waitMs: 30_000 });
      await until('it to listen', () => other.watching.listeners() === 1);
      await test.query('DELETE FROM executions');
      other.watching.pubSub.resync();
      expect(await expired).toMatchObject({ execution: { status: 'RUNNING' }, userErrors: [] });
    });
  });
});
