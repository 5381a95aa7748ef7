/**
 * What real nodes use while they poll and while they have nothing to do: CPU of the nodes and of their PostgreSQL, and how
 * late polls reach upstream. Then what subscribers cost.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { type Spread, spreadOf } from '../budget/figures.ts';
import { type Nodes, putOutstanding, startExecution, startNodes } from '../budget/nodes.ts';
import { query } from '../lib/query.ts';
import { rounded } from '../lib/summary.ts';
import { type Subscribers, subscribersOf } from './subscribers.ts';
import { watchUse } from './use.ts';

/** As many as one token can have polled once in `PAUSE_MS`: 200 calls a minute of 300. */
const MOST_OF_A_TOKEN = 60;
const PAUSE_MS = 20_000;
const MEASURED_MS = 20_000;
const LOOK_EVERY_MS = 400;

export interface Polling {
  readonly nodes: number;
  readonly outstanding: number;
  readonly tokens: number;
  readonly pauseMs: number;
  readonly pollsPerSecond: number;
  /** Of all nodes, and of PostgreSQL's processes, for each poll. */
  readonly nodeCpuMs: number;
  readonly databaseCpuMs: number;
  /** Of upstream, which is in this process, and of the look at the plans. */
  readonly upstreamCpuMs: number;
  readonly commitsPerPoll: number;
  readonly walBytesPerPoll: number;
  readonly lateMs: Spread;
}

export interface NodeCosts {
  readonly polling: readonly Polling[];
  readonly idle: readonly Idle[];
  readonly subscribers: readonly Subscribers[];
}

/** @param before what need not be measured again but for polls */
export async function nodeCosts(before: NodeCosts | undefined): Promise<NodeCosts> {
  const polling: Polling[] = [];
  for (const [count, outstanding] of [
    [1, 300],
    [1, 1_200],
    [3, 300],
    [3, 1_200],
    [1, 12_000],
  ] as const)
    polling.push(await pollingOf(count, outstanding));
  if (before) return { ...before, polling };
  return { idle: [await idleOf(1), await idleOf(4)], polling, subscribers: [await subscribersOf(400)] };
}

export interface Idle {
  readonly nodes: number;
  /** For each node in a second, with nothing to do. */
  readonly nodeCpuMs: number;
  readonly databaseCpuMs: number;
}

async function idleOf(count: number): Promise<Idle> {
  const nodes = await startNodes({ count, durations: () => 1_000 });
  try {
    await sleep(3_000);
    const used = await watchUse(nodes);
    await sleep(15_000);
    const { nodeMs, databaseMs, seconds } = await used();
    const found = {
      nodes: count,
      nodeCpuMs: rounded(nodeMs / count / seconds),
      databaseCpuMs: rounded(databaseMs / count / seconds),
    };
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return found;
  } finally {
    await nodes.stop();
  }
}

/** Until each has been polled once or is overdue, and the pauses are those that the nodes choose. */
async function startPolling(count: number, outstanding: number): Promise<Nodes> {
  const nodes = await startNodes({
    count,
    durations: () => 3_600_000,
    rateLimitPerMinute: 1_000_000,
    env: { POLL_BUDGET_PER_MINUTE: '300', POLL_INITIAL_MS: String(PAUSE_MS), POLL_MAX_MS: String(PAUSE_MS) },
  });
  const tokens = Math.ceil(outstanding / MOST_OF_A_TOKEN);
  try {
    for (let i = 0; i < tokens; i += 1) {
      const token = nodes.simulator.tokens.issue();
      await startExecution(nodes.programs[i % count]?.url ?? '', token);
      await putOutstanding(nodes, { token, count: outstanding / tokens, withinMs: PAUSE_MS });
    }
    await sleep(PAUSE_MS);
    return nodes;
  } catch (error) {
    await nodes.stop();
    throw error;
  }
}

async function pollingOf(count: number, outstanding: number): Promise<Polling> {
  const nodes = await startPolling(count, outstanding);
  try {
    const from = Date.now();
    const used = await watchUse(nodes);
    const planned = await watchPlans(nodes, from + MEASURED_MS);
    const use = await used();
    const polls = pollsOf(nodes, from, Date.now());
    await sleep(2_000);
    const each = (value: number) => rounded(value / polls);
    const found = {
      nodes: count,
      outstanding,
      tokens: Math.ceil(outstanding / MOST_OF_A_TOKEN),
      pauseMs: PAUSE_MS,
      pollsPerSecond: rounded(polls / use.seconds),
      nodeCpuMs: each(use.nodeMs),
      databaseCpuMs: each(use.databaseMs),
      upstreamCpuMs: each(use.upstreamMs),
      commitsPerPoll: each(use.commits),
      walBytesPerPoll: Math.round(use.walBytes / polls),
      lateMs: lateness(nodes, planned, from),
    };
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return found;
  } finally {
    await nodes.stop();
  }
}

const RESULTS = /query\/([0-9a-f-]{36})\/results/;

function pollsOf({ simulator }: Nodes, from: number, to: number): number {
  return simulator.requests.filter(({ at, path }) => at >= from && at < to && RESULTS.test(path)).length;
}

interface Planned {
  readonly upstreamId: string;
  readonly at: number;
}

/** What is due until the next look, as it is planned before its time. */
async function watchPlans({ databaseUrl }: Nodes, until: number): Promise<Planned[]> {
  const planned = new Map<string, Planned>();
  while (Date.now() < until) {
    const { rows } = await query<{ upstream_id: string; next_poll_at: Date }>(
      databaseUrl,
      `SELECT upstream_id, next_poll_at FROM executions
       WHERE due_at BETWEEN now() AND now() + interval '1 second' AND lease_owner IS NULL AND upstream_id IS NOT NULL`,
    );
    for (const { upstream_id: upstreamId, next_poll_at: at } of rows)
      planned.set(`${upstreamId} ${at.getTime()}`, { upstreamId, at: at.getTime() });
    await sleep(LOOK_EVERY_MS);
  }
  return [...planned.values()];
}

function lateness({ simulator }: Nodes, planned: readonly Planned[], from: number): Spread {
  const seen = new Map<string, number[]>();
  for (const { at, path } of simulator.requests) {
    const id = RESULTS.exec(path)?.[1];
    if (id !== undefined) seen.set(id, [...(seen.get(id) ?? []), at]);
  }
  const late = planned
    .filter(({ at }) => at < from + MEASURED_MS)
    .map(
      ({ upstreamId, at }) => (seen.get(upstreamId)?.find((each) => each >= at - 1) ?? at + MEASURED_MS) - at,
    );
  return spreadOf(late);
}
