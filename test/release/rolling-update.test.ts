/** The last release and this one on one database, as in a rolling update, and on the way back. */
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { toUuid } from '../../src/domain/execution-id.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createDatabase } from '../../src/store/database.js';
import { createExecutionStore } from '../../src/store/execution-store.js';
import {
  CancelUsageExecution,
  Execution,
  ExecutionFinished,
  ExecutionRows,
} from '../documents/usage.graphql.js';
import { createSurroundings, type Surroundings } from '../process/environment.js';
import { query } from '../store/embedded/scratch.js';
import { closeClients, dataOf, DOORS, execute, type Stream } from '../support/clients.js';
import { type NodeProcess, NodeProcesses } from '../support/node-process.js';
import { finalStatus, finishedId, start, startedId } from '../support/starts.js';
import { numberedRows } from '../support/store.js';
import { until } from '../support/until.js';
import { type Released, unpackReleased } from './support/released.js';
import { shown } from './support/shown.js';

/** Starts of processes, on a machine that others use too. */
const PATIENCE_MS = 120_000;
/** More than the result has, in more than one block. */
const STAGED_ROWS = 1_500;

jest.setTimeout(PATIENCE_MS);

let released: Released;
let around: Surroundings;
let nodes: NodeProcesses;

beforeAll(async () => {
  released = await unpackReleased();
});
afterAll(() => released.remove());

/** `old`: the last release, which was packed without the page. */
function startNode(version: 'old' | 'new'): Promise<NodeProcess> {
  // Longer than a step takes on a busy machine: else nodes would take each other's work away.
  const env = { ...around.env, GRAPHIQL: 'off', LEASE_MS: '5000' };
  return nodes.spawn(version === 'old' ? { env, program: released.program } : { env }).ready();
}

/** Upstream goes on for as long as this is not removed. */
const holdQueries = () => around.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });

async function setUp(): Promise<void> {
  around = await createSurroundings();
  nodes = new NodeProcesses();
}

async function tearDown(): Promise<void> {
  await closeClients();
  await nodes.killAll();
  await around.remove();
}

describe('nodes of the last release and of this one side by side', () => {
  let old: string;
  let young: string;
  /** Opened at the old node before the new one came. */
  let openedBefore: Stream<{ usageExecutionFinished: { status: string } }>[];
  /** How the old node answered while the database was migrated. */
  const meanwhile: string[] = [];

  beforeAll(async () => {
    await setUp();
    ({ url: old } = await startNode('old'));
    const held = holdQueries();
    const id = await startedId(old);
    openedBefore = DOORS.map((door) => door.subscribe(old, ExecutionFinished, { id }));
    let migrated = false;
    const [node] = await Promise.all([
      startNode('new').finally(() => (migrated = true)),
      (async () => {
        while (!migrated) {
          const another = await start(old, 'SIMPLE_SEARCH').catch(String);
          meanwhile.push(typeof another === 'string' ? another : (another.execution?.status ?? 'refused'));
          // Each of them is polled from then on, and has to be ended when this is over.
          await delay(100);
        }
      })(),
    ]);
    young = node.url;
    held.remove();
  }, PATIENCE_MS);
  afterAll(tearDown, PATIENCE_MS);

  const urlOf = (version: 'old' | 'new') => (version === 'old' ? old : young);

  it('the old one serves on while the new one migrates the database', async () => {
    expect(meanwhile.length).toBeGreaterThan(0);
    // Queued still, where upstream has taken a while to answer.
    expect(meanwhile.filter((status) => !['QUEUED', 'RUNNING'].includes(status))).toEqual([]);
    const states = await Promise.all(openedBefore.map((stream) => stream.rest()));
    const finals = states.map((results) =>
      results.map((result) => dataOf(result).usageExecutionFinished.status),
    );
    expect(finals).toEqual([['SUCCEEDED'], ['SUCCEEDED']]);
  });

  it(
    'both show the same of a result, page by page in turn, and export the same',
    async () => {
      const choice = { reuse: { maxAgeSeconds: 0 } };
      for (const version of ['old', 'new'] as const) {
        const id = await finishedId(urlOf(version), 'ORGANIZATION_QUERY', choice);
        const atOld = await shown([old], id);
        expect(await shown([young], id)).toEqual(atOld);
        expect(await shown([old, young], id)).toEqual(atOld);
      }
    },
    PATIENCE_MS,
  );

  const PAIRS = [
    ['old', 'new'],
    ['new', 'old'],
  ] as const;

  it.each(PAIRS)('what was started at the %s one is pushed by the %s one', async (here, there) => {
    const held = holdQueries();
    const id = await startedId(urlOf(here));
    const streams = DOORS.map((door) => door.subscribe(urlOf(there), ExecutionFinished, { id }));
    held.remove();
    const results = await Promise.all(streams.map((stream) => stream.rest()));
    const state = { id, status: 'SUCCEEDED', done: true };
    expect(results).toMatchObject([
      [{ data: { usageExecutionFinished: state } }],
      [{ data: { usageExecutionFinished: state } }],
    ]);
  });

  it.each(PAIRS)('what was started at the %s one is canceled at the %s one', async (here, there) => {
    const held = holdQueries();
    const id = await startedId(urlOf(here));
    const told = finalStatus(urlOf(here), id);
    const { cancelUsageExecution } = dataOf(
      await execute(urlOf(there), CancelUsageExecution, { input: { id } }),
    );
    expect(cancelUsageExecution).toMatchObject({ execution: { status: 'CANCELED' }, userErrors: [] });
    expect(await told).toBe('CANCELED');
    held.remove();
  });

  it.each(PAIRS)(
    'identical starts at the %s and at the %s one share an execution, and so do equal idempotency keys',
    async (here, there) => {
      const held = holdQueries();
      const shared = {
        metrics: [here === 'old' ? ('STATUS_200' as const) : ('STATUS_429' as const)],
        reuse: {},
      };
      const keyed = { idempotencyKey: `key-${here}` };
      const first = await start(urlOf(here), 'ORGANIZATION_QUERY', shared);
      const joined = await start(urlOf(there), 'ORGANIZATION_QUERY', shared);
      const withKey = await start(urlOf(here), 'OAUTH_CLIENT_QUERY', keyed);
      const again = await start(urlOf(there), 'OAUTH_CLIENT_QUERY', keyed);
      held.remove();
      const id = first.execution?.id ?? '';
      await finalStatus(urlOf(here), id);
      const reused = await start(urlOf(there), 'ORGANIZATION_QUERY', shared);
      expect([joined, reused]).toMatchObject([
        { source: 'JOINED', execution: { id } },
        { source: 'REUSED', execution: { id } },
      ]);
      expect(again).toMatchObject({ execution: { id: withKey.execution?.id }, userErrors: [] });
    },
  );

  it('rows and blocks go with an execution that the old one deletes', async () => {
    const id = await finishedId(young);
    const uuid = toUuid(id);
    const count = async () =>
      (
        await query(
          around.databaseUrl,
          `SELECT (SELECT count(*)::int FROM usage_rows WHERE execution_id = '${uuid}') AS rows,
            (SELECT count(*)::int FROM row_blocks WHERE execution_id = '${uuid}') AS blocks`,
        )
      )[0];
    expect(await count()).toEqual({ rows: (await rowsOf(young, id)).length, blocks: expect.any(Number) });
    // As the janitor of the last release does it, which trusts the database with the rows.
    await query(around.databaseUrl, `DELETE FROM executions WHERE id = '${uuid}'`);
    expect(await count()).toEqual({ rows: 0, blocks: 0 });
    expect(dataOf(await execute(old, Execution, { id })).usageExecution).toBeNull();
  });
});

