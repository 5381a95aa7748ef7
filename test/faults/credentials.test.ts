/** What becomes of executions whose token is refused, or is gone with the node that held it. */
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, it } from '@jest/globals';

import { DEMO_ORGANIZATION } from '../../src/simulator/simulator.js';
import { Execution } from '../documents/usage.graphql.js';
import { closeClients, dataOf, execute } from '../support/clients.js';
import { query } from '../store/embedded/scratch.js';
import { until } from '../support/until.js';
import { type Cluster, type ClusterOptions, startCluster } from './support/cluster.js';
import { endings, expectInvariants } from './support/invariants.js';
import { LONG, sized } from './support/variant.js';

/** Long enough for polls that should not be there to come. */
const QUIET_MS = sized(2_000, 20_000);

let cluster: Cluster;
afterEach(async () => {
  await closeClients();
  await cluster.stop();
});

/** All of them have been accepted upstream. A few at a time: how many can be started at once is not the question. */
async function started(count: number, node = cluster.nodes[0]): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const batch = Math.min(5, count - ids.length);
    const answers = await Promise.all(Array.from({ length: batch }, () => cluster.start(node)));
    expect(answers.filter(({ id }) => id === null)).toEqual([]);
    ids.push(...answers.flatMap(({ id }) => (id === null ? [] : [id])));
  }
  await until(
    'all to be accepted upstream',
    async () => !(await endings(cluster.databaseUrl))['QUEUED'],
    300_000,
  );
  return ids;
}

const usageCalls = () => cluster.simulator.requests.filter(({ path }) => path.includes('/usage/'));
const logins = () => cluster.simulator.requests.filter(({ path }) => path.startsWith('/oauth/token'));

async function awaiting(): Promise<number> {
  const sql =
    'SELECT count(*)::int AS count FROM executions WHERE awaiting_credentials_since IS NOT NULL AND lease_owner IS NULL';
  return Number((await query(cluster.databaseUrl, sql))[0]?.['count']);
}

/** What a request with this token is told, and what it does by coming. */
async function visit(id: string, token: string, node = cluster.nodes[0]) {
  const result = await execute(node?.url ?? '', Execution, { id }, token);
  return dataOf(result).usageExecution;
}

/** From now on upstream is at work on everything, until the function that it gives is called. */
function keepBusy(): () => void {
  const busy = cluster.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
  return () => busy.remove();
}

/** Figures for whoever runs the long variant. */
function tell(what: string, figures: object): void {
  if (LONG) process.stdout.write(`${what}: ${JSON.stringify(figures)}\n`);
}

