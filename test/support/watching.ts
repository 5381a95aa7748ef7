/** The watch service over the real store and real notifications, and a way to take note of what it delivers. */
import { EventEmitter } from 'node:events';

import { PubSub } from 'graphql-subscriptions';

import type { ExecutionStore } from '../../src/domain/ports/execution-store.js';
import { createChangeListener } from '../../src/events/change-listener.js';
import { createExecutionPubSub, type ExecutionPubSub } from '../../src/events/execution-pubsub.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createWatchService, type WatchService } from '../../src/services/watch-service.js';

export interface Watching {
  readonly watch: WatchService;
  readonly pubSub: ExecutionPubSub;
  /** Listeners that are registered now. */
  listeners(): number;
  stop(): Promise<void>;
}

/** With `url` the notifications of that database arrive; without one, only what the test publishes. */
export async function startWatching(store: ExecutionStore, url?: string): Promise<Watching> {
  const eventEmitter = new EventEmitter().setMaxListeners(0);
  const pubSub = createExecutionPubSub(new PubSub({ eventEmitter }));
  const listener =
    url === undefined
      ? null
      : await createChangeListener({
          url,
          log: silentLogger,
          onChange: (change) => void pubSub.publish(change),
          onConnected: () => pubSub.resync(),
        });
  return {
    watch: createWatchService({ store, events: pubSub.events, log: silentLogger }),
    pubSub,
    listeners: () =>
      eventEmitter.eventNames().reduce((sum, name) => sum + eventEmitter.listenerCount(name), 0),
    stop: async () => listener?.stop(),
  };
}

/** Reads a stream to its end in the background. */
export function collect<T>(stream: AsyncIterable<T>): { readonly items: T[]; readonly ended: Promise<T[]> } {
  const items: T[] = [];
  const read = async () => {
    for await (const item of stream) items.push(item);
    return items;
  };
  const ended = read();
  ended.catch(() => {});
  return { items, ended };
}
