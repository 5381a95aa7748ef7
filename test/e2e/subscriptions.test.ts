import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { print } from 'graphql';

import {
  CancelUsageExecution,
  ExecutionFinished,
  ExecutionsFinished,
  ExecutionUpdated,
  QueryOrganizationUsage,
  ViewerInfo,
} from '../documents/usage.graphql.js';
import type { ExecutionsFinishedSubscriptionVariables } from '../generated/graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, execute, type Token } from '../support/clients.js';
import { DELIVERIES } from '../support/deliveries.js';
import { finishedId, INTERVAL, startedId } from '../support/starts.js';
import { until } from '../support/until.js';

const UNKNOWN_ID = 'exe_00000000000000000000000000000000';

let app: TestApp;
let otherNodeUrl: string;

describe.each(DELIVERIES)('told of changes by $name', (delivery) => {
  let stopDelivery = async () => {};

  beforeAll(async () => {
    const told = await delivery.start();
    stopDelivery = () => told.stop();
    app = await startAppWithSimulator({ env: told.env });
    otherNodeUrl = (await app.startNode()).url;
  });
  afterEach(async () => {
    await closeClients();
    app.simulator.faults.clear();
  });
  afterAll(async () => {
    await app?.stop();
    await stopDelivery();
  });

  /** Upstream works on every query until `complete` is called. */
  function holdUpstream(): { complete: () => void } {
    const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    return { complete: () => running.remove() };
  }

  describe.each(delivery.doors)('the same behaviour through both doors: $name', (door) => {
    const updates = (id: string, token?: Token, url = app.url) => {
      const stream = door.subscribe(url, ExecutionUpdated, { id }, token);
      return {
        ...stream,
        next: async () => dataOf((await stream.next()) ?? {}).usageExecutionUpdated,
        rest: async () => (await stream.rest()).map((result) => dataOf(result).usageExecutionUpdated),
      };
    };
    const finished = (filter: ExecutionsFinishedSubscriptionVariables['filter'], token?: Token) => {
      const stream = door.subscribe(app.url, ExecutionsFinished, { filter }, token);
      return { ...stream, next: async () => dataOf((await stream.next()) ?? {}).usageExecutionsFinished };
    };

    it('sends the present state first, then rising versions, the final state once, and the end', async () => {
      const upstream = holdUpstream();
      const id = await startedId(app.url);
      const stream = updates(id);

      const first = await stream.next();
      expect(first).toMatchObject({ id, status: 'RUNNING', done: false });
      await stream.next();
      upstream.complete();
      const states = [first, ...(await stream.rest())];

      const versions = states.map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
      expect(states.filter(({ done }) => done)).toEqual([expect.objectContaining({ status: 'SUCCEEDED' })]);
      expect(states.at(-1)?.done).toBe(true);
      expect(await stream.ended).toEqual({ kind: 'completed' });
    });

    it('sends the final state alone to whoever waits for nothing else', async () => {
      const upstream = holdUpstream();
      const id = await startedId(app.url);
      const stream = door.subscribe(app.url, ExecutionFinished, { id });
      const witness = updates(id);
      for (let seen = 0; seen < 3; seen += 1) await witness.next();

      upstream.complete();

      expect((await stream.rest()).map((result) => dataOf(result).usageExecutionFinished)).toEqual([
        expect.objectContaining({ id, status: 'SUCCEEDED', done: true }),
      ]);
      expect(await stream.ended).toEqual({ kind: 'completed' });
    });

    it('sends the rows of the result together with the final state', async () => {
      const id = await startedId(app.url);

      const [result] = await door.subscribe(app.url, ExecutionFinished, { id }).rest();

      expect(dataOf(result ?? {}).usageExecutionFinished.totals.rowCount).toBeGreaterThan(0);
    });

    it.each([
      ['usageExecutionFinished', ExecutionFinished],
      ['usageExecutionUpdated', ExecutionUpdated],
    ])('%s answers at once, each time, when the execution is final already', async (_name, document) => {
      const id = await finishedId(app.url);
      for (let again = 0; again < 2; again += 1) {
        const stream = door.send(app.url, { query: print(document), variables: { id } });
        const results = await stream.rest();
        expect(results.map((result) => Object.values(dataOf(result)))).toEqual([
          [expect.objectContaining({ id, done: true })],
        ]);
        expect(await stream.ended).toEqual({ kind: 'completed' });
      }
    });

    it('gives one NOT_FOUND error and ends for an unknown id', async () => {
      const stream = door.subscribe(app.url, ExecutionFinished, { id: UNKNOWN_ID });

      expect(await stream.rest()).toEqual([
        expect.objectContaining({
          errors: [expect.objectContaining({ extensions: { code: 'NOT_FOUND', retryable: false } })],
        }),
      ]);
      expect(await stream.ended).toEqual({ kind: 'completed' });
    });

    it.each(['demo-other-org', 'demo-none', 'demo-viewer'])(
      'answers %s for a foreign id as for an unknown one',
      async (token) => {
        const id = await startedId(app.url);
        const foreign = await door.subscribe(app.url, ExecutionUpdated, { id }, token).rest();
        const unknown = await door.subscribe(app.url, ExecutionUpdated, { id: UNKNOWN_ID }, token).rest();

        expect(foreign).toEqual(unknown);
        expect(unknown).toHaveLength(1);
      },
    );

    it('tells on one node what another node has done', async () => {
      const upstream = holdUpstream();
      const id = await startedId(app.url);
      const stream = updates(id, undefined, otherNodeUrl);
      await stream.next();

      upstream.complete();

      expect((await stream.rest()).at(-1)).toMatchObject({ id, status: 'SUCCEEDED' });
    });

    it('tells of every execution that ends from now on, each once, until unsubscribed', async () => {
      await finishedId(app.url);
      const stream = finished(null);
      await settled(stream);
      const ids = await Promise.all([finishedId(app.url), finishedId(app.url, 'SIMPLE_SEARCH')]);

      const told = [await stream.next(), await stream.next()];
      expect(told.map((execution) => execution.id).toSorted()).toEqual(ids.toSorted());
      stream.leave();
      expect(await stream.rest()).toEqual([]);
    });

    it('tells only of ends that match the filter', async () => {
      const stream = finished({ operation: ['SIMPLE_SEARCH'], status: ['SUCCEEDED'] });
      await settled(stream, 'SIMPLE_SEARCH');
      await finishedId(app.url, 'ORGANIZATION_QUERY');
      const id = await finishedId(app.url, 'SIMPLE_SEARCH');

      expect(await stream.next()).toEqual({ id, operation: 'SIMPLE_SEARCH', status: 'SUCCEEDED' });
    });

    it('tells nobody of the ends in another organization, nor of those without the permission', async () => {
      const viewer = finished(null, 'demo-viewer');
      await settled(viewer, 'OAUTH_CLIENT_QUERY');
      await finishedId(app.url, 'ORGANIZATION_QUERY');
      await finishedId(app.url, 'ORGANIZATION_QUERY', {}, 'demo-other-org');
      const id = await finishedId(app.url, 'OAUTH_CLIENT_QUERY');

      expect((await viewer.next()).id).toBe(id);
    });

    it('takes queries and mutations too', async () => {
      const input = { interval: INTERVAL, reuse: { maxAgeSeconds: 0 } };
      const query = door.subscribe(app.url, ViewerInfo, {});
      const mutation = door.subscribe(app.url, QueryOrganizationUsage, { input });

      expect(dataOf((await query.next()) ?? {}).viewer.organization.name).toBe('Northwind Contact Center');
      const { queryOrganizationUsage } = dataOf((await mutation.next()) ?? {});
      expect(queryOrganizationUsage).toMatchObject({ execution: { done: false }, userErrors: [] });
      expect([await query.ended, await mutation.ended]).toEqual([
        { kind: 'completed' },
        { kind: 'completed' },
      ]);
    });

    it('chooses one of several operations by its name', async () => {
      const query = `query A { viewer { operations } } ${print(ViewerInfo)}`;
      const stream = door.send(app.url, { query, operationName: 'ViewerInfo' });

      expect(dataOf((await stream.next()) ?? {})).toMatchObject({
        viewer: { user: { name: expect.any(String) } },
      });
    });

    it('lets subscribers leave without disturbing the others', async () => {
      const upstream = holdUpstream();
      const id = await startedId(app.url);
      const [leaving, staying] = [updates(id), updates(id)];
      await Promise.all([leaving.next(), staying.next()]);

      leaving.leave();
      upstream.complete();

      expect((await staying.rest()).at(-1)?.done).toBe(true);
      expect((await leaving.rest()).filter(({ done }) => done)).toEqual([]);
    });

    it('tells of a cancel on another node', async () => {
      holdUpstream();
      const id = await startedId(app.url);
      const stream = updates(id);
      await stream.next();

      await execute(otherNodeUrl, CancelUsageExecution, { input: { id } });

      expect((await stream.rest()).at(-1)).toMatchObject({ status: 'CANCELED', done: true });
    });

    /** A subscription is not acknowledged: it listens for sure once it has told of something. */
    async function settled(
      stream: { next(): Promise<{ id: string }> },
      operation: Parameters<typeof startedId>[1] = 'ORGANIZATION_QUERY',
    ): Promise<void> {
      let told: string | null = null;
      const first = stream.next().then(({ id }) => (told = id));
      let last = '';
      await until(
        'the awaited state',
        async () => {
          if (told === null) last = await finishedId(app.url, operation);
          return told !== null;
        },
        10_000,
      );
      for (let id = await first; id !== last;) ({ id } = await stream.next());
    }
  });
});
