import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import {
  CancelUsageExecution,
  ExecutionUpdated,
  QueryOrganizationUsage,
} from '../documents/usage.graphql.js';
import type { QueryOrganizationUsageInput, StartedFragment } from '../generated/graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, execute, type Token } from '../support/clients.js';
import { inDatabase } from '../support/database.js';
import { readPage } from '../support/rows.js';
import { INTERVAL, start } from '../support/starts.js';
import { until } from '../support/until.js';

let app: TestApp;
let urls: readonly string[];
/** Each test asks for something else, so that none reuses what another one has left. */
let asked = 0;

beforeAll(async () => {
  app = await startAppWithSimulator();
  urls = [app.url, (await app.startNode()).url];
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(() => app?.stop());

const hold = () => app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
const another = (): { readonly interval: string } => {
  asked += 1;
  const day = new Date(Date.now() - (10 + asked) * 86_400_000).toISOString().slice(0, 10);
  return { interval: `${day}/${day}` };
};
async function send(
  input: QueryOrganizationUsageInput,
  { url = app.url, token }: { url?: string | undefined; token?: Token } = {},
): Promise<StartedFragment> {
  return dataOf(await execute(url, QueryOrganizationUsage, { input }, token)).queryOrganizationUsage;
}
const requestsSince = (before: number, method: string) =>
  app.simulator.requests
    .slice(before)
    .filter((request) => request.method === method && /usage/.test(request.path));

describe('identical mutations', () => {
  it('cost one start upstream and have one execution, a thousand at the same moment from two nodes', async () => {
    hold();
    const input = another();
    const before = app.simulator.requests.length;
    const payloads = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => send(input, { url: urls[i % 2] })),
    );

    expect(new Set(payloads.map(({ execution }) => execution?.id)).size).toBe(1);
    expect(payloads.filter(({ source }) => source === 'FRESH')).toHaveLength(1);
    expect(payloads.filter(({ source }) => source === 'JOINED')).toHaveLength(999);
    expect(payloads.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(requestsSince(before, 'POST')).toHaveLength(1);
  });

  it('cost one start upstream under a thousand idempotency keys, too', async () => {
    hold();
    const input = another();
    const before = app.simulator.requests.length;
    const payloads = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        send({ ...input, idempotencyKey: `k-${i}` }, { url: urls[i % 2] }),
      ),
    );

    expect(new Set(payloads.map(({ execution }) => execution?.id)).size).toBe(1);
    expect(requestsSince(before, 'POST')).toHaveLength(1);
  });

  it('are answered from what is stored once one has succeeded, however they are written', async () => {
    const [from, to] = INTERVAL.split('/');
    const first = await start(app.url, 'ORGANIZATION_QUERY', { waitMs: 30_000 });
    expect(first).toMatchObject({ source: 'FRESH', execution: { status: 'SUCCEEDED' } });
    const before = app.simulator.requests.length;
    const again = await send(
      {
        interval: `${from}T00:00Z/${to}T23:59:59Z`,
        granularity: 'DAY',
        groupBy: ['HTTP_METHOD', 'OAUTH_CLIENT'],
      },
      { url: urls[1] },
    );

    expect(again).toEqual({ ...first, source: 'REUSED' });
    expect((await readPage(urls[1] ?? '', again.execution?.id ?? '')).rows.totalCount).toBeGreaterThan(0);
    expect(app.simulator.requests.slice(before)).toEqual([]);
  });

  it('are new when they are forced to be, or when what there is is too old', async () => {
    const input = { ...another(), waitMs: 30_000 };
    const { execution } = await send(input);
    const forced = await send({ ...input, reuse: { maxAgeSeconds: 0 } });
    expect(forced.source).toBe('FRESH');
    expect(forced.execution?.id).not.toBe(execution?.id);

    expect((await send({ ...input, reuse: { maxAgeSeconds: 60 } })).source).toBe('REUSED');
    await inDatabase(app.databaseUrl, `UPDATE executions SET finished_at = finished_at - interval '61 s'`);
    expect((await send({ ...input, reuse: { maxAgeSeconds: 60 } })).source).toBe('FRESH');
  });

  it('of another tenant are another one’s', async () => {
    hold();
    const input = another();
    const ours = await send(input);
    const theirs = await send(input, { token: 'demo-other-org' });

    expect(theirs.source).toBe('FRESH');
    expect(theirs.execution?.id).not.toBe(ours.execution?.id);
  });

  it('of two clients without a permission list are two', async () => {
    hold();
    const input = another();
    const tokens = ['a', 'b', 'a'].map((clientId) =>
      app.simulator.tokens.issue({ kind: 'client', clientId }),
    );
    const sources: (string | null | undefined)[] = [];
    for (const token of tokens) sources.push((await send(input, { token })).source);
    expect(sources).toEqual(['FRESH', 'FRESH', 'JOINED']);
  });
});

