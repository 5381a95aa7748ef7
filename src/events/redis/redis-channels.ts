/**
 * What `graphql-redis-subscriptions` takes for its listening connection: it stays the same while connections come and
 * go, and its methods never fail, since the engine leaves some rejections to nobody. What is listened to is kept here;
 * a new connection listens to all of it before it counts as connected.
 */
import { EventEmitter } from 'node:events';

import type { Redis } from 'ioredis';

/** What a listener is given when its channel may have missed something; never sent. */
export const MISSED = '';

/** Redis answers in less than a millisecond; who subscribes must not wait for one that is stalled. */
const ACKNOWLEDGED_WITHIN_MS = 250;
/** Channels in one command: it holds a few ten thousand of them up for no more than a moment. */
const CHANNELS_AT_ONCE = 1_000;

type Done = (error: null, count: number) => void;

/** Emits `message` with the channel and the text. */
export class RedisChannels extends EventEmitter {
  readonly #wanted = new Set<string>();
  #redis: Redis | null = null;
  #onRefused: (error: unknown) => void = () => {};

  /** Number of channels that are listened to. */
  get size(): number {
    return this.#wanted.size;
  }

  /**
   * Settles when the connection listens to `ownChannel`, whose messages go to `onOwn`, and to everything wanted.
   * `onRefused` is told when one that is wanted later can not be had: the connection is of no use then.
   */
  async open(
    redis: Redis,
    ownChannel: string,
    onOwn: (text: string) => void,
    onRefused: (error: unknown) => void,
  ): Promise<void> {
    this.#onRefused = onRefused;
    redis.on('message', (channel: string, text: string) => {
      if (channel === ownChannel) onOwn(text);
      // Nothing but a change is taken from outside.
      else if (text !== MISSED) this.emit('message', channel, text);
    });
    this.#redis = redis;
    const channels = [ownChannel, ...this.#wanted];
    const commands: Promise<unknown>[] = [];
    for (let from = 0; from < channels.length; from += CHANNELS_AT_ONCE)
      commands.push(redis.subscribe(...channels.slice(from, from + CHANNELS_AT_ONCE)));
    await Promise.all(commands);
  }

  close(): void {
    this.#redis = null;
  }

  /** Calls back when the channel is listened to, or will be by the next connection, which tells all to read again. */
  subscribe(channel: string, done: Done): void {
    this.#wanted.add(channel);
    const redis = this.#redis;
    if (!redis) return done(null, this.size);
    let answered = false;
    const answer = () => {
      clearTimeout(timer);
      if (!answered) done(null, this.size);
      answered = true;
    };
    const timer = setTimeout(answer, ACKNOWLEDGED_WITHIN_MS);
    redis.subscribe(channel).then(
      () => (answered ? this.emit('message', channel, MISSED) : answer()),
      (error: unknown) => {
        answer();
        if (redis === this.#redis) this.#onRefused(error);
      },
    );
  }

  unsubscribe(channel: string): void {
    this.#wanted.delete(channel);
    this.#redis?.unsubscribe(channel).catch(() => {});
  }

  /** The engine does it beside each `unsubscribe`; there are no patterns here. */
  punsubscribe(): void {}
}
