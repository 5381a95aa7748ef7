/**
 * A stand-in for Genesys Cloud's usage API, its login and the few directory endpoints around it: a real HTTP
 * server on a loopback port, spoken to like the real one. For the demo, for tests and for the bench.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { silentLogger, type Logger } from '../lib/logger.js';
import { createDirectoryRoutes } from './directory-endpoints.js';
import { createFaultBoard, type FaultSwitches } from './faults.js';
import { openJobStore, type UsageJob } from './jobs.js';
import { createLoginRoutes } from './login-endpoints.js';
import { createRateLimit } from './rate-limit.js';
import { createRequestLog, type RecordedRequest } from './request-log.js';
import { createResults } from './results.js';
import { createApiServer } from './server.js';
import { createTokens, type TokenControls } from './tokens.js';
import { createUsageRoutes } from './usage-endpoints.js';

export type { Fault, FaultScope, FaultSwitches, InjectedFault, Stage } from './faults.js';
export type { UsageJob } from './jobs.js';
export type { OperationName } from './operations.js';
export { DEMO_ORGANIZATION, OTHER_ORGANIZATION, type Organization } from './organizations.js';
export type { RecordedRequest } from './request-log.js';
export type { IssueOptions, TokenControls } from './tokens.js';

const HOST = '127.0.0.1';

export interface SimulatorOptions {
  /** @default 0, any free port; the host is always 127.0.0.1 */
  port?: number;
  /**
   * Directory for started jobs, so that a second process or one restarted after kill -9 knows them. It is made
   * when missing; files older than 7 days are removed at the start. Left out: memory only.
   */
  stateDir?: string;
  /** How many milliseconds a job takes. @default a mix of mostly 1 to 6 s, some 10 to 15 s, a rare 30 s */
  durations?: (job: Omit<UsageJob, 'durationMs'>) => number;
  /** Requests a minute for each token, then 429. @default 300 */
  rateLimitPerMinute?: number;
  /** Secret by OAuth client id for `POST /oauth/token`. @default none */
  clientSecrets?: Record<string, string>;
  /** `expires_in` of the tokens from `POST /oauth/token`. @default 86,400 */
  tokenLifetimeSeconds?: number;
  /** Milliseconds since 1970, for everything but the delays of faults. @default Date.now */
  now?: () => number;
  /** Seed of the faults' chances; the data depends on the organization alone. @default 'simulator' */
  seed?: string;
  log?: Logger;
}

/** A running simulated upstream; whoever created it stops it. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`, without a trailing slash; serves the API's and the login's paths. */
  readonly url: string;
  readonly faults: FaultSwitches;
  readonly tokens: TokenControls;
  /** The latest requests, oldest first; grows by itself. */
  readonly requests: readonly RecordedRequest[];
  /** Cuts every connection and frees the port; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a simulated upstream.
 *
 * @throws the system's error (`EADDRINUSE`, `EACCES`, …) when the port or the state directory can't be used
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { now = Date.now, seed = 'simulator', log = silentLogger } = options;
  const faults = createFaultBoard(seed);
  const requestLog = createRequestLog(now);
  const tokens = createTokens({
    clientSecrets: options.clientSecrets ?? {},
    lifetimeSeconds: options.tokenLifetimeSeconds ?? 86_400,
    now,
  });
  const jobs = await openJobStore({ stateDir: options.stateDir, durations: options.durations, now });
  const routes = [
    ...createLoginRoutes(tokens),
    ...createDirectoryRoutes(),
    ...createUsageRoutes({ jobs, results: createResults(), now }),
  ];
  const rateLimit = createRateLimit(options.rateLimitPerMinute ?? 300, now);
  const server = createApiServer({ routes, tokens, rateLimit, faults, requestLog, log });
  const url = await listen(server, options.port ?? 0);
  let stopped: Promise<void> | undefined;
  return { url, faults, tokens, requests: requestLog.requests, stop: () => (stopped ??= close(server)) };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, HOST);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP port');
  return `http://${HOST}:${address.port}`;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