describe('a node of the last release and one of this release, each after the other,', () => {
  beforeEach(setUp);
  afterEach(tearDown, PATIENCE_MS);

  it(
    'finish what the other has begun, and the old one starts again on the migrated database',
    async () => {
      const first = await startNode('old');
      let held = holdQueries();
      const begunByOld = await startedId(first.url);
      const young = await startNode('new');
      await first.killed('SIGTERM');
      held.remove();
      expect(await finalStatus(young.url, begunByOld)).toBe('SUCCEEDED');

      const restarted = await startNode('old');
      held = holdQueries();
      const begunByNew = await startedId(young.url);
      await young.killed('SIGKILL');
      held.remove();
      expect(await finalStatus(restarted.url, begunByNew)).toBe('SUCCEEDED');
      const atOld = await Promise.all([begunByOld, begunByNew].map((id) => shown([restarted.url], id)));

      const { url } = await startNode('new');
      expect(await Promise.all([begunByOld, begunByNew].map((id) => shown([url], id)))).toEqual(atOld);
    },
    PATIENCE_MS,
  );

  it(
    'the old one stores a result of which the new one had stored a part when it died',
    async () => {
      const young = await startNode('new');
      const twin = await finishedId(young.url);
      const held = holdQueries();
      const id = await startedId(young.url);
      await young.killed('SIGKILL');
      await leaveStagedRows();

      const old = await startNode('old');
      held.remove();
      expect(await finalStatus(old.url, id)).toBe('SUCCEEDED');
      const { url } = await startNode('new');
      expect(await rowsOf(url, id)).toEqual(await rowsOf(old.url, twin));
      expect(await shown([url], id)).toEqual(await shown([old.url], id));
    },
    PATIENCE_MS,
  );
});

/** What a node leaves behind that dies while a large answer arrives. */
async function leaveStagedRows(): Promise<void> {
  const database = createDatabase(around.databaseUrl, silentLogger);
  const store = createExecutionStore(database.db);
  try {
    let claimed = false;
    await until('the execution to be due', async () => {
      // The lease of a dead node: it ends at once.
      for (const claim of await store.claimDue('dead-node', 1, 1)) {
        claimed = await store.stageRows(claim, 0, numberedRows(STAGED_ROWS));
      }
      return claimed;
    });
  } finally {
    await database.stop();
  }
}

async function rowsOf(url: string, id: string): Promise<readonly unknown[]> {
  const { usageExecution } = dataOf(await execute(url, ExecutionRows, { id, first: 1000 }));
  if (!usageExecution || usageExecution.rows.nodes.length === 0) throw new Error(`${id} has no rows`);
  return usageExecution.rows.nodes;
}