describe('a caller’s token that is refused with 401 in the middle', () => {
  /** With the default lease: on a busy machine a short one ends under a poll, which another node then repeats. */
  const open = ({ env, ...options }: ClusterOptions = {}) =>
    startCluster({ nodes: 2, ...options, env: { LEASE_MS: '10000', ...env } });

  it('lets its executions wait without a call upstream, until their owner comes with another token', async () => {
    cluster = await open();
    const beIdle = keepBusy();
    const ids = await started(sized(10, 50));
    const [token = ''] = cluster.tokens;
    cluster.simulator.tokens.revoke(token);
    await until('all to wait', async () => (await awaiting()) === ids.length, 30_000);
    const before = usageCalls().length;
    // Accepted from the cache of callers still: it shows the state, and is not taken for a better token.
    expect(await visit(ids[0] ?? '', token)).toMatchObject({
      done: false,
      delay: expect.objectContaining({ reason: 'CREDENTIALS' }),
      nextPollAt: null,
      pollAfterMs: 5_000,
      error: null,
    });
    await delay(QUIET_MS);
    expect(usageCalls().length).toBe(before);
    // One refusal each, and no second one.
    const refusals = usageCalls().filter(({ status }) => status === 401).length;
    expect(refusals).toBe(ids.length);

    beIdle();
    tell('callers’ token', {
      executions: ids.length,
      refusals,
      callsWhileWaiting: usageCalls().length - before,
    });
    const fresh = cluster.simulator.tokens.issue();
    await visit(ids[0] ?? '', fresh, cluster.nodes[1]);
    ids.forEach((id) => cluster.watch(id, fresh));
    await cluster.settled(60_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: ids.length });
    await expectInvariants(cluster);
  }, 120_000);

  it('gives way to the token of another subscriber who may see the execution', async () => {
    cluster = await open({ nodes: 1 });
    const beIdle = keepBusy();
    const [id = ''] = await started(1);
    cluster.simulator.tokens.setPermissions('demo-viewer', ['usage:*']);
    cluster.watch(id, 'demo-viewer');
    await until('the subscriber', () =>
      cluster.simulator.requests.some(({ token }) => token === 'demo-viewer'),
    );
    cluster.simulator.tokens.revoke(cluster.tokens[0] ?? '');
    await until('the other token', () => usageCalls().some(({ token }) => token === 'demo-viewer'), 30_000);
    beIdle();
    await cluster.settled(30_000);
    await cluster.witnesses[0]?.finished;
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: 1 });
    await expectInvariants(cluster);
  }, 60_000);

  it('ends them with a code of their own when nobody comes before their deadline', async () => {
    cluster = await open({ nodes: 1, env: { EXECUTION_DEADLINE_MS: '5000' } });
    keepBusy();
    const ids = await started(5);
    cluster.simulator.tokens.revoke(cluster.tokens[0] ?? '');
    await until('all to wait', async () => (await awaiting()) === ids.length, 30_000);
    await cluster.settled(30_000);
    expect(await endings(cluster.databaseUrl)).toEqual({ 'FAILED CREDENTIALS_REJECTED': ids.length });
    expect(usageCalls().filter(({ status }) => status === 401)).toHaveLength(ids.length);
    await expectInvariants(cluster);
  }, 60_000);
});

