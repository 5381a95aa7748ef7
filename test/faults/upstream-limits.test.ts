import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import type { RecordedRequest } from '../../src/simulator/simulator.js';
import { Execution } from '../documents/usage.graphql.js';
import { dataOf, execute } from '../support/clients.js';
import { until } from '../support/until.js';
import { query } from '../store/embedded/scratch.js';
import { type Cluster, startCluster } from './support/cluster.js';
import { endings, expectInvariants } from './support/invariants.js';
import { measured } from './support/measured.js';
import { sized } from './support/variant.js';

let cluster: Cluster;
afterEach(() => cluster.stop());

/** Under way when the first refusal was answered, on a busy machine. */
const IN_FLIGHT_MS = 2_000;
const isUsage = ({ path }: RecordedRequest) => path.includes('/usage/');
const usage = () => cluster.simulator.requests.filter(isUsage);

describe('upstream that asks to be left alone', () => {
  it('with 429 for two minutes and Retry-After: 17: no call before that, no failure, and then it goes on', async () => {
    const [seconds, lastsMs, count] = [sized(4, 17), sized(9_000, 120_000), sized(12, 60)];
    cluster = await startCluster({ nodes: 2, simulator: { durations: () => 500 } });
    const started = await cluster.startMany(count);
    started.forEach(({ id }) => id !== null && cluster.watch(id));
    const limit = cluster.simulator.faults.inject(
      { kind: 'status', status: 429, retryAfter: String(seconds) },
      { path: (path) => path.includes('/usage/') },
    );
    await delay(lastsMs);
    limit.remove();
    const overAt = Date.now();
    // The wait that was asked for last, with its jitter, then two rounds of polls; and a slow machine.
    await cluster.settled(seconds * 1_200 + 2 * 1_200 + 30_000);
    measured('429 with Retry-After', { seconds, refusals: limit.hits, doneAfterMs: Date.now() - overAt });
    await Promise.all(cluster.witnesses.map(({ finished }) => finished));
    expect(tooEarly(usage(), seconds * 1_000)).toEqual([]);
    expect(limit.hits).toBeGreaterThan(1);
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: count });
    await expectInvariants(cluster);
  }, 240_000);

  it('with Retry-After as a date, a past date, -3, 1.5, 120junk, not at all, or 999999', async () => {
    const inMs = (ms: number) => new Date(Date.now() + ms).toUTCString();
    const dateIn5s = inMs(5_000);
    /** What is sent, and for how long it means to wait at least. */
    const cases: readonly (readonly [string | undefined, () => number])[] = [
      [dateIn5s, () => 0],
      [inMs(-60_000), () => 1_000],
      ['-3', () => 1_000],
      ['1.5', () => 1_500],
      ['120junk', () => 1_000],
      [undefined, () => 1_000],
    ];
    cluster = await startCluster({ nodes: 2, tokens: 7, env: { EXECUTION_DEADLINE_MS: '20000' } });
    const refused: RecordedRequest[] = [];
    for (const [retryAfter] of cases) refused.push(await refuseOnce(retryAfter));
    const patient = await refuseOnce('999999');
    const waiting = await waitingOf(patient);
    expect(waiting).toMatchObject({ status: 'RUNNING', done: false, error: null });
    expect(waiting?.delay).toMatchObject({ reason: 'UPSTREAM_ASKED_TO_WAIT', upstreamStatus: 429 });
    const asked = new Date(String(waiting?.delay?.retryAfter)).getTime() - Date.now();
    expect(asked).toBeGreaterThan(86_000_000);
    // Not as late as that: then its time is over, and it holds nothing until then.
    expect(await heldFor(patient)).toEqual([{ held: false, until_deadline: true }]);

    await cluster.settled(60_000);
    const waits = refused.map((refusal) => nextAfter(refusal).at - refusal.at);
    cases.forEach(([, least], i) => expect(waits[i]).toBeGreaterThanOrEqual(least() - 50));
    expect(nextAfter(refused[0]!).at).toBeGreaterThanOrEqual(Date.parse(dateIn5s));
    measured('forms of Retry-After', { waitedMs: waits });
    expect(await endings(cluster.databaseUrl)).toEqual({ SUCCEEDED: 6, 'TIMED_OUT DEADLINE_EXCEEDED': 1 });
    expect((await waitingOf(patient))?.error?.message).toContain('asked to be left alone');
    expect(usage().filter(({ token, at }) => token === patient.token && at > patient.at)).toEqual([]);
    await expectInvariants(cluster);
  }, 120_000);

  /** Starts an execution with the next token, whose first poll is refused; gives the refusal. */
  async function refuseOnce(retryAfter: string | undefined): Promise<RecordedRequest> {
    const before = cluster.simulator.requests.length;
    const fault = cluster.simulator.faults.inject(
      { kind: 'status', status: 429, ...(retryAfter !== undefined && { retryAfter }) },
      { stage: 'results', times: 1 },
    );
    await cluster.start();
    await until('the refusal', () => fault.hits === 1);
    const found = () => cluster.simulator.requests.slice(before).find(({ status }) => status === 429);
    await until('its record', () => found() !== undefined);
    return found()!;
  }

  function nextAfter(refusal: RecordedRequest): RecordedRequest {
    const next = usage().find(({ at, token }) => token === refusal.token && at > refusal.at);
    if (!next) throw new Error('never asked again');
    return next;
  }

  const upstreamIdOf = ({ path }: RecordedRequest) => path.split('/').at(-2) ?? '';

  async function waitingOf(refusal: RecordedRequest) {
    const [row] = await query(
      cluster.databaseUrl,
      `SELECT 'exe_' || replace(id::text, '-', '') AS id FROM executions WHERE upstream_id = '${upstreamIdOf(refusal)}'`,
    );
    const id = String(row?.['id']);
    const token = cluster.acknowledged.get(id);
    const read = async () =>
      dataOf(await execute(cluster.nodes[0]!.url, Execution, { id }, token)).usageExecution;
    await until(
      'its answer to be stored',
      async () => (await read())?.delay !== null || (await read())?.done,
    );
    return read();
  }

  function heldFor(refusal: RecordedRequest) {
    return query(
      cluster.databaseUrl,
      `SELECT lease_owner IS NOT NULL AS held, due_at = deadline_at AND next_poll_at = due_at AS until_deadline
        FROM executions WHERE upstream_id = '${upstreamIdOf(refusal)}'`,
    );
  }
});

/** Requests that came although a refusal had asked for patience; how long after it, in milliseconds. */
function tooEarly(requests: readonly RecordedRequest[], patienceMs: number): number[] {
  const refusals = requests.filter(({ status }) => status === 429);
  return refusals.flatMap((refusal) =>
    requests
      .map(({ at }) => at - refusal.at)
      .filter((after) => after > IN_FLIGHT_MS && after < patienceMs - 50),
  );
}
