import { afterEach, describe, expect, it } from '@jest/globals';

import { query } from '../store/embedded/scratch.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { measured } from './support/measured.js';
import { endings, expectInvariants, openExecutions } from './support/invariants.js';
import { pollsOf } from './support/polls.js';
import { sized } from './support/variant.js';

const TOKENS = sized(20, 100);
const EACH = sized(30, 50);
const DUE = TOKENS * EACH;
/** For so long no node was there. */
const OUTAGE_MS = 10_000;

let cluster: Cluster;
afterEach(() => cluster.stop());

/** As if each token had started so many more, which all came due while no node was there. */
const MULTIPLY = `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, status,
    upstream_id, submitted_at, deadline_at, next_poll_at, due_at)
  SELECT organization_id, scope, subject_id, credential_id, operation, request, status, upstream_id, submitted_at,
    deadline_at, now(), now() FROM executions, generate_series(2, ${EACH})`;
const OVERDUE = `UPDATE executions SET lease_owner = NULL,
  due_at = now() - random() * interval '${OUTAGE_MS} ms', next_poll_at = now() - interval '${OUTAGE_MS} ms'`;

async function due(tokens: number, more: string[]): Promise<void> {
  cluster = await startCluster({
    nodes: 1,
    tokens,
    simulator: { durations: () => 0 },
    // Nothing is asked before the node is gone; the pause between polls is the one of the defaults.
    env: { POLL_INITIAL_MS: '30000', POLL_MAX_MS: '30000' },
  });
  const started = await cluster.startMany(tokens);
  expect(started.filter(({ id }) => id === null)).toEqual([]);
  await until('upstream to have all', async () => (await submitted()) === tokens);
  await cluster.take(cluster.nodes[0]!, 'SIGKILL');
  for (const sql of [...more, OVERDUE]) await query(cluster.databaseUrl, sql);
}

const submitted = async () => {
  const sql = 'SELECT count(*)::int AS count FROM executions WHERE upstream_id IS NOT NULL';
  return Number((await query(cluster.databaseUrl, sql))[0]?.['count']);
};
const polls = () => pollsOf(cluster);

describe('a restart', () => {
  it(`with ${DUE} due spreads the polls: no second with more than three times the mean`, async () => {
    await due(TOKENS, [MULTIPLY]);
    await cluster.startNode();
    await until('all polls', async () => (await openExecutions(cluster.databaseUrl)) === 0, 180_000);
    const perSecond = [...Map.groupBy(polls(), ({ at }) => Math.floor(at / 1_000)).values()];
    const first = polls()[0]!.at;
    const seconds = Math.max(1, (polls().at(-1)!.at - first) / 1_000);
    const mean = polls().length / seconds;
    const most = Math.max(...perSecond.map(({ length }) => length));
    measured('restart', { due: DUE, tokens: TOKENS, seconds, mean, most, ratio: most / mean });
    expect(polls()).toHaveLength(DUE);
    expect(most).toBeLessThanOrEqual(3 * mean);
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: DUE });
    await expectInvariants(cluster);
  }, 240_000);

  it('with ten due asks for all of them at once', async () => {
    await due(10, []);
    await cluster.startNode();
    await cluster.settled(30_000);
    // Nothing was given another time.
    expect(cluster.nodes[0]!.output).not.toContain('overdue');
    expect(polls()).toHaveLength(10);
    await expectInvariants(cluster);
  }, 90_000);
});
