/**
 * A node dies at each step of an execution's life, and another one goes on. The exact moments come from the two servers
 * around it: a trigger makes one statement wait in PostgreSQL, or upstream keeps an answer back.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { Fault, FaultScope } from '../../src/simulator/simulator.js';
import { ExecutionUpdated } from '../documents/usage.graphql.js';
import { query } from '../store/embedded/scratch.js';
import { closeClients, webSocketDoor } from '../support/clients.js';
import { startedId } from '../support/starts.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { holdStatement } from './support/held-statement.js';
import { expectInvariants } from './support/invariants.js';
import { sized } from './support/variant.js';

const ROUNDS = sized(1, 10);
const PAGED_ROWS = 2_500;
const NEVER_MS = 600_000;

/** A moment of which is known when it has come. `over`: what has to be undone when the node is dead. */
interface Moment {
  readonly reached: () => Promise<unknown>;
  readonly over?: () => Promise<void>;
}

interface Step {
  readonly name: string;
  readonly arm: () => Promise<Moment>;
  /** POSTs that upstream gets for the one execution, the orphan of a lost answer included. */
  readonly starts: number;
  /** A result of several pages. */
  readonly paged?: true;
}

let cluster: Cluster;
beforeAll(async () => {
  const env = { LEASE_MS: '1000', POLL_INITIAL_MS: '500' };
  cluster = await startCluster({ nodes: 1, tokens: 16, env });
});
afterEach(() => cluster.simulator.faults.clear());
afterAll(async () => {
  await closeClients();
  await cluster.stop();
});

/** A statement that waits, and is broken off with its node. */
async function statement(when: string): Promise<Moment> {
  const held = await holdStatement(cluster.databaseUrl, when);
  return { reached: held.reached, over: () => held.breakOff() };
}

async function request(fault: Fault, scope: FaultScope): Promise<Moment> {
  const met = cluster.simulator.faults.inject(fault, { times: 1, ...scope });
  return { reached: () => until('the request', () => met.hits === 1, 20_000) };
}

const RUNNING = "SELECT 1 FROM executions WHERE status = 'RUNNING' AND upstream_id IS NOT NULL";
const UNANSWERED: Fault = { kind: 'delay', ms: NEVER_MS };
const ENDING = 'FOR EACH ROW WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL)';
const SUBMITTING = 'FOR EACH ROW WHEN (OLD.upstream_id IS NULL AND NEW.upstream_id IS NOT NULL)';
const ADMITTING_A_START = 'FOR EACH ROW WHEN (cardinality(NEW.starts) > 0)';

const STEPS: readonly Step[] = [
  {
    name: 'before its intent is stored',
    arm: () => statement('BEFORE INSERT ON executions FOR EACH ROW'),
    starts: 0,
  },
  {
    name: 'after its intent, before the POST',
    arm: () => statement(`BEFORE INSERT OR UPDATE ON upstream_budgets ${ADMITTING_A_START}`),
    starts: 1,
  },
  {
    name: 'when the POST is sent and its answer not read',
    arm: () => request(UNANSWERED, { stage: 'start' }),
    starts: 2,
  },
  {
    name: "after the POST, before upstream's id is stored",
    arm: () => statement(`BEFORE UPDATE ON executions ${SUBMITTING}`),
    starts: 2,
  },
  {
    name: "after upstream's id is stored",
    arm: async () => ({
      reached: () =>
        until('its id', async () => (await query(cluster.databaseUrl, RUNNING)).length > 0, 20_000),
    }),
    starts: 1,
  },
  { name: 'during a poll', arm: () => request(UNANSWERED, { stage: 'results' }), starts: 1 },
  {
    name: 'after an answer, before its rows are stored',
    arm: () => statement('BEFORE INSERT ON usage_rows FOR EACH ROW'),
    starts: 1,
  },
  {
    name: 'between two pages of its result',
    arm: () => request(UNANSWERED, { stage: 'results', path: (path) => path.includes('after=') }),
    starts: 1,
    paged: true,
  },
  {
    name: 'after its rows, before its final state',
    arm: () => statement(`BEFORE UPDATE ON executions ${ENDING}`),
    starts: 1,
  },
];

describe('a node that dies', () => {
  const rounds = STEPS.flatMap((step) => Array.from({ length: ROUNDS }, () => step));

  it.each(rounds)(
    '$name leaves an execution that others carry to its end',
    async (step) => {
      const postsBefore = posts();
      const moment = await step.arm();
      const starting = step.paged ? startPaged() : cluster.start();
      void starting.then(({ id }) => id !== null && cluster.watch(id));
      await moment.reached();
      await cluster.take(cluster.nodes[0]!, 'SIGKILL');
      await moment.over?.();
      await cluster.startNode();
      await starting;
      await cluster.settled(30_000);
      await witnessed();
      expect(posts() - postsBefore).toBe(step.starts);
      await expectWhole();
    },
    60_000,
  );

  it('right after its final state leaves nobody waiting, although the news of it is lost', async () => {
    const victim = cluster.nodes[0]!;
    const when = 'AFTER UPDATE ON executions DEFERRABLE INITIALLY DEFERRED';
    // A deferred trigger holds the COMMIT itself, behind which alone a NOTIFY is sent.
    const held = await holdStatement(cluster.databaseUrl, `${when} ${ENDING}`, true);
    const { id } = await cluster.start(victim);
    await held.reached();
    await cluster.take(victim, 'SIGKILL');
    const survivor = await cluster.startNode();
    const stream = webSocketDoor.subscribe(
      survivor.url,
      ExecutionUpdated,
      { id: id! },
      cluster.acknowledged.get(id!),
    );
    expect((await stream.next())?.data?.usageExecutionUpdated).toMatchObject({ done: false });
    await cluster.database.cut();
    await held.letGo();
    await cluster.settled(5_000);
    await cluster.database.mend();
    expect((await stream.next())?.data?.usageExecutionUpdated).toMatchObject({ done: true });
    expect(await stream.rest()).toEqual([]);
    expect(await stream.ended).toEqual({ kind: 'completed' });
    await expectWhole();
  }, 60_000);
});

const posts = () => cluster.simulator.requests.filter(({ method, path }) => isStart(method, path)).length;
const isStart = (method: string, path: string) =>
  method === 'POST' && (path.endsWith('/query') || path.endsWith('/jobs'));
const witnessed = () => Promise.all(cluster.witnesses.map(({ finished }) => finished));

async function startPaged(): Promise<{ id: string | null }> {
  cluster.simulator.faults.inject({ kind: 'rows', count: PAGED_ROWS }, { stage: 'results' });
  const id = await startedId(cluster.nodes[0]!.url, 'ORGANIZATION_AGGREGATES', {}, cluster.tokens[0]);
  return { id };
}

/** Every execution has succeeded, with each row of its result once. */
async function expectWhole(): Promise<void> {
  const sql = `SELECT status, row_count,
      (SELECT count(*) FROM usage_rows WHERE execution_id = executions.id)::int AS stored,
      (SELECT COALESCE(max(position), 0) FROM usage_rows WHERE execution_id = executions.id) AS last
    FROM executions WHERE status <> 'SUCCEEDED' OR row_count = 0`;
  expect(await query(cluster.databaseUrl, sql)).toEqual([]);
  const uneven = `SELECT id FROM executions WHERE (row_count, row_count) <>
    (SELECT count(*), COALESCE(max(position), 0) FROM usage_rows WHERE execution_id = executions.id)`;
  expect(await query(cluster.databaseUrl, uneven)).toEqual([]);
  await expectInvariants(cluster);
}
