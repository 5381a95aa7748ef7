/** How long after its time upstream sees a poll, with one real node and a budget that does not bind. */
import { setTimeout as sleep } from 'node:timers/promises';

import { type Spread, spreadOf } from '../budget/figures.ts';
import { type Nodes, putOutstanding, startExecution, startNodes } from '../budget/nodes.ts';
import { query } from '../lib/query.ts';

export interface Lateness {
  readonly outstanding: number;
  readonly pollsPerSecond: number;
  readonly lateMs: Spread;
}

/** Each polls 100 at most: 200 calls a minute of 300. */
const MOST_OF_A_TOKEN = 100;
const PAUSE_MS = 30_000;
const MEASURED_MS = 30_000;
const LOOK_EVERY_MS = 400;

export async function latenessOf(outstanding: number): Promise<Lateness> {
  const nodes = await startNodes({
    count: 1,
    durations: () => 3_600_000,
    rateLimitPerMinute: 1_000_000,
    // Young ones are asked more often by themselves, and the budget would bind.
    env: { POLL_BUDGET_PER_MINUTE: '300', POLL_INITIAL_MS: String(PAUSE_MS), POLL_MAX_MS: String(PAUSE_MS) },
  });
  try {
    const tokens = Math.ceil(outstanding / MOST_OF_A_TOKEN);
    for (let i = 0; i < tokens; i += 1) await putSome(nodes, outstanding / tokens);
    // Until each has been polled once, and the pauses are those that the node chooses.
    await sleep(PAUSE_MS);
    const from = Date.now();
    const planned = await watchPlans(nodes, from + MEASURED_MS);
    await sleep(2_000);
    return judge(nodes, planned, outstanding, from);
  } finally {
    await nodes.stop();
  }
}

async function putSome(nodes: Nodes, count: number): Promise<void> {
  const token = nodes.simulator.tokens.issue();
  await startExecution(nodes.programs[0]?.url ?? '', token);
  await putOutstanding(nodes, { token, count, withinMs: PAUSE_MS });
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

function judge(
  { simulator }: Nodes,
  planned: readonly Planned[],
  outstanding: number,
  from: number,
): Lateness {
  const seen = new Map<string, number[]>();
  let polls = 0;
  for (const { at, path } of simulator.requests) {
    const id = /query\/([0-9a-f-]{36})\/results/.exec(path)?.[1];
    if (id === undefined) continue;
    seen.set(id, [...(seen.get(id) ?? []), at]);
    if (at >= from && at < from + MEASURED_MS) polls += 1;
  }
  const late = planned
    .filter(({ at }) => at < from + MEASURED_MS)
    // Instants are whole milliseconds here and there; one that was never polled counts as the whole time.
    .map(
      ({ upstreamId, at }) => (seen.get(upstreamId)?.find((each) => each >= at - 1) ?? at + MEASURED_MS) - at,
    );
  return { outstanding, pollsPerSecond: Math.round(polls / (MEASURED_MS / 1_000)), lateMs: spreadOf(late) };
}