describe('an idempotency key', () => {
  it('gives one execution to all who repeat it at the same moment, at both nodes, even when it is forced', async () => {
    hold();
    const input = { ...another(), idempotencyKey: 'ten thousand', reuse: { maxAgeSeconds: 0 } };
    const before = app.simulator.requests.length;
    const payloads = await Promise.all(
      Array.from({ length: 100 }, (_, i) => send(input, { url: urls[i % 2] })),
    );

    expect(new Set(payloads.map(({ execution }) => execution?.id)).size).toBe(1);
    expect(requestsSince(before, 'POST')).toHaveLength(1);
  });

  it('holds after a restart, and for another request it is refused', async () => {
    hold();
    const node = await app.startNode();
    const input = { ...another(), idempotencyKey: 'restart' };
    const { execution } = await send(input, { url: node.url });
    await node.stop();

    const { url } = await app.startNode();
    expect(await send(input, { url })).toMatchObject({ source: 'JOINED', execution: { id: execution?.id } });
    expect(await send({ ...another(), idempotencyKey: 'restart' }, { url })).toMatchObject({
      execution: null,
      source: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }],
    });
  });
});

describe('waiting in the mutation', () => {
  it('answers with the rows in one round trip', async () => {
    const { execution, source } = await send({ ...another(), waitMs: 30_000 });
    expect({ source, status: execution?.status }).toEqual({ source: 'FRESH', status: 'SUCCEEDED' });
  });

  it('ends with the time, without a further question upstream on its behalf', async () => {
    hold();
    const { execution } = await send({ ...another(), waitMs: 400 });
    expect(execution).toMatchObject({ status: 'RUNNING', done: false });
  });

  it('ends when the service stops, with the state that there is', async () => {
    hold();
    const node = await app.startNode();
    const before = app.simulator.requests.length;
    const waiting = send({ ...another(), waitMs: 30_000 }, { url: node.url });
    await until('a poll', () => requestsSince(before, 'GET').length > 0);
    await node.stop();
    expect((await waiting).execution).toMatchObject({ done: false });
  });

  it('is refused beyond thirty seconds', async () => {
    const result = await send({
      ...another(),
      waitMs: 30_001,
      reuse: { maxAgeSeconds: -1 },
      idempotencyKey: '',
    });
    expect(result.userErrors.map(({ code }) => code)).toEqual([
      'INVALID_MAX_AGE',
      'INVALID_IDEMPOTENCY_KEY',
      'INVALID_WAIT',
    ]);
  });
});

describe('canceling what others have joined', () => {
  const cancel = async (id: string, url = app.url, token?: Token) =>
    dataOf(await execute(url, CancelUsageExecution, { input: { id } }, token)).cancelUsageExecution;

  it.each(DOORS)('is the owner’s right, and the others are told, over $name', async (door) => {
    hold();
    const choice = { reuse: {}, ...another() };
    const { execution } = await start(app.url, 'OAUTH_CLIENT_QUERY', choice);
    const id = execution?.id ?? '';
    const joined = await start(urls[1] ?? '', 'OAUTH_CLIENT_QUERY', choice, 'demo-viewer');
    expect(joined).toMatchObject({ source: 'JOINED', execution: { id } });
    const waiting = start(urls[1] ?? '', 'OAUTH_CLIENT_QUERY', { ...choice, waitMs: 30_000 }, 'demo-viewer');
    const stream = door.subscribe(urls[1] ?? '', ExecutionUpdated, { id }, 'demo-viewer');
    await stream.next();

    expect((await cancel(id, urls[1], 'demo-viewer')).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(await cancel(id)).toMatchObject({ execution: { status: 'CANCELED', upstreamMayStillRun: true } });

    expect((await waiting).execution?.status).toBe('CANCELED');
    const states = (await stream.rest()).map((result) => dataOf(result).usageExecutionUpdated.status);
    expect(states.at(-1)).toBe('CANCELED');
    expect(await cancel(id)).toMatchObject({ userErrors: [{ code: 'ALREADY_FINAL' }] });
  });

  it.each([
    ['is answered drop by drop', { kind: 'drip', everyMs: 200 }],
    ['is not answered', { kind: 'delay', ms: 600_000 }],
  ] as const)('ends a poll that %s at once, at the other node', async (_how, fault) => {
    // A lease this long is renewed, and its loss noticed, after ten minutes.
    const alone = await startAppWithSimulator({ env: { LEASE_MS: '600000' } });
    try {
      alone.simulator.faults.inject(fault, { stage: 'results' });
      const { execution } = await start(alone.url, 'ORGANIZATION_QUERY');
      const polls = () =>
        alone.simulator.requests.filter(({ method, path }) => method === 'GET' && path.includes('/usage/'));
      await until('the poll to hang', () => polls().length > 0);
      const { url } = await alone.startNode();
      await cancel(execution?.id ?? '', url);
      await until('the poll to be cut off', () => polls().every(({ abandoned }) => abandoned));
      expect(polls()).toHaveLength(1);
    } finally {
      await alone.stop();
    }
  });
});
