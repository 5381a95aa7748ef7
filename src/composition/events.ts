/** How this node learns of changes: from the database, or, where there are very many, by Redis. */
import type { Config } from '../config.js';
import type { ExecutionStore } from '../domain/ports/execution-store.js';
import { createCatchUp } from '../events/catch-up.js';
import { createChangeListener } from '../events/change-listener.js';
import {
  createExecutionPubSub,
  type ExecutionChange,
  type ExecutionPubSub,
} from '../events/execution-pubsub.js';
import { createProgressStore, createPublishingStore } from '../events/publishing-store.js';
import { createRedisEngine } from '../events/redis/redis-engine.js';
import type { Logger } from '../lib/logger.js';
import { StartupError } from '../lib/startup-error.js';
import { reasonOf } from '../store/errors.js';
import type { OnStop } from './on-stop.js';
import type { Stores } from './stores.js';

export interface Events {
  readonly pubSub: ExecutionPubSub;
  /** False while changes may be missed. */
  readonly listener: { readonly connected: boolean };
  /** The stores by which executions are to be changed. */
  readonly telling: { readonly store: ExecutionStore; readonly pollerStore: ExecutionStore };
}

interface Where {
  readonly databaseUrl: string;
  readonly redis: Config['redis'];
}

export async function openEvents(
  { databaseUrl, redis }: Where,
  stores: Stores,
  log: Logger,
  onStop: OnStop,
): Promise<Events> {
  return redis === null
    ? eventsOfDatabase(databaseUrl, stores, log, onStop)
    : eventsByRedis(redis, stores, log, onStop);
}

async function eventsOfDatabase(url: string, stores: Stores, log: Logger, onStop: OnStop): Promise<Events> {
  const { trouble, dropConnections, store, pollerStore, progress } = stores;
  if (!(await stores.isNotifying())) {
    throw new StartupError(
      'The database does not tell of changes, since somebody has turned that off for Redis. Set REDIS_URL as on the ' +
        'other nodes, or turn it on again: ALTER TABLE executions ENABLE TRIGGER execution_changed.',
    );
  }
  const pubSub = createExecutionPubSub();
  const listener = await createChangeListener({
    url,
    log,
    onChange: (change) => void pubSub.publish(change),
    onConnected: () => {
      trouble.passed();
      pubSub.resync();
    },
    onLost: (error, silent) => {
      trouble.happened({ reason: reasonOf(error) });
      // Else each of them would keep a statement waiting until its own time is over, one after the other.
      if (silent) dropConnections();
    },
  });
  onStop(() => listener.stop());
  const telling = { store, pollerStore: createProgressStore(pollerStore, progress.tell) };
  return { pubSub, listener, telling };
}

async function eventsByRedis(
  { url, heartbeatMs, catchUpMs }: NonNullable<Config['redis']>,
  stores: Stores,
  log: Logger,
  onStop: OnStop,
): Promise<Events> {
  const { versions, store, pollerStore } = stores;
  const redis = createRedisEngine({ url, heartbeatMs, log, onConnected: () => pubSub.resync() });
  const pubSub = createExecutionPubSub(redis.engine);
  onStop(() => redis.stop());
  await redis.attempted;
  const catchUp = createCatchUp({ versions, pubSub, roundMs: catchUpMs });
  onStop(() => catchUp.stop());
  // Those on this node need no Redis to be told.
  const publish = (change: ExecutionChange) => void pubSub.publish(change).catch(() => pubSub.tell(change));
  return {
    pubSub,
    listener: {
      // Without Redis changes come late, but they come: no reason to send everybody to nodes that have none either.
      get connected() {
        return redis.connected || catchUp.working;
      },
    },
    telling: {
      store: createPublishingStore(store, publish),
      pollerStore: createPublishingStore(pollerStore, publish),
    },
  };
}
