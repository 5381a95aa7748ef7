/** The life of executions, from the start to the final state. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import type { Config } from '../config.js';
import { overdueSpread } from '../domain/overdue.js';
import type { Logger } from '../lib/logger.js';
import { createCredentialVisits } from '../services/upstream-calls/credential-visits.js';
import { createExecutionService } from '../services/execution-service.js';
import { createExecutionStep, type ExecutionStep } from '../services/polling/execution-step.js';
import { createFinalWait } from '../services/final-wait.js';
import { createJanitor } from '../services/polling/janitor.js';
import { createPollPolicy } from '../services/polling/poll-policy.js';
import { createCallPrice } from '../services/polling/call-price.js';
import { createDurationExchange } from '../services/polling/duration-exchange.js';
import { createDurationModels } from '../services/polling/duration-models.js';
import { createPoller } from '../services/polling/poller.js';
import { createSealingKeys } from '../services/polling/sealing-keys.js';
import type { StoreClock } from '../services/polling/store-clock.js';
import { createUnknownStatuses } from '../services/polling/unknown-statuses.js';
import { createWatchService } from '../services/watch-service.js';
import type { Events } from './events.js';
import type { OnStop } from './on-stop.js';
import type { Observers } from './observers.js';
import type { Stores } from './stores.js';
import type { Upstream } from './upstream.js';

/** Steps that a node makes at the same time: each is mostly waiting for upstream. */
const POLL_CONCURRENCY = 64;

interface Parts {
  readonly stores: Stores;
  readonly upstream: Upstream;
  readonly events: Events;
  readonly clock: StoreClock;
  readonly observers: Observers;
}

/** What starts executions, brings each of them to its end, and lets others watch; the poller and the janitor run. */
export function openExecutions(config: Config, given: Parts, programLog: Logger, onStop: OnStop) {
  const parts = { ...given, stores: { ...given.stores, ...given.events.telling } };
  const { stores, upstream, events, clock } = parts;
  const { credentials, credentialIdOf } = upstream;
  const node = `${hostname()}-${randomBytes(4).toString('hex')}`;
  const log = programLog.child({ node });
  log.debug({}, 'the name of this node in leases');
  const poller = createPoller({
    store: stores.pollerStore,
    events: events.pubSub.events,
    step: createStep(config, parts, log, onStop),
    log,
    node,
    leaseMs: config.leaseMs,
    concurrency: POLL_CONCURRENCY,
    overdue: overdueSpread(config.poll.maxMs, config.upstreamBudget),
  });
  const { store } = stores;
  const watch = createWatchService({ store, events: events.pubSub.events, log });
  const wait = createFinalWait(watch);
  const visits = createCredentialVisits({
    store,
    credentials,
    credentialIdOf,
    node,
    now: () => performance.now(),
    log,
  });
  onStop(() => visits.stop());
  const executions = createExecutionService({
    store,
    credentials,
    adopt: poller.adopt,
    wait,
    visits,
    node,
    leaseMs: config.leaseMs,
    resultTtlMs: config.resultTtlMs,
    deadlineMs: config.executionDeadlineMs,
    dataDayBoundaryMs: config.dataDayBoundaryMs,
    now: clock.now,
  });
  poller.start();
  onStop(() => poller.stop());
  const janitor = createJanitor({
    store: stores.pollerStore,
    credentials,
    sealedTokens: stores.sealedTokens,
    budget: stores.pollerBudget,
    node,
    troubles: stores.troubles,
    durations: stores.durations,
    sealingKeys: createSealingKeys({ sealedTokens: stores.sealedTokens, credentials, log }),
    log,
  });
  onStop(() => janitor.stop());
  return { poller, watch, wait, visits, executions };
}

/** As `openExecutions` gives it. */
export type Executions = ReturnType<typeof openExecutions>;

/** One step of an execution, with what this node and the others have learned about how long queries take. */
function createStep(config: Config, parts: Parts, log: Logger, onStop: OnStop): ExecutionStep {
  const { stores, upstream, clock, observers } = parts;
  const models = createDurationModels();
  const exchange = createDurationExchange({ store: stores.durations, models, log });
  onStop(() => exchange.stop());
  const step = createExecutionStep({
    store: stores.pollerStore,
    upstream: upstream.usage,
    credentials: upstream.credentials,
    log,
    unknownStatuses: createUnknownStatuses(log),
    resultTtlMs: config.resultTtlMs,
    maxResultRows: config.maxResultRows,
    dataDayBoundaryMs: config.dataDayBoundaryMs,
    now: clock.now,
    policy: createPollPolicy({
      models,
      price: createCallPrice(() => performance.now()),
      ...config.poll,
      random: Math.random,
      use: observers.metrics.node.caches.poll_plans,
    }),
  });
  return observers.tracing.step(step);
}
