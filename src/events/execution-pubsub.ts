/**
 * Fan-out of execution events inside a node, over the `PubSubEngine` interface of `graphql-subscriptions`, so that
 * another engine can take the place of the in-process one. We subscribe with callbacks: the engine's own iterators
 * begin to listen at the first `next()`, and an event before that would be lost.
 */
import { EventEmitter } from 'node:events';

import { PubSub, type PubSubEngine } from 'graphql-subscriptions';

import type { ExecutionEvent, ExecutionEvents } from '../domain/ports.js';

/** What the database tells of a change. `finishedIn`: the organization, when the execution has just ended. */
export interface ExecutionChange {
  readonly id: string;
  readonly version: number;
  readonly finishedIn: string | null;
}

export interface ExecutionPubSub {
  readonly events: ExecutionEvents;
  /** Of `events`, that are registered now. */
  readonly listeners: number;
  publish(change: ExecutionChange): Promise<void>;
  /** Changes may have been missed: everybody must read again. */
  resync(): Promise<void>;
}

const RESYNC_TOPIC = 'resync';
const executionTopic = (id: string) => `execution:${id}`;
const finishedTopic = (organizationId: string) => `finished:${organizationId}`;

export function createExecutionPubSub(engine: PubSubEngine = inProcessEngine()): ExecutionPubSub {
  let listeners = 0;
  const listen = async (topic: string, listener: (event: ExecutionEvent) => void) => {
    const unlisten = await listenTo(engine, [topic, RESYNC_TOPIC], listener);
    let listens = true;
    listeners += 1;
    return () => {
      if (!listens) return;
      listens = false;
      listeners -= 1;
      unlisten();
    };
  };
  return {
    events: {
      onExecution: (id, listener) => listen(executionTopic(id), listener),
      onFinished: (organizationId, listener) => listen(finishedTopic(organizationId), listener),
    },
    get listeners() {
      return listeners;
    },
    async publish({ id, version, finishedIn }) {
      const event: ExecutionEvent = { type: 'CHANGED', id, version };
      await engine.publish(executionTopic(id), event);
      if (finishedIn !== null) await engine.publish(finishedTopic(finishedIn), event);
    },
    resync: () => engine.publish(RESYNC_TOPIC, { type: 'RESYNC' } satisfies ExecutionEvent),
  };
}

async function listenTo(
  engine: PubSubEngine,
  topics: readonly string[],
  listener: (event: ExecutionEvent) => void,
): Promise<() => void> {
  const ids = await Promise.all(topics.map((topic) => engine.subscribe(topic, listener, {})));
  return () => ids.forEach((id) => void engine.unsubscribe(id));
}

function inProcessEngine(): PubSubEngine {
  // One listener for each subscriber is what it is for; Node's warning at eleven would be noise.
  const eventEmitter = new EventEmitter().setMaxListeners(0);
  return new PubSub({ eventEmitter });
}
