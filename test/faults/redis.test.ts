/** Nodes that tell each other of changes by Redis, when it fails: everybody who waits is told, once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { App } from '../../src/app.js';
import type { Config } from '../../src/config.js';
import { ExecutionFinished, ExecutionUpdated } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, post, type Stream } from '../support/clients.js';
import { inDatabase } from '../support/database.js';
import { type Proxy, startProxy } from '../support/proxy.js';
import { redisIsHere, startRedis, type TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { moveExecutions, type MovedExecutions } from './support/executions.js';

const CANCEL = `mutation ($id: ID!) {
  cancelUsageExecution(input: { id: $id }) { userErrors { code } } }`;
const NEVER_MS = 600_000;
/** Short; where the answer of a busy machine is taken for silence, everybody is told once all the same. */
const HEARTBEAT_MS = 500;

let redis: TestRedis;
/** Between the first node and Redis. */
let way: Proxy;
let app: TestApp;
let moved: MovedExecutions;
/** Always reaches Redis. */
let witness: App;
let subjectId: string;

const times =
  (heartbeatMs: number, catchUpMs: number) =>
  (config: Config): Config => ({
    ...config,
    redis: config.redis && { ...config.redis, heartbeatMs, catchUpMs },
  });

(redisIsHere ? describe : describe.skip)('nodes that are told of changes by Redis', () => {
  beforeAll(async () => {
    redis = await startRedis();
    way = await startProxy(redis.url);
    // What is told here is told by Redis, or by the look after it has come back.
    app = await startAppWithSimulator({
      env: { REDIS_URL: way.url },
      changes: times(HEARTBEAT_MS, NEVER_MS),
    });
    witness = await app.startNode({ REDIS_URL: redis.url });
    moved = await moveExecutions(app.databaseUrl);
    const { data } = await post(app.url, { query: '{ viewer { user { id } } }' });
    subjectId = (data as { viewer: { user: { id: string } } }).viewer.user.id;
  });
  beforeEach(async () => {
    // In one of the tests it is turned off.
    await inDatabase(app.databaseUrl, 'ALTER TABLE executions ENABLE TRIGGER execution_changed');
  });
  afterEach(closeClients);
  afterAll(async () => {
    await moved?.stop();
    await app?.stop();
    await way?.stop();
    await redis?.stop();
  });

  /** New ones, which the callers of these tests may cancel. */
  async function running(count: number): Promise<string[]> {
    const ids = await moved.run(count);
    await inDatabase(app.databaseUrl, `UPDATE executions SET subject_id = '${subjectId}'`);
    return ids;
  }

  /** Those who wait for the ends of these, at each door, for one and for all. */
  async function waiters(nodes: readonly App[], ids: readonly string[]) {
    const each = await Promise.all(nodes.map((node) => waitersOf(node, ids)));
    const [single, all] = [each.flatMap((of) => of.single), each.flatMap((of) => of.all)];
    await begun(all);
    return { single, all };
  }

  async function waitersOf(node: App, ids: readonly string[]) {
    const base = node.watching.listeners;
    const single = ids.flatMap((id) =>
      DOORS.flatMap<Stream<unknown>>((door) => [
        door.subscribe(node.url, ExecutionFinished, { id }),
        door.subscribe(node.url, ExecutionUpdated, { id }),
      ]),
    );
    const all = DOORS.map((door) =>
      door.send(node.url, { query: 'subscription { usageExecutionsFinished { id done } }' }),
    );
    await until('all to listen', () => node.watching.listeners === base + single.length + all.length);
    return { single, all };
  }

  /** What ends before a subscription has begun is no news to it, and it is not acknowledged: so until all tell of one. */
  async function begun(streams: readonly Stream<unknown>[]): Promise<void> {
    let telling = 0;
    const first = streams.map(async (stream) => {
      const [id] = await take(stream, 1);
      telling += 1;
      return id;
    });
    let last = '';
    await until('all to tell of an end', async () => {
      if (telling < streams.length) last = await oneMore();
      return telling === streams.length;
    });
    for (const [i, stream] of streams.entries())
      for (let id = await first[i]; id !== last;) [id] = await take(stream, 1);
  }

  /** Each is told the end once; `after` ends one more, which would come behind whatever came twice. */
  async function expectToldOnce(
    { single, all }: Awaited<ReturnType<typeof waiters>>,
    ids: readonly string[],
    after: () => Promise<string>,
  ): Promise<void> {
    const seen = await Promise.all(single.map((stream) => stream.rest()));
    const finals = seen.map((results) =>
      results
        .flatMap(({ data }) => Object.values(data ?? {}))
        .filter((state) => (state as { done: boolean }).done),
    );
    expect(finals.map(({ length }) => length)).toEqual(single.map(() => 1));
    const told = await Promise.all(all.map((stream) => take(stream, ids.length)));
    expect(told.map((each) => each.toSorted())).toEqual(all.map(() => ids.toSorted()));
    const last = await after();
    expect(await Promise.all(all.map((stream) => take(stream, 1)))).toEqual(all.map(() => [last]));
  }

  async function take(stream: Stream<unknown>, count: number): Promise<string[]> {
    const ids: string[] = [];
    while (ids.length < count) {
      const data = dataOf((await stream.next()) ?? {}) as { usageExecutionsFinished: { id: string } };
      ids.push(data.usageExecutionsFinished.id);
    }
    return ids;
  }

  /** Each by its own statement, by a node that publishes it. */
  async function cancel(url: string, ids: readonly string[]): Promise<void> {
    const results = await Promise.all(ids.map((id) => post(url, { query: CANCEL, variables: { id } })));
    expect(results.map(({ data }) => data)).toEqual(
      ids.map(() => ({ cancelUsageExecution: { userErrors: [] } })),
    );
  }

  const oneMoreBy = async (url: string) => {
    const ids = await running(1);
    await cancel(url, ids);
    return ids[0] ?? '';
  };
  const oneMore = () => oneMoreBy(witness.url);

  it('tell everybody once when Redis is killed and started again in the middle', async () => {
    const ids = await running(6);
    const waiting = await waiters([app.node], ids);
    await cancel(witness.url, ids.slice(0, 3));
    await redis.kill();
    await cancel(witness.url, ids.slice(3));
    await redis.restart();
    // By their own node: the other one may not have found Redis again yet.
    await expectToldOnce(waiting, ids, () => oneMoreBy(app.url));
  }, 30_000);

  it.each([
    ['half-open', () => way.halfOpen(), async () => {}],
    ['stalled', () => way.stall(), () => way.mend()],
  ])(
    'tell everybody once when the way to Redis is %s',
    async (_what, fail, mend) => {
      const ids = await running(3);
      const waiting = await waiters([app.node], ids);
      fail();
      await cancel(witness.url, ids);
      await mend();
      await expectToldOnce(waiting, ids, oneMore);
    },
    60_000,
  );

  it('tell of what was committed and never published, by a look at what is watched', async () => {
    const node = await app.startNode({ REDIS_URL: redis.url }, { changes: times(HEARTBEAT_MS, 150) });
    const ids = await running(6);
    const waiting = await waiters([node], ids);
    // By a writer that does not publish: as one that dies in between, or a node without Redis.
    await moved.end(ids);
    await expectToldOnce(waiting, ids, oneMore);
  }, 30_000);

  it('start without Redis, are ready, and tell everybody once all the same', async () => {
    const nowhere = await startProxy(redis.url);
    await nowhere.cut();
    const node = await app.startNode(
      { REDIS_URL: nowhere.url, DRAIN_MS: '0' },
      { changes: times(HEARTBEAT_MS, 150) },
    );
    expect((await fetch(`${node.url}/health/ready`)).status).toBe(200);
    const ids = await running(4);
    const waiting = await waiters([node], ids);
    await cancel(node.url, ids.slice(0, 2));
    await cancel(witness.url, ids.slice(2));
    await expectToldOnce(waiting, ids, oneMore);
    await node.stop();
    await nowhere.stop();
  }, 30_000);

  it('work beside nodes that are told by the database, in both directions', async () => {
    const old = await app.startNode({ REDIS_URL: '' });
    const young = await app.startNode({ REDIS_URL: redis.url }, { changes: times(HEARTBEAT_MS, 150) });
    const ids = await running(4);
    const waiting = await waiters([old, young], ids);
    await cancel(old.url, ids.slice(0, 2));
    await cancel(young.url, ids.slice(2));
    await expectToldOnce(waiting, ids, oneMore);
  }, 30_000);

  it('need no notifications of the database, and nodes that do refuse to start without', async () => {
    await inDatabase(app.databaseUrl, 'ALTER TABLE executions DISABLE TRIGGER execution_changed');
    const ids = await running(3);
    const waiting = await waiters([app.node], ids);
    await cancel(witness.url, ids);
    await expectToldOnce(waiting, ids, oneMore);
    await expect(app.startNode({ REDIS_URL: '' })).rejects.toThrow(/Set REDIS_URL.*ENABLE TRIGGER/);
  }, 30_000);
});
