/** The one call against the real service: through every adapter, and with everything that can go wrong on the way. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import {
  followUsageExecution,
  fromFetch,
  runUsageQuery,
  UsageQueryError,
  type UsageProgress,
} from '../../client/src/index.js';
import { CancelUsageExecution, Execution } from '../documents/usage.graphql.js';
import { Report, StartReport, Totals } from '../documents/client.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { dataOf, execute } from '../support/clients.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { INTERVAL, startedId } from '../support/starts.js';
import { until } from '../support/until.js';
import { ADAPTERS, closeLibraries, openClient } from './support.js';

const cleanUp: (() => unknown)[] = [];
let app: TestApp;

beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(async () => {
  await closeLibraries();
  for (const clean of cleanUp.splice(0).toReversed()) await clean();
});
afterAll(() => app?.stop());

/** Always a query of its own. */
const input = { interval: INTERVAL, granularity: 'DAY' as const, reuse: { maxAgeSeconds: 0 } };

/** Upstream works on everything until `complete` is called. */
function holdUpstream(): { readonly complete: () => void } {
  const held = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
  cleanUp.push(() => held.remove());
  return { complete: () => held.remove() };
}

async function openProxy(): Promise<Proxy & { readonly address: string }> {
  const proxy = await startProxy(app.url);
  cleanUp.push(() => proxy.stop());
  return Object.assign(proxy, { address: proxy.url.replace(/\/$/, '') });
}

/** Keeps what it is told. */
function listener() {
  const told: UsageProgress[] = [];
  return {
    told,
    onProgress: (progress: UsageProgress) => void told.push(progress),
    has: (connection: UsageProgress['connection'], status = 'RUNNING') =>
      told.some((one) => one.connection === connection && one.execution?.status === status),
    connections: () => [...new Set(told.map(({ connection }) => connection))],
    get id() {
      return told[0]?.executionId ?? '';
    },
  };
}

async function failure(run: Promise<unknown>): Promise<UsageQueryError> {
  const error: unknown = await run.then(
    (value) => ({ resolved: value }),
    (reason: unknown) => reason,
  );
  if (error instanceof UsageQueryError) return error;
  throw new Error('not a UsageQueryError', { cause: error });
}

const statusOf = async (id: string) =>
  dataOf(await execute(app.url, Execution, { id })).usageExecution?.status;

describe.each(Object.keys(ADAPTERS))('a usage query through %s', (adapter) => {
  it('resolves with what its result document selects', async () => {
    const execution = await runUsageQuery(
      openClient(adapter, app.url),
      StartReport,
      { input },
      { result: Report, resultVariables: { first: 2 } },
    );

    expect(execution).toMatchObject({ status: 'SUCCEEDED', totals: { rowCount: 3 } });
    expect(execution.rows.nodes).toHaveLength(2);
  });

  it('tells of every state on the way', async () => {
    const { complete } = holdUpstream();
    const heard = listener();
    const client = openClient(adapter, app.url);
    const running = runUsageQuery(client, StartReport, { input }, { onProgress: heard.onProgress });
    const connection = adapter === 'fetch without push' ? 'polling' : 'push';
    await until('it to run', () => heard.has(connection));
    complete();

    expect(await running).toMatchObject({ id: heard.id, status: 'SUCCEEDED', done: true, error: null });
    expect(heard.told[0]).toMatchObject({ connection: 'starting', execution: null, source: 'FRESH' });
    expect(heard.connections()).toEqual(['starting', connection]);
    const versions = heard.told.flatMap(({ execution }) => execution?.version ?? []);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });

  it('rejects when upstream fails', async () => {
    const failing = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Failed' });
    cleanUp.push(() => failing.remove());

    const error = await failure(runUsageQuery(openClient(adapter, app.url), StartReport, { input }));

    expect(error).toMatchObject({ kind: 'ended', code: 'UPSTREAM_FAILED', execution: { status: 'FAILED' } });
    expect(error.message).toBe(error.execution?.error?.message);
    expect(error.retryable).toBe(error.execution?.error?.retryable);
  });

  it('rejects when the start is refused', async () => {
    const wrong = { ...input, groupBy: ['PLATFORM' as const], interval: '2099-01-01/2099-01-02' };
    const error = await failure(runUsageQuery(openClient(adapter, app.url), StartReport, { input: wrong }));

    expect(error).toMatchObject({ kind: 'refused', retryable: false, executionId: null });
    expect(error.userErrors.map(({ code }) => code)).toContain('INTERVAL_IN_FUTURE');
  });

  it.each([
    ['an unknown token', 'nobody', { kind: 'request', code: 'UNAUTHENTICATED' }],
    ['a token without rights', 'demo-none', { kind: 'refused', code: 'FORBIDDEN' }],
  ])('rejects for %s', async (_what, token, expected) => {
    const client = openClient(adapter, app.url, { token });
    expect(await failure(runUsageQuery(client, StartReport, { input }))).toMatchObject(expected);
  });

  it('comes through a network that breaks in the middle', async () => {
    const { complete } = holdUpstream();
    const proxy = await openProxy();
    const heard = listener();
    const client = openClient(adapter, proxy.address);
    const { onProgress } = heard;
    const running = runUsageQuery(client, StartReport, { input }, { result: Totals, onProgress });
    const connection = adapter === 'fetch without push' ? 'polling' : 'push';
    await until('it to run', () => heard.has(connection));

    await proxy.cut();
    await until('the loss to be noticed', () => heard.has('lost'));
    const before = heard.told.length;
    await proxy.mend();
    await until('the connection to be back', () =>
      heard.told.slice(before).some((one) => one.connection === connection),
    );
    complete();

    expect((await running).totals.requests).toBeGreaterThan(0);
  });
});

