/** What must be true after every fault, whatever it was. */
import { expect } from '@jest/globals';

import type { RecordedRequest } from '../../../src/simulator/simulator.js';
import { query } from '../../store/embedded/scratch.js';
import type { Cluster } from './cluster.js';
import type { SeenState, Witness } from './witness.js';

/** Upstream's own limit for a token in any 60 seconds. */
const MOST_CALLS = 300;
const MINUTE_MS = 60_000;

export interface InvariantOptions {
  /** Requests for a token in any 60 s. @default 300 */
  readonly budget?: number;
  /** Nodes that end by themselves in this case. @default none */
  readonly mayBeGone?: readonly Cluster['nodes'][number][];
}

/** Fails when one of them does not hold. To be called while the nodes that should live still do. */
export async function expectInvariants(cluster: Cluster, options: InvariantOptions = {}): Promise<void> {
  await expectNothingLost(cluster);
  // One after the other: each look is a connection of its own, and PostgreSQL has a hundred.
  for (const witness of cluster.witnesses) await expectToldOnce(cluster, witness);
  expect(mostInAnyMinute(cluster.simulator.requests)).toBeLessThanOrEqual(options.budget ?? MOST_CALLS);
  await expectNoToken(cluster);
  const shouldLive = cluster.nodes.filter((node) => !options.mayBeGone?.includes(node));
  expect(shouldLive.filter(({ exited }) => exited).map(({ output }) => output)).toEqual([]);
  const alive = shouldLive.map(async ({ url }) => (await fetch(`${url}/health/live`)).status);
  expect(await Promise.all(alive)).toEqual(shouldLive.map(() => 200));
}

/** Executions that have not ended. */
export async function openExecutions(databaseUrl: string): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM executions WHERE finished_at IS NULL';
  return Number((await query(databaseUrl, sql))[0]?.['count']);
}

/** How executions ended: how many have each status and error code. */
export async function endings(databaseUrl: string): Promise<Record<string, number>> {
  const sql = `SELECT concat_ws(' ', status, error_code) AS ending, count(*)::int AS count
    FROM executions GROUP BY 1`;
  const rows = await query(databaseUrl, sql);
  return Object.fromEntries(rows.map((row) => [String(row['ending']), Number(row['count'])]));
}

/** Each acknowledged execution is final, or some node will come to it. */
async function expectNothingLost({ acknowledged, databaseUrl }: Cluster): Promise<void> {
  const sql = `SELECT 'exe_' || replace(id::text, '-', '') AS id FROM executions
    WHERE finished_at IS NOT NULL OR due_at < now() + interval '1 day'`;
  const kept = new Set((await query(databaseUrl, sql)).map((row) => String(row['id'])));
  expect([...acknowledged.keys()].filter((id) => !kept.has(id))).toEqual([]);
}

/** Rising versions on each visit; one final state, the last one of the last visit, and it is the stored one. */
async function expectToldOnce({ databaseUrl }: Cluster, { id, visits }: Witness): Promise<void> {
  const uuid = id.replace('exe_', '');
  const sql = `SELECT status, version, finished_at IS NOT NULL AS done FROM executions WHERE id = '${uuid}'`;
  const [stored] = await query(databaseUrl, sql);
  const finals = visits.flatMap(({ states }) => states.filter(({ done }) => done));
  const risesOnEach = visits.every(({ states }) => rises(states));
  const { status, version } = finals[0] ?? {};
  const told = { finals: finals.length, risesOnEach, status, version, ending: visits.at(-1)?.ending };
  if (!stored?.['done']) return expect({ id, ...told }).toMatchObject({ id, finals: 0, risesOnEach: true });
  const { status: storedStatus, version: storedVersion } = stored;
  expect({ id, ...told }).toEqual({
    id,
    finals: 1,
    risesOnEach: true,
    status: storedStatus,
    version: storedVersion,
    ending: { kind: 'completed' },
  });
}

function rises(states: readonly SeenState[]): boolean {
  return states.every(({ version }, i) => version > (states[i - 1]?.version ?? 0));
}

/** The largest number of requests that one token had in any 60 seconds; answers and refusals alike. */
export function mostInAnyMinute(requests: readonly RecordedRequest[]): number {
  const byToken = Map.groupBy(
    requests.filter(({ token }) => token !== undefined),
    ({ token }) => token,
  );
  return Math.max(0, ...[...byToken.values()].map((own) => mostInWindow(own.map(({ at }) => at))));
}

/** @param instants rising, in milliseconds */
function mostInWindow(instants: readonly number[]): number {
  let first = 0;
  let most = 0;
  instants.forEach((at, last) => {
    while (at - (instants[first] ?? at) >= MINUTE_MS) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

/** Not in a log line, not in an answer, not in a column of any table. */
async function expectNoToken(cluster: Cluster): Promise<void> {
  const tables = await query(
    cluster.databaseUrl,
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const texts = [...cluster.processes.map(({ output }) => output), ...cluster.answers];
  for (const { name } of tables) {
    const rows = await query(
      cluster.databaseUrl,
      `SELECT t::text AS text FROM "${String(name)}" t LIMIT 5000`,
    );
    texts.push(...rows.map((row) => String(row['text'])));
  }
  const all = texts.join('\n');
  expect(cluster.tokens.filter((token) => all.includes(token))).toEqual([]);
}
