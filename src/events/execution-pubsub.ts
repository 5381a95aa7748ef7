/**
 * Fan-out of execution events inside a node, over the `PubSubEngine` interface of `graphql-subscriptions`, so that
 * another engine can take the place of the in-process one. We subscribe with callbacks: the engine's own iterators
 * begin to listen at the first `next()`, and an event before that would be lost. However many listen to a topic, the
 * engine knows one subscription: what it keeps for each costs memory, and leaving it costs a pass over all of them.
 */
import { EventEmitter } from 'node:events';

import { PubSub, type PubSubEngine } from 'graphql-subscriptions';

import type { ExecutionEvent, ExecutionEvents } from '../domain/ports/execution-events.js';

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

type Listener = (event: ExecutionEvent) => void;

const RESYNC_TOPIC = 'resync';
const executionTopic = (id: string) => `execution:${id}`;
const finishedTopic = (organizationId: string) => `finished:${organizationId}`;

export function createExecutionPubSub(engine: PubSubEngine = inProcessEngine()): ExecutionPubSub {
  let listeners = 0;
  const topics = new Map<string, Topic>();

  function topicOf(name: string): Topic {
    const known = topics.get(name);
    if (known) return known;
    const topic = new Topic(engine, name, () => void (topics.get(name) === topic && topics.delete(name)));
    topics.set(name, topic);
    return topic;
  }

  const listen = async (name: string, listener: Listener) => {
    const topic = topicOf(name);
    const place = topic.add(listener);
    listeners += 1;
    const leave = () => {
      if (topic.remove(place)) listeners -= 1;
    };
    try {
      await topic.opened;
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
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

/** Whoever listens to the same thing. Leaves the engine with the last of them, and is then never used again. */
class Topic {
  /** Settles when the engine tells everything from now on. */
  readonly opened: Promise<unknown>;
  /** Places, not functions: a function may be given twice. */
  readonly #places = new Set<{ readonly listener: Listener }>();
  /** Null until the engine has answered. */
  #ids: readonly number[] | null = null;

  constructor(
    private readonly engine: PubSubEngine,
    name: string,
    private readonly onEmpty: () => void,
  ) {
    const tell = (event: ExecutionEvent) => {
      for (const { listener } of this.#places) listener(event);
    };
    this.opened = this.#open([name, RESYNC_TOPIC], tell);
  }

  add(listener: Listener): object {
    const place = { listener };
    this.#places.add(place);
    return place;
  }

  /** False when it had left before. */
  remove(place: object): boolean {
    const wasHere = this.#places.delete(place as { readonly listener: Listener });
    if (wasHere && this.#places.size === 0) {
      this.onEmpty();
      this.#close();
    }
    return wasHere;
  }

  async #open(topics: readonly string[], tell: Listener): Promise<void> {
    this.#ids = await Promise.all(topics.map((topic) => this.engine.subscribe(topic, tell, {})));
    // Everybody may have left meanwhile.
    if (this.#places.size === 0) this.#close();
  }

  #close(): void {
    for (const id of this.#ids ?? []) void this.engine.unsubscribe(id);
    this.#ids = null;
  }
}

function inProcessEngine(): PubSubEngine {
  // One listener for each topic that is watched is what it is for; Node's warning at eleven would be noise.
  const eventEmitter = new EventEmitter().setMaxListeners(0);
  return new PubSub({ eventEmitter });
}
