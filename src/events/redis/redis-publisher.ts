/** What `graphql-redis-subscriptions` takes for its publishing connection, while connections come and go. */
import type { Redis } from 'ioredis';

/**
 * Messages under way at the same time; some 150 bytes each. A Redis that is slow for longer than that many take is as
 * good as away: what does not fit is refused, and found by those who wait when they read.
 */
const MOST_UNDER_WAY = 10_000;

export class RedisPublisher {
  #redis: Redis | null = null;
  #underWay = 0;
  #whenFlushed: (() => void)[] = [];

  /** @param prefix before every channel: the engine puts it before those that it listens to, but not before these */
  constructor(private readonly prefix: string) {}

  open(redis: Redis): void {
    this.#redis = redis;
  }

  close(): void {
    this.#redis = null;
  }

  /** Rejects when the message was not taken; nothing is kept for later. */
  async publish(channel: string, text: string): Promise<void> {
    if (!this.#redis) throw new Error('Redis is away');
    if (this.#underWay >= MOST_UNDER_WAY) throw new Error('Redis is too slow');
    this.#underWay += 1;
    try {
      await this.#redis.publish(`${this.prefix}${channel}`, text);
    } catch {
      // The driver's own error holds the command.
      throw new Error('Redis did not take a message');
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) for (const resolve of this.#whenFlushed.splice(0)) resolve();
    }
  }

  /** Settles when nothing is under way. */
  flushed(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenFlushed.push(resolve));
  }
}
