import { afterEach, describe, expect, it } from '@jest/globals';

import type { Fault } from '../../src/simulator/simulator.js';
import { Execution } from '../documents/usage.graphql.js';
import { dataOf, execute } from '../support/clients.js';
import { query } from '../store/embedded/scratch.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { expectInvariants } from './support/invariants.js';
import { measured } from './support/measured.js';
import { sized } from './support/variant.js';

let cluster: Cluster;
afterEach(() => cluster.stop());

describe('a query that upstream', () => {
  it('never completes, fails, cancels, gives an unknown status, does not know yet, or knows no more', async () => {
    const deadlineMs = sized(12_000, 90_000);
    cluster = await startCluster({
      nodes: 2,
      simulator: { durations: () => 3_000 },
      env: { EXECUTION_DEADLINE_MS: String(deadlineMs) },
    });
    const never = await queryWith({ kind: 'job-status', queryStatus: 'Running' });
    const failed = await queryWith({ kind: 'job-status', queryStatus: 'Failed' });
    const canceled = await queryWith({ kind: 'job-status', queryStatus: 'Cancelled' });
    const unknown = await queryWith({ kind: 'job-status', queryStatus: 'Pondering' }, 5);
    const unknownYet = await queryWith({ kind: 'status', status: 404 }, 3);
    const gone = await queryWith({ kind: 'status', status: 404 });
    // As if it had been accepted two minutes ago.
    await query(
      cluster.databaseUrl,
      `UPDATE executions SET submitted_at = submitted_at - interval '2 minutes' WHERE upstream_id = '${gone.upstreamId}'`,
    );
    const since = Date.now();
    await cluster.settled(deadlineMs + 30_000);
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    measured('endings', { deadlineMs, allEndedAfterMs: Date.now() - since });

    expect(await endOf(never.id)).toMatchObject({
      status: 'TIMED_OUT',
      upstreamMayStillRun: true,
      error: { code: 'DEADLINE_EXCEEDED', message: expect.stringContaining('still working') },
    });
    expect(await endOf(failed.id)).toMatchObject({ status: 'FAILED', error: { code: 'UPSTREAM_FAILED' } });
    expect(await endOf(canceled.id)).toMatchObject({
      status: 'FAILED',
      error: { code: 'UPSTREAM_CANCELED' },
    });
    expect(await endOf(unknown.id)).toMatchObject({ status: 'SUCCEEDED', error: null });
    const told = cluster.nodes.flatMap(({ stdout }) => stdout.filter((line) => line.includes('"Pondering"')));
    expect(told).toHaveLength(5);
    expect(told.every((line) => line.includes('"times"') && line.includes(unknown.id))).toBe(true);
    expect(await endOf(unknownYet.id)).toMatchObject({ status: 'SUCCEEDED', error: null });
    expect(await endOf(gone.id)).toMatchObject({
      status: 'FAILED',
      error: { code: 'UPSTREAM_NOT_FOUND', upstreamStatus: 404 },
    });
    await expectInvariants(cluster);
  }, 180_000);

  /** An execution that meets a fault of its own from now on, always or so many times. */
  async function queryWith(fault: Fault, times?: number): Promise<{ id: string; upstreamId: string }> {
    const { id } = await cluster.start();
    if (id === null) throw new Error('not started');
    const { upstreamId } = (await endOf(id)) ?? {};
    if (!upstreamId) throw new Error('not accepted');
    const path = (asked: string) => asked.includes(upstreamId);
    cluster.simulator.faults.inject(fault, { path, ...(times !== undefined && { times }) });
    cluster.watch(id);
    return { id, upstreamId };
  }

  async function endOf(id: string) {
    const read = async () =>
      dataOf(await execute(cluster.nodes[0]!.url, Execution, { id }, cluster.tokens[0])).usageExecution;
    await until('upstream to accept it', async () => (await read())?.upstreamId !== null);
    return read();
  }
});
