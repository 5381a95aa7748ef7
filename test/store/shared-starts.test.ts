import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Execution } from '../../src/domain/execution.js';
import type { ExecutionStore, Sharing, StoredStart } from '../../src/domain/ports/execution-store.js';
import {
  createTestStore,
  EVERYTHING,
  FAILED,
  intent,
  LEASE_MS,
  NODE,
  runningClaim,
  stale,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
  UPSTREAM_FAILED,
} from '../support/store.js';

const SHARING: Sharing = {
  visibility: EVERYTHING,
  requestKey: 'request-1',
  maxAgeSeconds: null,
  idempotency: null,
};
const KEY = { key: 'key-1', subjectId: 'user-1', requestDigest: 'digest-1' };
const KEYED: Sharing = { ...SHARING, idempotency: KEY };

function executionOf(started: StoredStart): Execution {
  if (started.source === 'KEY_TAKEN') throw new Error('the key is taken');
  return started.source === 'FRESH' ? started.claim.execution : started.execution;
}

describe('a start that may be shared', () => {
  let test: TestStore;
  let nodes: ExecutionStore[];
  beforeAll(async () => {
    test = await createTestStore();
    nodes = [test.store, test.anotherNode(), test.anotherNode()];
    // Connections that are open already: otherwise the first node is through before the others have begun.
    await Promise.all(nodes.flatMap((node) => Array.from({ length: 3 }, () => node.now())));
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  const start = (sharing: Partial<Sharing> = {}, store = test.store) => {
    const whole = { ...SHARING, ...sharing };
    return store.createUnlessShared(intent({ requestKey: whole.requestKey }), whole, NODE, LEASE_MS);
  };
  const manyAtOnce = (count: number, sharing: (i: number) => Partial<Sharing>) =>
    Promise.all(Array.from({ length: count }, (_, i) => start(sharing(i), nodes[i % nodes.length])));
  const finished = async (end: Parameters<ExecutionStore['finish']>[1] = SUCCEEDED) =>
    (await test.store.finish(await runningClaim(test.store), end, [], TTL_MS))!;

  it('creates one execution when many ask at the same moment, at several nodes', async () => {
    const started = await manyAtOnce(120, () => ({}));
    expect(started.filter(({ source }) => source === 'FRESH')).toHaveLength(1);
    expect(started.filter(({ source }) => source === 'JOINED')).toHaveLength(119);
    expect(new Set(started.map((each) => executionOf(each).id)).size).toBe(1);
    expect(await test.query('SELECT count(*)::int AS n FROM executions')).toEqual([{ n: 1 }]);
  });

  it('creates one for each request when many different ones are asked at the same moment', async () => {
    const started = await manyAtOnce(60, (i) => ({ requestKey: `request-${i % 6}` }));
    expect(started.filter(({ source }) => source === 'FRESH')).toHaveLength(6);
  });

  it('creates one when many ask for the same under keys of their own', async () => {
    const started = await manyAtOnce(60, (i) => ({ idempotency: { ...KEY, key: `key-${i}` } }));
    expect(started.filter(({ source }) => source === 'FRESH')).toHaveLength(1);
    expect(await test.query('SELECT count(*)::int AS n FROM idempotency_keys')).toEqual([{ n: 60 }]);
  });

  it('creates one when many repeat a forced start under the same key', async () => {
    const started = await manyAtOnce(60, () => ({ maxAgeSeconds: 0, idempotency: KEY }));
    expect(started.filter(({ source }) => source === 'FRESH')).toHaveLength(1);
    expect(new Set(started.map((each) => executionOf(each).id)).size).toBe(1);
  });

  it('ends in no deadlock when keys and requests are mixed', async () => {
    const started = await manyAtOnce(120, (i) => ({
      requestKey: `request-${i % 3}`,
      idempotency: i % 2 ? { ...KEY, key: `key-${i % 5}`, requestDigest: `digest-${i % 3}` } : null,
    }));
    expect(started.filter(({ source }) => source === 'FRESH')).toHaveLength(3);
  });

  it.each([
    ['of another organization', { visibility: { ...EVERYTHING, organizationId: 'org-2' } }],
    ['of another scope', { visibility: { ...EVERYTHING, scope: 'client:client-1' } }],
    ['without the operation', { visibility: { ...EVERYTHING, operations: [] } }],
  ])('is never shared with a caller %s, even with the same key', async (_who, other) => {
    const { id } = executionOf(await start({ idempotency: KEY }));
    expect(await test.store.findShared({ ...SHARING, ...other })).toBeNull();
    const keyed = await test.store.findShared({ ...KEYED, ...other });
    expect(keyed).toBeNull();
    expect(await test.store.findShared(SHARING)).toMatchObject({ source: 'JOINED', execution: { id } });
  });

  describe('reuses', () => {
    it('what has succeeded, the latest first', async () => {
      await finished();
      const latest = await finished();
      expect(await start()).toEqual({ source: 'REUSED', execution: latest });
      expect(await test.store.findShared(SHARING)).toEqual({ source: 'REUSED', execution: latest });
    });

    it('what has succeeded before what runs beside it', async () => {
      const ended = await finished();
      expect(await start({ maxAgeSeconds: 0 })).toMatchObject({ source: 'FRESH' });
      expect(await start()).toMatchObject({ source: 'REUSED', execution: { id: ended.id } });
    });

    it.each([['FAILED'], ['TIMED_OUT']] as const)('nothing that has ended as %s', async (status) => {
      await finished({ ...FAILED, status });
      expect(await start()).toMatchObject({ source: 'FRESH' });
    });

    it('nothing that was canceled', async () => {
      const { id } = executionOf(await start());
      await test.store.cancel(id, EVERYTHING, TTL_MS);
      expect(await start()).toMatchObject({ source: 'FRESH' });
    });

    it('nothing that expires under the hands of the caller', async () => {
      const { id } = await finished();
      await test.query(`UPDATE executions SET expires_at = now() + interval '11 minutes'`);
      expect(await start()).toMatchObject({ source: 'REUSED', execution: { id } });
      await test.query(`UPDATE executions SET expires_at = now() + interval '9 minutes'`);
      expect(await start()).toMatchObject({ source: 'FRESH' });
    });

    it('nothing that is older than the caller allows, but joins what runs', async () => {
      const { id } = await finished();
      await test.query(`UPDATE executions SET finished_at = now() - interval '60 s'`);
      expect(await start({ maxAgeSeconds: 90 })).toMatchObject({ source: 'REUSED', execution: { id } });
      const fresh = await start({ maxAgeSeconds: 30 });
      expect(fresh).toMatchObject({ source: 'FRESH' });
      expect(await start({ maxAgeSeconds: 30 })).toEqual({ source: 'JOINED', execution: executionOf(fresh) });
    });

    it('nothing from before there were keys', async () => {
      await finished();
      await test.query('UPDATE executions SET request_key = NULL');
      expect(await start()).toMatchObject({ source: 'FRESH' });
    });
  });

  describe('joins', () => {
    it('nothing when it must be new, but is joined by those who come later', async () => {
      await start();
      const forced = await start({ maxAgeSeconds: 0 });
      expect(forced).toMatchObject({ source: 'FRESH' });
      await test.store.cancel(executionOf(await start()).id, EVERYTHING, TTL_MS);
      expect(await start()).toEqual({ source: 'JOINED', execution: executionOf(forced) });
    });

    it('nothing that is past its deadline', async () => {
      await start();
      await test.query('UPDATE executions SET deadline_at = now()');
      expect(await start()).toMatchObject({ source: 'FRESH' });
    });

    it('the execution that waits for a token, which whoever joins it lends', async () => {
      const claim = await runningClaim(test.store);
      const failure = { ...UPSTREAM_FAILED, code: 'CREDENTIALS_REJECTED' as const };
      await test.store.awaitCredentials(claim, failure, 'REFUSED');
      expect(await start()).toMatchObject({ source: 'JOINED', execution: { awaitsCredentials: true } });
    });
  });

  describe('under an idempotency key', () => {
    it('is the same execution while it runs and when it has ended, whatever became of it', async () => {
      const { id } = executionOf(await start(KEYED));
      expect(await start(KEYED)).toMatchObject({ source: 'JOINED', execution: { id } });
      await test.store.cancel(id, EVERYTHING, TTL_MS);
      const again = { source: 'REUSED', execution: { id, status: 'CANCELED' } };
      expect(await start(KEYED)).toMatchObject(again);
      expect(await test.store.findShared({ ...KEYED, maxAgeSeconds: 0 })).toMatchObject(again);
    });

    it('is the same on the next day, when the same request would have another answer', async () => {
      const { id } = executionOf(await start(KEYED));
      expect(await start({ ...KEYED, requestKey: 'tomorrow' })).toMatchObject({ execution: { id } });
    });

    it('is refused for another request, also when the execution has expired', async () => {
      await start(KEYED);
      const other = { ...KEYED, requestKey: 'request-2', idempotency: { ...KEY, requestDigest: 'digest-2' } };
      expect(await start(other)).toEqual({ source: 'KEY_TAKEN' });
      await test.query('DELETE FROM executions');
      expect(await start(other)).toEqual({ source: 'KEY_TAKEN' });
      expect(await test.store.findShared(other)).toEqual({ source: 'KEY_TAKEN' });
    });

    it('is nobody else’s', async () => {
      await start({ ...KEYED, requestKey: 'request-2' });
      const other = { ...KEY, subjectId: 'user-2', requestDigest: 'digest-2' };
      expect(await start({ idempotency: other })).toMatchObject({ source: 'FRESH' });
    });

    it('is bound anew when its execution has expired', async () => {
      const first = executionOf(await start(KEYED));
      await test.query(`UPDATE executions SET status = 'FAILED', due_at = NULL,
        finished_at = now() - interval '1 h', expires_at = now()`);
      const second = await start(KEYED);
      expect(second).toMatchObject({ source: 'FRESH' });
      expect(executionOf(second).id).not.toBe(first.id);
      expect(await start(KEYED)).toEqual({ source: 'JOINED', execution: executionOf(second) });
    });

    it('is kept for 24 hours and then free, whether or not it was cleaned away', async () => {
      await start(KEYED);
      const other = { ...KEYED, requestKey: 'request-2', idempotency: { ...KEY, requestDigest: 'digest-2' } };
      const age = (interval: string) =>
        test.query(`UPDATE idempotency_keys SET created_at = now() - interval '${interval}'`);
      await age('23 h 59 min');
      await test.store.deleteExpired();
      expect(await start(other)).toEqual({ source: 'KEY_TAKEN' });
      await age('24 h');
      expect(await start(other)).toMatchObject({ source: 'FRESH' });
      await age('24 h');
      await test.store.deleteExpired();
      expect(await test.query('SELECT 1 FROM idempotency_keys')).toEqual([]);
    });
  });
});

describe('what is known of upstream when an execution is canceled', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.clear());
  afterAll(() => test.stop());

  const failure = (upstreamStatus: number | null) =>
    ({ ...UPSTREAM_FAILED, code: 'DEADLINE_EXCEEDED', upstreamStatus }) as const;
  async function afterAttempts(...statuses: (number | null)[]): Promise<boolean | undefined> {
    let claim = await test.store.create(intent(), NODE, LEASE_MS);
    for (const status of statuses) {
      const open = await test.store.recordAttempt(claim, {
        polled: false,
        failure: failure(status),
        nextPollInMs: 0,
      });
      expect(open?.upstreamMayStillRun).toBe(false);
      [claim = stale(claim)] = await test.store.claimDue(NODE, 1, LEASE_MS);
    }
    await test.query('UPDATE executions SET lease_owner = NULL');
    return (await test.store.cancel(claim.execution.id, EVERYTHING, TTL_MS))?.upstreamMayStillRun;
  }

  it('is that nothing runs when it was refused every time', async () => {
    expect(await afterAttempts(429, 429)).toBe(false);
  });

  it.each([[null], [503], [504]])('is that it may run after one start answered by %s', async (status) => {
    expect(await afterAttempts(status, 429)).toBe(true);
  });

  it('is that it may run when the node that started it has died before it told', async () => {
    await test.store.create(intent(), 'a node that died', 0);
    const [claim] = await test.store.claimDue(NODE, 1, LEASE_MS);
    await test.store.recordAttempt(claim!, { polled: false, failure: failure(429), nextPollInMs: LEASE_MS });
    const canceled = await test.store.cancel(claim!.execution.id, EVERYTHING, TTL_MS);
    expect(canceled?.upstreamMayStillRun).toBe(true);
  });
});
