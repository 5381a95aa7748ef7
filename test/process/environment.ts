/** What one program of a test talks to: a database and an upstream that the test holds in its hand. */
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.js';
import { createTestDatabase } from '../support/database.js';

export interface Surroundings {
  readonly simulator: Simulator;
  readonly databaseUrl: string;
  /** For the program; quick polls. */
  readonly env: Record<string, string>;
  remove(): Promise<void>;
}

/** The longest time between two looks of a node at the queue. */
export const TICK_MS = 2_000;

export async function createSurroundings(options: SimulatorOptions = {}): Promise<Surroundings> {
  const simulator = await createSimulator({ durations: () => 0, rateLimitPerMinute: 100_000, ...options });
  const database = await createTestDatabase();
  const env = {
    DATABASE_URL: database.url,
    GENESYS_API_URL: simulator.url,
    GENESYS_LOGIN_URL: simulator.url,
    TOKEN_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    POLL_INITIAL_MS: '100',
    POLL_CALL_COST_MS: '1',
    POLL_MAX_MS: '1000',
    LEASE_MS: '1000',
    DRAIN_MS: '0',
  };
  return {
    simulator,
    databaseUrl: database.url,
    env,
    async remove() {
      await simulator.stop();
      await database.drop();
    },
  };
}
