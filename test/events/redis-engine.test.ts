import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';

import { Redis } from 'ioredis';

import type { ExecutionEvent } from '../../src/domain/ports/execution-events.js';
import { createExecutionPubSub } from '../../src/events/execution-pubsub.js';
import { createRedisEngine } from '../../src/events/redis/redis-engine.js';
import { RedisPublisher } from '../../src/events/redis/redis-publisher.js';
import { type Logger, silentLogger } from '../../src/lib/logger.js';
import { startProxy } from '../support/proxy.js';
import { redisIsHere, startRedis, type TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

const ID = 'exe_00000000000000000000000000000001';
const PASSWORD = 'hunter2-of-redis';
/** Long enough that a busy machine's answer is no silence. */
const HEARTBEAT_MS = 5_000;
/** Where silence is what is waited for, and a connection more does no harm. */
const SHORT_MS = 400;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean();
});

/** A node's end of it, with all that it has said. */
async function node(url: string, heartbeatMs = HEARTBEAT_MS) {
  const lines: string[] = [];
  const say = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Logger = { ...silentLogger, info: say, warn: say, error: say };
  let connects = 0;
  const redis = createRedisEngine({
    url,
    heartbeatMs,
    log,
    onConnected: () => {
      connects += 1;
      pubSub.resync();
    },
  });
  const pubSub = createExecutionPubSub(redis.engine);
  cleanUp.push(() => redis.stop());
  await redis.attempted;
  const heard: ExecutionEvent[] = [];
  const hear = (event: ExecutionEvent) => void heard.push(event);
  return { redis, pubSub, heard, hear, lines, connects: () => connects };
}

const change = (version: number) => ({ id: ID, version, finishedIn: 'org-1' });

