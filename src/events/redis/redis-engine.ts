/** Redis as an engine of `graphql-subscriptions`, with messages that bear an id and a version and nothing else. */
import { RedisPubSub, type PubSubRedisOptions } from 'graphql-redis-subscriptions';
import type { PubSubEngine } from 'graphql-subscriptions';

import type { ExecutionEvent } from '../../domain/ports/execution-events.js';
import { createTrouble } from '../../lib/trouble.js';
import type { Logger } from '../../lib/logger.js';
import { MISSED } from './redis-channels.js';
import { createRedisLink } from './redis-link.js';

export interface RedisEngineOptions {
  readonly url: string;
  /** A dead link is noticed within twice this. */
  readonly heartbeatMs: number;
  readonly log: Logger;
  /** After each successful (re)connect: what was published meanwhile is lost. */
  readonly onConnected: () => void;
}

export interface RedisEngine {
  readonly engine: PubSubEngine;
  /** False while changes may be missed. */
  readonly connected: boolean;
  /** Channels that are listened to. */
  readonly channels: number;
  /** Settles after the first attempt to connect, also a failed one: with Redis away it connects later. */
  readonly attempted: Promise<void>;
  stop(): Promise<void>;
}

/** Redis knows no databases in this: channels of all are the same. Ids are unique, so nobody takes another's for his. */
const PREFIX = 'genesys-usage:';
const TEXT = /^(exe_[0-9a-f]{32}) (\d{1,10})$/;

export function createRedisEngine({ log, onConnected, ...where }: RedisEngineOptions): RedisEngine {
  const trouble = createTrouble(log, {
    begun:
      'Redis does not serve just now: changes of executions are told late, by a look into the database every few ' +
      'seconds, and none is lost. Check that Redis runs, and that REDIS_URL leads to it with the right password.',
    over: 'Redis serves again',
  });
  const link = createRedisLink({
    ...where,
    prefix: PREFIX,
    onConnected: () => {
      trouble.passed();
      onConnected();
    },
    onAlive: () => trouble.passed(),
    onLost: (reason) => trouble.happened({ reason }),
  });
  // Of each it uses the methods that the classes have, and takes two connections of the driver or none.
  const connections = {
    publisher: link.publisher,
    subscriber: link.channels,
  } as unknown as PubSubRedisOptions;
  return {
    engine: new RedisPubSub({
      ...connections,
      triggerTransform: (trigger) => `${PREFIX}${String(trigger)}`,
      serializer: toText,
      deserializer: (text) => toEvent(String(text), log),
    }),
    get connected() {
      return link.connected;
    },
    get channels() {
      return link.channels.size;
    },
    attempted: link.attempted,
    stop: () => link.stop(),
  };
}

function toText(event: ExecutionEvent): string {
  return event.type === 'CHANGED' ? `${event.id} ${event.version}` : MISSED;
}

/** Whoever may use Redis may write to the channel: what can't be read makes its listeners look for themselves. */
function toEvent(text: string, log: Logger): ExecutionEvent {
  const [, id, version] = TEXT.exec(text) ?? [];
  if (id !== undefined) return { type: 'CHANGED', id, version: Number(version) };
  if (text !== MISSED) log.warn({}, 'a message in Redis that is not ours');
  return { type: 'RESYNC' };
}