describe.each(Object.keys(ADAPTERS).filter((adapter) => adapter !== 'fetch without push'))(
  'push through %s',
  (adapter) => {
    it('that is blocked is replaced by asking', async () => {
      const proxy = await openProxy();
      await proxy.cut();
      const { complete } = holdUpstream();
      const heard = listener();
      const client = openClient(adapter, app.url, { push: proxy.address });
      const running = runUsageQuery(client, StartReport, { input }, { onProgress: heard.onProgress });
      await until('it to run', () => heard.has('polling'));
      complete();

      expect((await running).status).toBe('SUCCEEDED');
      expect(heard.connections()).toEqual(['starting', 'polling']);
    });

    it('that is swallowed without a word is found out', async () => {
      const proxy = await openProxy();
      const { complete } = holdUpstream();
      const heard = listener();
      const client = openClient(adapter, app.url, { push: proxy.address });
      const { onProgress } = heard;
      const running = runUsageQuery(client, StartReport, { input }, { onProgress, pushTimeoutMs: 300 });
      await until('a state to be pushed', () => heard.has('push'));

      proxy.halfOpen();
      complete();

      expect((await running).status).toBe('SUCCEEDED');
      expect(heard.connections()).toContain('polling');
    });
  },
);

describe('an abort', () => {
  it('ends the waiting alone, and says that the execution goes on', async () => {
    const { complete } = holdUpstream();
    const heard = listener();
    const stop = new AbortController();
    const options = { signal: stop.signal, onProgress: heard.onProgress };
    const running = failure(runUsageQuery(openClient('fetch', app.url), StartReport, { input }, options));
    await until('it to run', () => heard.has('push'));
    stop.abort(new Error('enough'));

    const error = await running;
    expect(error).toMatchObject({ kind: 'aborted', code: 'ABORTED', canceled: false, executionId: heard.id });
    expect(error.message).toBe(`Stopped waiting for ${heard.id}, which goes on at the server.`);
    expect(error.cause).toMatchObject({ message: 'enough' });
    complete();
    const followed = await followUsageExecution(openClient('fetch', app.url), heard.id);
    expect(followed.status).toBe('SUCCEEDED');
  });

  it.each(Object.keys(ADAPTERS))('cancels the execution when that is wanted (%s)', async (adapter) => {
    holdUpstream();
    const heard = listener();
    const stop = new AbortController();
    const options = { signal: stop.signal, onProgress: heard.onProgress, cancelOnAbort: true };
    const running = failure(runUsageQuery(openClient(adapter, app.url), StartReport, { input }, options));
    await until('it to run', () => heard.told.some(({ execution }) => execution?.status === 'RUNNING'));
    stop.abort();

    expect(await running).toMatchObject({
      kind: 'aborted',
      canceled: true,
      execution: { status: 'CANCELED' },
    });
    expect(await statusOf(heard.id)).toBe('CANCELED');
  });

  it('that comes while the query is being started cancels it, too', async () => {
    holdUpstream();
    const stop = new AbortController();
    const direct = openClient('fetch', app.url);
    const client = {
      ...direct,
      request: (...request: Parameters<typeof direct.request>) => {
        const answer = direct.request(...request);
        stop.abort();
        return answer;
      },
    };
    const error = await failure(
      runUsageQuery(client, StartReport, { input }, { signal: stop.signal, cancelOnAbort: true }),
    );
    expect(error).toMatchObject({ kind: 'aborted', canceled: true });
    expect(await statusOf(error.executionId ?? '')).toBe('CANCELED');
  });

  it('leaves an execution alone that somebody else has started', async () => {
    const { complete } = holdUpstream();
    const own = { ...input, granularity: 'WEEK' as const, reuse: { maxAgeSeconds: null } };
    const id = await startedId(app.url, 'ORGANIZATION_QUERY', own);
    const heard = listener();
    const stop = new AbortController();
    const running = failure(
      runUsageQuery(
        openClient('fetch', app.url),
        StartReport,
        { input: { ...own, groupBy: ['HTTP_METHOD', 'OAUTH_CLIENT'] } },
        {
          signal: stop.signal,
          cancelOnAbort: true,
          onProgress: heard.onProgress,
        },
      ),
    );
    await until('it to be joined', () => heard.has('push'));
    stop.abort();

    expect(await running).toMatchObject({ kind: 'aborted', canceled: false, executionId: id });
    expect(await statusOf(id)).toBe('RUNNING');
    complete();
  });

  it('before the call starts nothing', async () => {
    const signal = AbortSignal.abort();
    const error = await failure(
      runUsageQuery(openClient('fetch', app.url), StartReport, { input }, { signal }),
    );
    expect(error).toMatchObject({ kind: 'aborted', executionId: null });
  });
});

