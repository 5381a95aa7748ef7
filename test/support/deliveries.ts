/** The ways by which nodes learn of changes: what is delivered must be the same by each. */
import { DOORS } from './clients.js';
import { redisIsHere, startRedis } from './redis.js';

export interface Delivery {
  readonly name: string;
  /** By which clients come: what lies behind a door does not know it, so one is enough where time is short. */
  readonly doors: typeof DOORS;
  /** What a node's environment says to use it, and what ends it. */
  start(): Promise<{ readonly env: Readonly<Record<string, string>>; stop(): Promise<void> }>;
}

const byDatabase: Delivery = {
  name: 'the database',
  doors: DOORS,
  start: async () => ({ env: {}, stop: async () => {} }),
};

const byRedis: Delivery = {
  name: 'Redis',
  doors: DOORS.slice(0, 1),
  async start() {
    const redis = await startRedis();
    return { env: { REDIS_URL: redis.url }, stop: () => redis.stop() };
  },
};

/** Without a Redis server there is one way. */
export const DELIVERIES: readonly Delivery[] = redisIsHere ? [byDatabase, byRedis] : [byDatabase];
