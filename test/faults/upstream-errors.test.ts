import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import type { Fault, RecordedRequest, Stage } from '../../src/simulator/simulator.js';
import { query } from '../store/embedded/scratch.js';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { endings, expectInvariants } from './support/invariants.js';
import { measured } from './support/measured.js';
import { sized } from './support/variant.js';

let cluster: Cluster;
afterEach(() => cluster.stop());

const isUsage = ({ path }: RecordedRequest) => path.includes('/usage/');
const usageSince = (at: number) =>
  cluster.simulator.requests.filter((each) => isUsage(each) && each.at >= at);
const starts = () => cluster.simulator.requests.filter((each) => isUsage(each) && each.method === 'POST');
const ON_THE_WAY: readonly Stage[] = ['start', 'results'];
/** For starts and polls alike; look-ups of tokens are another matter. */
const inject = (fault: Fault, probability?: number) =>
  ON_THE_WAY.map((stage) =>
    cluster.simulator.faults.inject(fault, { stage, ...(probability !== undefined && { probability }) }),
  );

/** Until so many are acknowledged: a busy machine may refuse a few of many at once, which is an answer, too. */
async function startAll(count: number): Promise<void> {
  for (let missing = count; missing > 0; missing = count - cluster.acknowledged.size)
    await cluster.startMany(Math.min(missing, 40));
}

describe('upstream that fails', () => {
  it('at random with 500, 502, 503 or 504, thirty calls in a hundred: everything finishes', async () => {
    const count = sized(40, 400);
    cluster = await startCluster({ nodes: 2, tokens: sized(2, 6), simulator: { durations: () => 1_000 } });
    // Each is drawn after the one before was not: together three in ten.
    for (const status of [500, 502, 503, 504]) inject({ kind: 'status', status }, 0.085);
    const since = Date.now();
    await startAll(count);
    [...cluster.acknowledged.keys()].slice(0, 100).forEach((id) => cluster.watch(id));
    await cluster.settled(sized(60_000, 300_000));
    const failed = usageSince(since).filter(({ status }) => (status ?? 0) >= 500).length;
    const calls = usageSince(since).length;
    measured('30 % of 5xx', { count, calls, failed, doneInMs: Date.now() - since });
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    expect(failed).toBeGreaterThan(count / 5);
    expect(Object.keys(await endings(cluster.databaseUrl))).toEqual(['SUCCEEDED']);
    await expectInvariants(cluster);
  }, 400_000);

  it('and only fails: it is asked ever more rarely, however much waits for it, and recovery is found', async () => {
    const [count, lastsMs] = [sized(80, 500), sized(10_000, 120_000)];
    let isWorking = false;
    const durations = () => (isWorking ? 0 : 3_600_000);
    cluster = await startCluster({ nodes: 2, tokens: 5, simulator: { durations } });
    await startAll(count / 2);
    const faults = inject({ kind: 'status', status: 503 });
    const since = Date.now();
    // Half of them are polls, half are starts that have to wait.
    await startAll(count);
    await delay(lastsMs);
    const calls = usageSince(since).map(({ at }) => at - since);
    const [early, late] = [calls.filter((at) => at < lastsMs / 2), calls.filter((at) => at >= lastsMs / 2)];
    measured('a host that only fails', { count, calls: calls.length, secondHalf: late.length, at: calls });
    // A round of each node may have been under way. Then one call at a time, in pauses of 1, 2, 4, 8, 16 s.
    expect(early.length).toBeLessThan(count * 2);
    expect(late.length).toBeLessThanOrEqual(sized(4, 6));
    faults.forEach((fault) => fault.remove());
    const upAgainAt = Date.now();
    isWorking = true;
    await until(
      'the first call to succeed',
      () => usageSince(upAgainAt).some(({ status }) => status === 200),
      60_000,
    );
    const foundAfterMs = Date.now() - upAgainAt;
    // Those that upstream had accepted before take an hour there: what is of interest is that all are handed over.
    const statuses = async () =>
      Object.keys(await endings(cluster.databaseUrl)).map((each) => each.split(' ')[0]);
    await until('all to be handed over', async () => !(await statuses()).includes('QUEUED'), 90_000);
    measured('recovery', { foundAfterMs, allHandedOverAfterMs: Date.now() - upAgainAt });
    expect(new Set(await statuses())).toEqual(new Set(['RUNNING', 'SUCCEEDED']));
    await expectInvariants(cluster);
  }, 400_000);
});

