/** What becomes of executions, seen at the store through which every one of them goes. */
import { Counter, Histogram, type Registry } from 'prom-client';

import { EXECUTION_ERROR_CODES } from '../domain/error-codes.js';
import { EXECUTION_STATUSES, type Execution, isFinal, type Outcome } from '../domain/execution.js';
import { USAGE_OPERATIONS } from '../domain/operation.js';
import type { Claim, ExecutionStore, SharedStart } from '../domain/ports/execution-store.js';

/**
 * From queries that are done at once to those that take the default deadline of an hour; doubled and more each time,
 * since nobody waits differently for 60 s than for 70.
 */
const COMPLETION_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3_600];
/** The shortest and the longest wait between two polls by default are 1 s and 30 s: finer in between, coarser beyond. */
const LAG_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60, 300];
/** The goal is 0.05 s for the 99th percentile; a tick of the poller is 2 s, a lease 10 s. */
const LATENESS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

const SOURCES = ['FRESH', 'JOINED', 'REUSED'] as const;

export interface ExecutionMetrics {
  /** The same store, watched. `now` is the store's clock at this node, in milliseconds since the epoch. */
  metered(store: ExecutionStore, now: () => number): ExecutionStore;
}

export function createExecutionMetrics(registry: Registry): ExecutionMetrics {
  const meters = createMeters(registry);
  return { metered: (store, now) => meteredStore(store, meters, now) };
}

type Meters = ReturnType<typeof createMeters>;

function createMeters(registry: Registry) {
  const registers = [registry];
  const meters = {
    starts: new Counter({
      name: 'usage_graphql_starts_total',
      help:
        'Accepted starts, by operation and by what they were given: a new execution (FRESH), an identical one that ' +
        'runs (JOINED), or the result of an identical one (REUSED). Only FRESH ones cost upstream anything.',
      labelNames: ['operation', 'source'],
      registers,
    }),
    finished: new Counter({
      name: 'usage_graphql_executions_finished_total',
      help: 'Executions that this node has brought to a final state, by operation and status.',
      labelNames: ['operation', 'status'],
      registers,
    }),
    errors: new Counter({
      name: 'usage_graphql_execution_errors_total',
      help: 'Executions that ended without rows on this node, by the code that their callers are shown; see docs/errors.md.',
      labelNames: ['code'],
      registers,
    }),
    completion: new Histogram({
      name: 'usage_graphql_execution_completion_seconds',
      help:
        'From the creation of an execution to its result in the store, both by the database clock, by operation. Those ' +
        'that succeeded alone: what others took says how long somebody was willing to wait.',
      labelNames: ['operation'],
      buckets: COMPLETION_BUCKETS,
      registers,
    }),
    lag: new Histogram({
      name: 'usage_graphql_detection_lag_seconds',
      help:
        'How long upstream may have been done before it was noticed, at most: upstream does not say when a query ended, ' +
        'so this is the time from its last answer that the query still ran (or, without one, from when it accepted the ' +
        'query) to the claim for the poll that found it ended. The true lag is between 0 and this, half of it on average.',
      labelNames: ['operation'],
      buckets: LAG_BUCKETS,
      registers,
    }),
    rows: new Counter({
      name: 'usage_graphql_rows_stored_total',
      help: 'Rows of results that this node has stored.',
      registers,
    }),
    lateness: new Histogram({
      name: 'usage_graphql_claim_lateness_seconds',
      help:
        'How long after its time (nextPollAt) an execution was claimed by this node for the next look at it, by the ' +
        'database clock. What waited for a dead node counts, what waits for budget does not: its time has been moved.',
      buckets: LATENESS_BUCKETS,
      registers,
    }),
    takeovers: new Counter({
      name: 'usage_graphql_lease_takeovers_total',
      help: 'Executions that this node has claimed although another one still had the lease: that node died or hung.',
      registers,
    }),
  };
  startAtZero(meters);
  return meters;
}