describe('a start without an answer', () => {
  it('is not repeated: nobody knows whether it has begun', async () => {
    const proxy = await openProxy();
    await proxy.cut();
    const error = await failure(runUsageQuery(openClient('fetch', proxy.address), StartReport, { input }));
    expect(error).toMatchObject({
      kind: 'network',
      code: 'NETWORK_ERROR',
      retryable: true,
      executionId: null,
    });
  });

  it('is repeated under its idempotency key', async () => {
    const proxy = await openProxy();
    await proxy.cut();
    const direct = openClient('fetch', proxy.address);
    const asked: unknown[] = [];
    const client = {
      ...direct,
      request: (...request: Parameters<typeof direct.request>) => {
        asked.push(request);
        return direct.request(...request);
      },
    };
    const running = runUsageQuery(client, StartReport, {
      input: { ...input, idempotencyKey: `key-${Date.now()}` },
    });
    await until('it to be tried twice', () => asked.length > 1);
    await proxy.mend();
    expect((await running).status).toBe('SUCCEEDED');
  });
});

describe('an execution that is followed', () => {
  it('and canceled by somebody is an error that says so', async () => {
    holdUpstream();
    const id = await startedId(app.url);
    const heard = listener();
    const running = failure(followUsageExecution(openClient('fetch', app.url), id, heard));
    await until('it to run', () => heard.has('push'));
    await execute(app.url, CancelUsageExecution, { input: { id } });

    const error = await running;
    expect(error).toMatchObject({ kind: 'ended', code: 'CANCELED', execution: { id, status: 'CANCELED' } });
  });

  it('and unknown is NOT_FOUND', async () => {
    const id = 'exe_00000000000000000000000000';
    const error = await failure(followUsageExecution(openClient('fetch', app.url), id));
    expect(error).toMatchObject({ kind: 'request', code: 'NOT_FOUND', executionId: id });
  });

  it('is given up when the server stays away, and can be taken up again', async () => {
    const { complete } = holdUpstream();
    const id = await startedId(app.url);
    const proxy = await openProxy();
    const heard = listener();
    const { onProgress } = heard;
    const client = openClient('fetch', proxy.address);
    const running = failure(followUsageExecution(client, id, { onProgress, giveUpAfterMs: 1 }));
    await until('it to run', () => heard.has('push'));
    await proxy.cut();

    expect(await running).toMatchObject({
      kind: 'network',
      executionId: id,
      execution: { status: 'RUNNING' },
    });
    complete();
    expect((await followUsageExecution(openClient('fetch', app.url), id)).status).toBe('SUCCEEDED');
  });

  it('is given up at once when the server asks to be left alone for longer than that', async () => {
    const extensions = { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 60 };
    const client = { request: async () => ({ errors: [{ message: 'Too many requests.', extensions }] }) };
    const signal = AbortSignal.timeout(2_000);
    const error = await failure(followUsageExecution(client, 'exe_1', { giveUpAfterMs: 5_000, signal }));
    expect(error).toMatchObject({ kind: 'request', code: 'RATE_LIMITED', retryAfterMs: 60_000 });
  });
});

describe('a wrong address', () => {
  it('is told from a server that is away', async () => {
    const client = fromFetch({ url: app.simulator.url });
    const error = await failure(followUsageExecution(client, 'exe_1'));
    expect(error).toMatchObject({ kind: 'request', code: 'INVALID_ANSWER', retryable: false });
  });
});

it('takes plain texts, and asks for the token anew for each request', async () => {
  let asked = 0;
  const headers = async () => {
    asked += 1;
    return { authorization: 'Bearer demo-admin' };
  };
  const client = fromFetch({ url: `${app.url}/graphql`, headers, push: false });
  const document = `mutation ($input: QueryOrganizationUsageInput!) {
    started: queryOrganizationUsage(input: $input) { execution { id } userErrors { code message } }
  }`;
  expect((await runUsageQuery(client, document, { input })).status).toBe('SUCCEEDED');
  expect(asked).toBeGreaterThan(1);
});
