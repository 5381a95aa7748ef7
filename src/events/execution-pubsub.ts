/**
 * Fan-out of execution events inside a node, over the `PubSubEngine` interface of `graphql-subscriptions`, so that
 * another engine can take the place of the in-process one. We subscribe with callbacks: the engine's own iterators
 * begin to listen at the first `next()`, and an event before that would be lost. However many listen to a topic, the
 * engine knows one subscription: what it keeps for each costs memory, and leaving it costs a pass over all of them.
 * Whether something may have been missed is known to this node alone, so that notice never goes through the engine.
 */
import { EventEmitter } from 'node:events';

import { PubSub, type PubSubEngine } from 'graphql-subscriptions';

import type { ExecutionEvent, ExecutionEvents } from '../domain/ports/execution-events.js';

/** What is told of a change. `finishedIn`: the organization, when the execution has just ended. */
export interface ExecutionChange {
  readonly id: string;
  readonly version: number;
  readonly finishedIn: string | null;
}

export interface ExecutionPubSub {
  readonly events: ExecutionEvents;
  /** Of `events`, that are registered now. */
  readonly listeners: number;
  /** What somebody on this node listens to. */
  watched(): Watched;
  /** Rejects when the engine could not take it. */
  publish(change: ExecutionChange): Promise<void>;
  /** Tells those who listen on this node, without the engine. */
  tell(change: ExecutionChange): void;
  /** Changes may have been missed: everybody on this node must read again, or who listens to an organization's ends. */
  resync(finishedIn?: string): void;
}

/** Ids. */
export interface Watched {
  readonly executions: readonly string[];
  readonly organizations: readonly string[];
}

type Listener = (event: ExecutionEvent) => void;

const RESYNC: ExecutionEvent = { type: 'RESYNC' };
const EXECUTION = 'execution:';
const FINISHED = 'finished:';
const executionTopic = (id: string) => `${EXECUTION}${id}`;
const finishedTopic = (organizationId: string) => `${FINISHED}${organizationId}`;

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
    watched: () => ({ executions: namesOf(topics, EXECUTION), organizations: namesOf(topics, FINISHED) }),
    async publish(change) {
      await Promise.all(topicsOf(change).map((topic) => engine.publish(topic, eventOf(change))));
    },
    tell(change) {
      for (const topic of topicsOf(change)) topics.get(topic)?.tell(eventOf(change));
    },
    resync(finishedIn) {
      if (finishedIn !== undefined) topics.get(finishedTopic(finishedIn))?.tell(RESYNC);
      else for (const topic of topics.values()) topic.tell(RESYNC);
    },
  };
}

function topicsOf({ id, finishedIn }: ExecutionChange): string[] {
  return finishedIn === null ? [executionTopic(id)] : [executionTopic(id), finishedTopic(finishedIn)];
}

function eventOf({ id, version }: ExecutionChange): ExecutionEvent {
  return { type: 'CHANGED', id, version };
}

function namesOf(topics: ReadonlyMap<string, unknown>, kind: string): string[] {
  return [...topics.keys()].filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
}

/** Whoever listens to the same thing. Leaves the engine with the last of them, and is then never used again. */
class Topic {
  /** Settles when the engine tells everything from now on. */
  readonly opened: Promise<unknown>;
  /** Places, not functions: a function may be given twice. */
  readonly #places = new Set<{ readonly listener: Listener }>();
  /** Null until the engine has answered. */
  #id: number | null = null;

  constructor(
    private readonly engine: PubSubEngine,
    name: string,
    private readonly onEmpty: () => void,
  ) {
    this.opened = this.#open(name);
  }

  tell(event: ExecutionEvent): void {
    for (const { listener } of this.#places) listener(event);
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

  async #open(name: string): Promise<void> {
    this.#id = await this.engine.subscribe(name, (event: ExecutionEvent) => this.tell(event), {});
    // Everybody may have left meanwhile.
    if (this.#places.size === 0) this.#close();
  }

  #close(): void {
    if (this.#id !== null) this.engine.unsubscribe(this.#id);
    this.#id = null;
  }
}

function inProcessEngine(): PubSubEngine {
  // One listener for each topic that is watched is what it is for; Node's warning at eleven would be noise.
  const eventEmitter = new EventEmitter().setMaxListeners(0);
  return new PubSub({ eventEmitter });
}