describe('the service’s token that is refused with 401 in the middle', () => {
  const id = DEMO_ORGANIZATION.clients[0]?.id ?? '';
  const COUNT = sized(30, 200);
  const open = (env: Readonly<Record<string, string>> = {}) =>
    startCluster({
      nodes: 2,
      env: { GENESYS_CLIENT_ID: id, GENESYS_CLIENT_SECRET: 'secret-of-the-service', ...env },
      simulator: { clientSecrets: { [id]: 'secret-of-the-service' } },
    });
  /** Two nodes have a token each. */
  const revokeAll = async () => {
    const revoked = cluster.simulator.faults.inject({ kind: 'revoke-token' }, { stage: 'results' });
    await until('both tokens to be refused', () => {
      const refused = usageCalls().filter(({ status }) => status === 401);
      return new Set(refused.map(({ token }) => token)).size >= 2;
    });
    revoked.remove();
  };
  /** With both nodes at work, each has logged in. */
  const startBoth = async (count: number) => {
    await Promise.all([started(count / 2, cluster.nodes[0]), started(count / 2, cluster.nodes[1])]);
  };

  it(
    'is renewed once for all executions of a node, which go on',
    async () => {
      // All share the budget of one credential: polls of 200 must leave room for their starts.
      const rhythm = {
        POLL_INITIAL_MS: String(sized(200, 60_000)),
        POLL_MAX_MS: String(sized(1_000, 60_000)),
      };
      cluster = await open(rhythm);
      const beIdle = keepBusy();
      await startBoth(COUNT);
      const before = logins().length;
      const revoked = cluster.simulator.faults.inject(
        { kind: 'revoke-token' },
        { stage: 'results', times: 1 },
      );
      await until('the refusal', () => revoked.hits === 1, 90_000);
      await until('the renewal', () => logins().length > before, 90_000);
      beIdle();
      await cluster.settled(sized(60_000, 600_000));
      tell('service’s token', { executions: COUNT, renewals: logins().length - before });
      expect(logins().length - before).toBe(1);
      expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: COUNT });
      await expectInvariants(cluster);
    },
    sized(90_000, 700_000),
  );

  it.each([
    ['refuses', 401, 'CREDENTIALS', 'CREDENTIALS_REJECTED'],
    ['is away', 503, 'UPSTREAM_ASKED_TO_WAIT', 'DEADLINE_EXCEEDED'],
  ] as const)(
    'is asked for ever more rarely while the login %s; then all go on',
    async (_how, status, waits, code) => {
      cluster = await open();
      const beIdle = keepBusy();
      await startBoth(10);
      const before = logins().length;
      const down = cluster.simulator.faults.inject({ kind: 'status', status }, { stage: 'login' });
      await revokeAll();
      await delay(sized(3_000, 120_000));
      // Pauses of 1, 2, 4 … 60 s at each of the two nodes.
      expect(down.hits).toBeLessThanOrEqual(2 * sized(4, 9));
      expect(down.hits).toBeGreaterThanOrEqual(2);
      await until(
        'all to wait for the login',
        async () => (await endings(cluster.databaseUrl))[`RUNNING ${code}`] === 10,
        30_000,
      );
      const [one = ''] = cluster.acknowledged.keys();
      expect(await visit(one, cluster.tokens[0] ?? '')).toMatchObject({
        done: false,
        delay: { reason: waits },
      });
      const failed = down.hits;
      tell(`login ${status}`, { executions: 10, logins: failed });
      down.remove();
      beIdle();
      await cluster.settled(sized(60_000, 200_000));
      expect(logins().length - before - failed).toBe(2);
      expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: 10 });
      await expectInvariants(cluster);
    },
    sized(90_000, 400_000),
  );

  it('ends executions with a code of their own when the login refuses up to their deadline', async () => {
    cluster = await open({ EXECUTION_DEADLINE_MS: '6000' });
    keepBusy();
    await startBoth(10);
    const refusing = cluster.simulator.faults.inject({ kind: 'status', status: 400 }, { stage: 'login' });
    await revokeAll();
    await cluster.settled(60_000);
    expect(await endings(cluster.databaseUrl)).toEqual({ 'FAILED CREDENTIALS_REJECTED': 10 });
    expect(refusing.hits).toBeLessThanOrEqual(8);
    await expectInvariants(cluster);
  }, 90_000);
});

describe('two nodes without a key', () => {
  const open = (leaseMs: number) =>
    startCluster({
      nodes: 2,
      env: { TOKEN_ENCRYPTION_KEY: '', LEASE_MS: String(leaseMs) },
      simulator: { durations: () => 2_000 },
    });

  it('leave executions to the node that holds their token: every claim is a poll', async () => {
    cluster = await open(10_000);
    await started(10, cluster.nodes[0]);
    await started(10, cluster.nodes[1]);
    await cluster.settled(30_000);
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: 20 });
    const sql =
      'SELECT sum(fence - 1 - poll_count)::int AS idle, sum(failure_count)::int AS failures FROM executions';
    expect(await query(cluster.databaseUrl, sql)).toEqual([{ idle: 0, failures: 0 }]);
    await expectInvariants(cluster);
  }, 60_000);

  it('let the executions of the one that was killed wait for their owner, who resumes them at the other', async () => {
    cluster = await open(2_000);
    const [first, second] = cluster.nodes;
    const ids = await started(sized(10, 50), first);
    if (first) await cluster.take(first, 'SIGKILL');
    await until('all to wait', async () => (await awaiting()) === ids.length, 30_000);
    const before = usageCalls().length;
    await delay(QUIET_MS);
    expect(usageCalls().length).toBe(before);

    const [token = ''] = cluster.tokens;
    // What is shown may be from before or from behind the loan, which keeps no request waiting.
    await visit(ids[0] ?? '', token, second);
    ids.forEach((each) => cluster.watch(each));
    await cluster.settled(30_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: ids.length });
    await expectInvariants(cluster);
  }, 120_000);
});
