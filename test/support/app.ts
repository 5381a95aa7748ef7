/** The real application, on free ports, over its own database and its own simulated upstream. */
import { type App, createApp } from '../../src/app.js';
import { type Config, parseConfig } from '../../src/config.js';
import { type Logger, silentLogger } from '../../src/lib/logger.js';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.js';
import { createTestDatabase } from './database.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestApp {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** The same database for a second node or a look inside. */
  readonly databaseUrl: string;
  /** The first node. */
  readonly node: App;
  /** Only with `startAppWithSimulator`: to script faults and count calls. */
  readonly simulator: Simulator;
  /** What the environment of another process would be, to be a node of this one. */
  readonly env: Readonly<Record<string, string>>;
  /** Another node on the same database and the same upstream. */
  startNode(env?: Readonly<Record<string, string>>, settings?: NodeSettings): Promise<App>;
  stop(): Promise<void>;
}

/** Of what no variable sets. */
export type Changes = (config: Config) => Config;

export interface NodeSettings {
  /** @default those of the first node */
  readonly changes?: Changes | undefined;
  /** @default silent */
  readonly log?: Logger;
}

/** Quick polls: a test waits for no second that it does not need. */
const QUICK = {
  POLL_INITIAL_MS: '100',
  POLL_MAX_MS: '1000',
  POLL_CALL_COST_MS: '1',
  LEASE_MS: '2000',
};
/** As good as none: a test that polls every 100 ms needs more than a minute's share. */
const AMPLE = { limit: 300, windowMs: 100 };
/** Any 32 bytes do. */
const TEST_KEY = Buffer.alloc(32, 7).toString('base64');

/**
 * The application in front of a simulated upstream that the test holds in its hand. Queries take no time unless
 * `simulator.durations` says otherwise; `env` is what the environment would say.
 */
export async function startAppWithSimulator(
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly simulator?: SimulatorOptions;
    readonly upstreamBudget?: Config['upstreamBudget'];
    readonly keepAliveMs?: number;
    /** For every node. */
    readonly changes?: Changes;
  } = {},
): Promise<TestApp> {
  const simulator = await createSimulator({
    durations: () => 0,
    rateLimitPerMinute: 100_000,
    ...options.simulator,
  });
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-app-'));
  const nodes: { stop(): Promise<void> }[] = [];

  const appEnv = {
    ...QUICK,
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    GENESYS_API_URL: simulator.url,
    GENESYS_LOGIN_URL: simulator.url,
    TOKEN_ENCRYPTION_KEY: TEST_KEY,
    ...options.env,
  };
  const startNode = async (env: Readonly<Record<string, string>> = {}, settings: NodeSettings = {}) => {
    const { upstreamBudget = AMPLE, keepAliveMs } = options;
    const { changes = options.changes, log = silentLogger } = settings;
    const parsed = { ...parseConfig({ ...appEnv, ...env }), upstreamBudget };
    const config = keepAliveMs === undefined ? parsed : { ...parsed, keepAliveMs };
    const app = createApp(changes ? changes(config) : config, log);
    await app.start();
    nodes.push(app);
    return app;
  };

  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await simulator.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  };

  const first = await startNode().catch(async (error: unknown) => {
    // Whoever asked for it has nothing to stop.
    await stop();
    throw error;
  });
  return {
    url: first.url,
    node: first,
    databaseUrl: database.url,
    simulator,
    env: appEnv,
    startNode,
    stop,
  };
}

/** The application as `npm start` gives it: its own simulated upstream and demo tokens. */
export async function startApp(
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-app-'));
  const config = parseConfig({ PORT: '0', DATA_DIR: dataDir, DATABASE_URL: database.url, ...env });
  const app = createApp(config, silentLogger);
  await app.start();
  return {
    url: app.url,
    async stop() {
      await app.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