/** A series that begins with its first event has no increase for it: alerts would not see a first failure. */
function startAtZero({ starts, finished, errors, completion, lag }: Omit<Meters, never>): void {
  const statuses = EXECUTION_STATUSES.filter(isFinal);
  for (const operation of USAGE_OPERATIONS) {
    for (const source of SOURCES) starts.inc({ operation, source }, 0);
    for (const status of statuses) finished.inc({ operation, status }, 0);
    completion.zero({ operation });
    lag.zero({ operation });
  }
  for (const code of Object.keys(EXECUTION_ERROR_CODES)) errors.inc({ code }, 0);
}

function meteredStore(store: ExecutionStore, meters: Meters, now: () => number): ExecutionStore {
  /** Whose end has been noticed with the first page, so that the last one does not count it again. */
  const noticed = new WeakSet<Claim>();
  const noteNoticed = (claim: Claim): void => {
    if (claim.cursor !== null || noticed.has(claim)) return;
    noticed.add(claim);
    const { operation } = claim.execution;
    meters.lag.observe({ operation }, Math.max(0, claim.ageMs - claim.runningAtMs) / 1000);
  };
  return {
    ...store,
    async create(...args) {
      const claim = await store.create(...args);
      meters.starts.inc({ operation: claim.execution.operation, source: 'FRESH' });
      return claim;
    },
    async findShared(sharing) {
      const shared = await store.findShared(sharing);
      if (shared) noteShared(meters, shared);
      return shared;
    },
    async createUnlessShared(...args) {
      const started = await store.createUnlessShared(...args);
      if (started.source !== 'FRESH') noteShared(meters, started);
      else meters.starts.inc({ operation: started.claim.execution.operation, source: 'FRESH' });
      return started;
    },
    async claimDue(...args) {
      const claims = await store.claimDue(...args);
      for (const claim of claims) noteClaim(meters, claim, now());
      return claims;
    },
    async appendRows(claim, rows, ...rest) {
      const appended = await store.appendRows(claim, rows, ...rest);
      if (appended) {
        noteNoticed(claim);
        meters.rows.inc(rows.length);
      }
      return appended;
    },
    async stageRows(claim, staged, rows) {
      const isStaged = await store.stageRows(claim, staged, rows);
      if (isStaged) meters.rows.inc(rows.length);
      return isStaged;
    },
    async finish(claim, outcome, rows, ...rest) {
      const ended = await store.finish(claim, outcome, rows, ...rest);
      if (ended) {
        if (isUpstreamsEnd(outcome)) noteNoticed(claim);
        meters.rows.inc(rows.length);
        noteEnd(meters, ended);
      }
      return ended;
    },
    async cancel(...args) {
      const ended = await store.cancel(...args);
      if (ended) noteEnd(meters, ended);
      return ended;
    },
  };
}

function noteShared(meters: Meters, shared: SharedStart): void {
  if (shared.source === 'KEY_TAKEN') return;
  meters.starts.inc({ operation: shared.execution.operation, source: shared.source });
}

function noteClaim(meters: Meters, { execution, takenOver }: Claim, nowMs: number): void {
  if (takenOver) meters.takeovers.inc();
  if (execution.nextPollAt)
    meters.lateness.observe(Math.max(0, nowMs - execution.nextPollAt.getTime()) / 1000);
}

function noteEnd(meters: Meters, { operation, status, error, createdAt, finishedAt }: Execution): void {
  meters.finished.inc({ operation, status });
  if (error) meters.errors.inc({ code: error.code });
  if (status === 'SUCCEEDED' && finishedAt)
    meters.completion.observe({ operation }, (finishedAt.getTime() - createdAt.getTime()) / 1000);
}

/** Upstream has said that the query is over; else it was we who gave it up. */
function isUpstreamsEnd(outcome: Outcome): boolean {
  if (!('error' in outcome)) return outcome.status === 'SUCCEEDED';
  return outcome.error.code === 'UPSTREAM_FAILED' || outcome.error.code === 'UPSTREAM_CANCELED';
}