describe('an answer that is none', () => {
  it('reset, truncated, truncated in chunks, HTML, of a wrong type, empty: retried, neither a result nor Failed', async () => {
    const faults: readonly Fault[] = [
      { kind: 'reset', when: 'before' },
      { kind: 'reset', when: 'after' },
      { kind: 'truncated-body', framing: 'content-length' },
      { kind: 'truncated-body', framing: 'chunked' },
      { kind: 'html' },
      { kind: 'content-type', value: 'text/plain' },
      { kind: 'empty-body' },
    ];
    const count = sized(30, 200);
    cluster = await startCluster({ nodes: 2, tokens: sized(2, 6) });
    // Among others: if nothing got through, upstream would be asked ever more rarely.
    const script = faults.flatMap((fault, i) =>
      ON_THE_WAY.map((stage) => {
        let requests = 0;
        const path = () => (requests += 1) % 20 === 2 * i;
        return cluster.simulator.faults.inject(fault, { stage, path });
      }),
    );
    await startAll(count);
    [...cluster.acknowledged.keys()].slice(0, 50).forEach((id) => cluster.watch(id));
    await cluster.settled(sized(60_000, 300_000));
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    const hits = script.map((fault) => fault.hits);
    measured('answers that are none', { count, hits: hits.reduce((sum, each) => sum + each) });
    expect(Math.min(...hits)).toBeGreaterThan(0);
    expect(Object.keys(await endings(cluster.databaseUrl))).toEqual(['SUCCEEDED']);
    expect(await wrongResults(cluster)).toEqual([]);
    await expectInvariants(cluster);
  }, 400_000);

  it('to a start that was accepted: the execution ends, and leaves no more orphans than answers were lost', async () => {
    const count = sized(24, 200);
    cluster = await startCluster({ nodes: 2, tokens: sized(1, 3) });
    const lost: readonly Fault[] = [
      { kind: 'reset', when: 'after' },
      { kind: 'status', status: 502, afterHandling: true },
      { kind: 'truncated-body', framing: 'content-length' },
    ];
    // Not all of the first ones: nothing would then get through, and be asked ever more rarely.
    const script = lost.map((fault) =>
      cluster.simulator.faults.inject(fault, { stage: 'start', probability: 0.15 }),
    );
    await startAll(count);
    [...cluster.acknowledged.keys()].slice(0, 50).forEach((id) => cluster.watch(id));
    await cluster.settled(sized(60_000, 300_000));
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    const lostAnswers = script.reduce((sum, { hits }) => sum + hits, 0);
    // What was stored and then refused to its caller was started upstream all the same.
    const orphans = starts().length - Object.values(await endings(cluster.databaseUrl))[0]!;
    measured('lost answers to starts', { count, lostAnswers, orphans });
    expect(lostAnswers).toBeGreaterThan(count / 10);
    expect(orphans).toBeLessThanOrEqual(lostAnswers);
    expect(Object.keys(await endings(cluster.databaseUrl))).toEqual(['SUCCEEDED']);
    await expectInvariants(cluster);
  }, 400_000);
});

/** Every day of each interval has its row, and no result differs from what is stored for it. */
function wrongResults({ databaseUrl }: Cluster): Promise<Record<string, unknown>[]> {
  return query(
    databaseUrl,
    `SELECT e.id, e.row_count, r.rows, r.days, e.request->>'interval' AS interval
      FROM executions e LEFT JOIN (
        SELECT execution_id, count(*)::int AS rows, count(DISTINCT date)::int AS days FROM usage_rows GROUP BY 1
      ) r ON r.execution_id = e.id
      WHERE e.row_count = 0 OR r.rows IS DISTINCT FROM e.row_count OR r.days IS DISTINCT FROM 1
        + split_part(e.request->>'interval', '/', 2)::date - split_part(e.request->>'interval', '/', 1)::date`,
  );
}
