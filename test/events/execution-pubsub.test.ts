import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';

import { PubSub, type PubSubEngine } from 'graphql-subscriptions';

import type { ExecutionEvent } from '../../src/domain/ports/execution-events.js';
import { createExecutionPubSub } from '../../src/events/execution-pubsub.js';
import { createRedisEngine } from '../../src/events/redis/redis-engine.js';
import { silentLogger } from '../../src/lib/logger.js';
import { redisIsHere, startRedis, type TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

const [ONE, TWO] = ['exe_00000000000000000000000000000001', 'exe_00000000000000000000000000000002'];

let redis: TestRedis | null = null;
beforeAll(async () => {
  if (redisIsHere) redis = await startRedis();
});
afterAll(() => redis?.stop());

interface Engine {
  readonly engine: PubSubEngine;
  /** Subscriptions that it keeps. */
  readonly kept: () => number;
  readonly stop: () => Promise<void>;
}

async function inProcess(): Promise<Engine> {
  const emitter = new EventEmitter();
  const kept = () => emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
  return { engine: new PubSub({ eventEmitter: emitter }), kept, stop: async () => {} };
}

async function overRedis(): Promise<Engine> {
  const { url = '' } = redis ?? {};
  const made = createRedisEngine({ url, heartbeatMs: 5_000, log: silentLogger, onConnected() {} });
  await made.attempted;
  return { engine: made.engine, kept: () => made.channels, stop: () => made.stop() };
}

const ENGINES = [
  { name: 'in the process', make: inProcess },
  ...(redisIsHere ? [{ name: 'Redis', make: overRedis }] : []),
];

describe.each(ENGINES)('the events of executions, with the engine $name', ({ make }) => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function parts() {
    const { engine, kept, stop } = await make();
    stops.push(stop);
    const heard: ExecutionEvent[] = [];
    return {
      pubSub: createExecutionPubSub(engine),
      kept,
      heard,
      hear: (event: ExecutionEvent) => void heard.push(event),
    };
  }

  it('reach who listens to the execution, and nobody else', async () => {
    const { pubSub, heard, hear } = await parts();
    await pubSub.events.onExecution(ONE, hear);
    await pubSub.publish({ id: TWO, version: 2, finishedIn: 'org-1' });
    await pubSub.publish({ id: ONE, version: 3, finishedIn: null });
    await until('the news', () => heard.length > 0);
    expect(heard).toEqual([{ type: 'CHANGED', id: ONE, version: 3 }]);
  });

  it('reach who listens to the ends of an organization, and no other organization', async () => {
    const { pubSub, heard, hear } = await parts();
    await pubSub.events.onFinished('org-1', hear);
    await pubSub.publish({ id: ONE, version: 2, finishedIn: null });
    await pubSub.publish({ id: ONE, version: 3, finishedIn: 'org-2' });
    await pubSub.publish({ id: ONE, version: 4, finishedIn: 'org-1' });
    await until('the news', () => heard.length > 0);
    expect(heard).toEqual([{ type: 'CHANGED', id: ONE, version: 4 }]);
  });

  it('tell everybody on the node when something may have been missed, or one organization’s listeners', async () => {
    const { pubSub, heard, hear } = await parts();
    await pubSub.events.onExecution(ONE, hear);
    await pubSub.events.onFinished('org-1', hear);
    pubSub.resync();
    expect(heard).toEqual([{ type: 'RESYNC' }, { type: 'RESYNC' }]);
    pubSub.resync('org-1');
    pubSub.resync('org-2');
    expect(heard).toHaveLength(3);
  });

  it('can be told on the node alone', async () => {
    const { pubSub, heard, hear } = await parts();
    const other = await parts();
    await pubSub.events.onExecution(ONE, hear);
    await other.pubSub.events.onExecution(ONE, other.hear);
    pubSub.tell({ id: ONE, version: 2, finishedIn: null });
    pubSub.tell({ id: TWO, version: 2, finishedIn: null });
    expect(heard).toEqual([{ type: 'CHANGED', id: ONE, version: 2 }]);
    expect(other.heard).toEqual([]);
  });

  it('leave no listener behind', async () => {
    const { pubSub, heard, hear, kept } = await parts();
    const leave = [await pubSub.events.onExecution(ONE, hear), await pubSub.events.onFinished('org-1', hear)];
    expect(kept()).toBe(2);
    expect(pubSub.watched()).toEqual({ executions: [ONE], organizations: ['org-1'] });
    leave.forEach((unlisten) => unlisten());
    expect(kept()).toBe(0);
    expect(pubSub.watched()).toEqual({ executions: [], organizations: [] });
    await pubSub.publish({ id: ONE, version: 2, finishedIn: 'org-1' });
    pubSub.resync();
    expect(heard).toEqual([]);
  });
});