(redisIsHere ? describe : describe.skip)('the connections to Redis', () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await startRedis({ password: PASSWORD });
    cleanUp.push(() => redis.stop());
  });

  it('carry what one node publishes to another, as an id and a version and nothing else', async () => {
    const [one, two] = [await node(redis.url), await node(redis.url)];
    const outside = new Redis(redis.url);
    cleanUp.push(() => outside.disconnect());
    const seen: string[] = [];
    outside.on('pmessage', (_pattern, channel: string, text: string) => {
      if (!channel.startsWith('genesys-usage:node:')) seen.push(`${channel} ${text}`);
    });
    await outside.psubscribe('*');
    await two.pubSub.events.onFinished('org-1', two.hear);
    await one.pubSub.publish(change(7));
    await until('the news', () => two.heard.length === 1 && seen.length === 2);
    expect(two.heard).toEqual([{ type: 'CHANGED', id: ID, version: 7 }]);
    expect(seen).toEqual([`genesys-usage:execution:${ID} ${ID} 7`, `genesys-usage:finished:org-1 ${ID} 7`]);
  });

  it('make listeners look for themselves when somebody writes junk to a channel', async () => {
    const { pubSub, heard, hear } = await node(redis.url);
    await pubSub.events.onExecution(ID, hear);
    const outside = new Redis(redis.url);
    cleanUp.push(() => outside.disconnect());
    const junk = ['', '{"type":"CHANGED"}', `${ID} x`, `${ID} 1\n`, 'x'.repeat(100_000)];
    for (const text of junk) await outside.publish(`genesys-usage:execution:${ID}`, text);
    await pubSub.publish(change(2));
    await until('what can be read', () => heard.some(({ type }) => type === 'CHANGED'));
    expect(heard.filter(({ type }) => type === 'CHANGED')).toEqual([{ type: 'CHANGED', id: ID, version: 2 }]);
  });

  it('come back after Redis was killed, listen to the same channels, and tell that something may be missing', async () => {
    const { redis: engine, pubSub, heard, hear, lines, connects } = await node(redis.url);
    await pubSub.events.onExecution(ID, hear);
    await redis.kill();
    await until('the loss to be noticed', () => !engine.connected);
    await expect(pubSub.publish(change(2))).rejects.toThrow('Redis is away');
    const late = await pubSub.events.onFinished('org-1', hear);
    await redis.restart();
    await until('the return', () => connects() === 2);
    expect(heard).toEqual([{ type: 'RESYNC' }, { type: 'RESYNC' }]);
    await pubSub.publish(change(3));
    await until('news on both channels', () => heard.length === 4);
    late();
    expect(lines.filter((line) => line.includes('does not serve'))).toHaveLength(1);
    expect(lines.join()).not.toContain(PASSWORD);
  });

  it('are given up when nothing comes back any more, half-open or stalled, and made anew', async () => {
    const way = await startProxy(redis.url);
    cleanUp.push(() => way.stop());
    const { redis: engine, pubSub, heard, hear, connects } = await node(way.url, SHORT_MS);
    await pubSub.events.onExecution(ID, hear);
    way.halfOpen();
    await until('new connections', () => connects() >= 2, 20_000);
    redis.stall();
    // Who subscribes meanwhile is not kept waiting for it.
    await pubSub.events.onFinished('org-1', hear);
    await until('the silence to be noticed', () => !engine.connected, 20_000);
    redis.resume();
    await until('the return', () => engine.connected, 20_000);
    await until('the news', async () => {
      await pubSub.publish(change(2)).catch(() => {});
      return heard.filter(({ type }) => type === 'CHANGED').length >= 2;
    });
  }, 60_000);

  it('take no more messages than they can hold while Redis is slow', async () => {
    const client = new Redis(redis.url);
    cleanUp.push(() => client.disconnect());
    await once(client, 'ready');
    const publisher = new RedisPublisher('test:');
    publisher.open(client);
    redis.stall();
    const taken = Array.from({ length: 10_000 }, () => publisher.publish('channel', 'text'));
    await expect(publisher.publish('channel', 'text')).rejects.toThrow('Redis is too slow');
    redis.resume();
    await publisher.flushed();
    await Promise.all(taken);
    await publisher.publish('channel', 'text');
  });

  it('say why they can not be made, and keep the password to themselves', async () => {
    const { redis: engine, pubSub, hear, lines } = await node(redis.url.replace(PASSWORD, `${PASSWORD}-not`));
    expect(engine.connected).toBe(false);
    await pubSub.events.onExecution(ID, hear);
    expect(lines).toEqual([expect.stringMatching(/^Redis does not serve just now: .*REDIS_URL.*WRONGPASS/)]);
    expect(lines.join()).not.toContain(PASSWORD);
  });

  it('count as lost when Redis refuses a channel', async () => {
    const { redis: engine, pubSub, hear, lines } = await node(redis.url);
    const outside = new Redis(redis.url);
    cleanUp.push(() => outside.disconnect());
    await outside.call('ACL', 'SETUSER', 'default', 'resetchannels', '&genesys-usage:node:*');
    expect(engine.connected).toBe(true);
    await pubSub.events.onExecution(ID, hear);
    await until('the refusal to be told', () => lines.some((line) => line.includes('NOPERM')));
    expect(engine.connected).toBe(false);
    await outside.call('ACL', 'SETUSER', 'default', 'allchannels');
    await until('the return', () => engine.connected);
  });

  it('leave nothing behind when they are stopped, stalled or not', async () => {
    const { redis: engine } = await node(redis.url);
    const outside = new Redis(redis.url);
    cleanUp.push(() => outside.disconnect());
    const ours = async () => String(await outside.client('LIST')).split('genesys-usage-graphql').length - 1;
    expect(await ours()).toBe(2);
    await engine.stop();
    await until('both to be closed', async () => (await ours()) === 0);
    expect(engine.connected).toBe(false);
    const other = await node(redis.url);
    redis.stall();
    await other.redis.stop();
    redis.resume();
  });
});

describe('without Redis', () => {
  it('starts, says so in one line, and lets everybody subscribe', async () => {
    const { redis, pubSub, hear, lines } = await node('redis://:secret@127.0.0.1:1');
    const leave = await pubSub.events.onExecution(ID, hear);
    expect(redis.connected).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/^Redis does not serve just now: .*ECONNREFUSED/)]);
    leave();
  });

  it('does not wait for ever for a server that takes connections and says nothing', async () => {
    // It reads, or it would never see that the other end has left, and both ends would stay.
    const mute: Server = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
    cleanUp.push(() => mute.close());
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    const { redis, lines } = await node(`redis://127.0.0.1:${port}`, SHORT_MS);
    expect(redis.connected).toBe(false);
    expect(lines[0]).toContain('did not answer in time');
  });
});
