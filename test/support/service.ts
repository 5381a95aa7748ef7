/** The service over the real store, real notifications and a scripted upstream. */
import { createExecutionService, type ExecutionService } from '../../src/services/execution-service.js';
import { createFinalWait, type FinalWait } from '../../src/services/final-wait.js';
import { createPoller, type Poller } from '../../src/services/polling/poller.js';
import type { StartExecutionOptions } from '../../src/services/start-execution.js';
import { silentLogger } from '../../src/lib/logger.js';
import type { StepParts } from './steps.js';
import { LEASE_MS, NODE, type TestStore, TTL_MS } from './store.js';
import { REQUEST_NOW } from './usage-requests.js';
import { startWatching, type Watching } from './watching.js';

export interface ServiceParts {
  readonly service: ExecutionService;
  readonly watching: Watching;
  readonly wait: FinalWait;
  readonly poller: Poller;
  stop(): Promise<void>;
}

/** A node: what it starts it also submits; it polls once `poller.start()` was called. */
export async function startService(
  test: TestStore,
  { step, credentials }: StepParts,
  options: Partial<StartExecutionOptions> = {},
): Promise<ServiceParts> {
  const store = options.store ?? test.store;
  const watching = await startWatching(store, test.url);
  const { events } = watching.pubSub;
  const node = options.node ?? NODE;
  const poller = createPoller({
    store,
    events,
    step,
    log: silentLogger,
    node,
    leaseMs: LEASE_MS,
    concurrency: 8,
  });
  const wait = createFinalWait(watching.watch);
  const service = createExecutionService({
    store,
    credentials,
    adopt: poller.adopt,
    wait,
    visits: { saw: () => {} },
    node,
    leaseMs: LEASE_MS,
    deadlineMs: 3_600_000,
    resultTtlMs: TTL_MS,
    dataDayBoundaryMs: 0,
    now: () => REQUEST_NOW,
    ...options,
  });
  return {
    service,
    watching,
    wait,
    poller,
    async stop() {
      await poller.stop();
      await watching.stop();
    },
  };
}
