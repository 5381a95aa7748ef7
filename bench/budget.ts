/**
 * The budget of upstream calls over three nodes: one token with 500 executions outstanding, which alone wants several
 * times its budget, new starts with the same token, steady and in a burst, and a second tenant with a few. Judged by
 * what upstream saw.
 *
 *     node bench/budget.ts
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { OTHER_ORGANIZATION } from '../dist/src/simulator/simulator.js';
import { extremesWithin, gapsOf, spreadOf } from './budget/figures.ts';
import { type Nodes, putOutstanding, startExecution, startNodes } from './budget/nodes.ts';
import { query } from './lib/query.ts';
import { save } from './lib/results.ts';

const LIMIT = 250;
const OUTSTANDING = 500;
const MINUTE_MS = 60_000;
/** The small tenant alone, to compare with. */
const ALONE_MS = 25_000;
/** Until the first calls of all 500, and the pause that follows them, have left the window. */
const WARM_UP_MS = 65_000;
const MEASURED_MS = 182_000;
const SMALL_EVERY_MS = 2_500;
const SMALL_TAKES_MS = 3_000;
const START_EVERY_MS = 4_000;
const BURST = 40;
const BURST_AFTER_MS = 60_000;

const nodes = await startNodes({
  count: 3,
  env: { POLL_BUDGET_PER_MINUTE: String(LIMIT) },
  durations: ({ organizationId }) =>
    organizationId === OTHER_ORGANIZATION.id ? SMALL_TAKES_MS : 60 * MINUTE_MS,
});
const stopping = new AbortController();

try {
  const [large, small] = [
    nodes.simulator.tokens.issue(),
    nodes.simulator.tokens.issue({ organization: 'other' }),
  ];
  const starter = createStarter(nodes);
  await starter.start(large);
  await starter.start(small);
  const aloneFrom = Date.now();
  const trickle = every(SMALL_EVERY_MS, () => starter.start(small));
  await sleep(ALONE_MS);
  const aloneTo = Date.now();

  process.stdout.write('putting 500 executions of one token into the store\n');
  const outstanding = await putOutstanding(nodes, { token: large, count: OUTSTANDING, withinMs: 30_000 });
  await sleep(WARM_UP_MS);
  const from = Date.now();
  const starts = every(START_EVERY_MS, () => starter.start(large));
  await sleep(BURST_AFTER_MS);
  const burstAt = Date.now();
  const burst = await Promise.all(Array.from({ length: BURST }, () => starter.start(large)));
  await sleep(MEASURED_MS - (Date.now() - from));
  const to = Date.now();
  stopping.abort();
  await Promise.all([trickle, starts]);

  const seen = nodes.simulator.requests.filter(({ token }) => token === labelOf(large));
  const calls = seen.map(({ at }) => at);
  const inAll = extremesWithin(calls, MINUTE_MS, -Infinity, Infinity);
  const measured = extremesWithin(calls, MINUTE_MS, from, to);
  const within = calls.filter((at) => at >= from && at < to).length;
  const share = (count: number) => Number((count / LIMIT).toFixed(3));
  const isBurst = new Set(burst);
  const life = await livesOf(nodes);
  const waitOf = (id: string) => life.get(id)?.startWaitMs ?? NaN;
  const loaded = starter.started.filter(({ token, at }) => token === large && at >= from && at < to - 10_000);
  const lagOf = (begin: number, end: number) =>
    starter.started
      .filter(({ token, at }) => token === small && at >= begin && at < end - 10_000)
      .map(({ id }) => life.get(id)?.lagMs ?? NaN);
  const gaps = outstanding.flatMap((id) =>
    gapsOf(seen.filter(({ at, path }) => at >= from && at < to && path.includes(id)).map(({ at }) => at)),
  );
  const polled = outstanding.filter((id) =>
    seen.some(({ at, path }) => at >= from && at < to && path.includes(id)),
  );
  const facts = {
    nodes: 3,
    limitPerMinute: LIMIT,
    outstanding: OUTSTANDING,
    measuredMs: to - from,
    upstream429: nodes.simulator.requests.filter(({ status }) => status === 429).length,
    failures: (await query(nodes.databaseUrl, 'SELECT 1 FROM executions WHERE failure_count > 0')).rowCount,
  };
  const cases = {
    budget: [
      {
        mostIn60s: inAll.most,
        leastIn60s: measured.least,
        usedOnAverage: share((within * MINUTE_MS) / (to - from)),
        usedAtLeast: share(measured.least),
        // From the start of the measurement on.
        callsIn10s: Array.from(
          { length: Math.floor((to - from) / 10_000) },
          (_, i) => calls.filter((at) => at >= from + i * 10_000 && at < from + (i + 1) * 10_000).length,
        ),
      },
    ],
    starts: [
      {
        what: 'one by one',
        waitMs: spreadOf(loaded.filter(({ id }) => !isBurst.has(id)).map(({ id }) => waitOf(id))),
      },
      { what: `${BURST} at once`, waitMs: spreadOf(burst.map(waitOf)) },
      {
        what: 'answer to the mutation',
        waitMs: spreadOf(loaded.map(({ answeredMs }) => answeredMs)),
      },
    ],
    polls: [
      {
        what: `each of the ${OUTSTANDING}`,
        pollsIn20sAfterBurst: seen.filter(
          ({ at, method }) => method === 'GET' && at >= burstAt && at < burstAt + 20_000,
        ).length,
        polledOfThem: polled.length,
        gapMs: spreadOf(gaps),
      },
    ],
    smallTenant: [
      { what: 'alone', lagMs: spreadOf(lagOf(aloneFrom, aloneTo)) },
      { what: `beside ${OUTSTANDING} of another`, lagMs: spreadOf(lagOf(from, to)) },
    ],
  };
  for (const [name, results] of Object.entries({ facts: [facts], ...cases })) {
    process.stdout.write(`\n${name}\n`);
    for (const result of results) process.stdout.write(`  ${JSON.stringify(result)}\n`);
  }
  save('budget', cases, facts);
} finally {
  await nodes.stop();
}

async function every(ms: number, work: () => Promise<unknown>): Promise<void> {
  const running: Promise<unknown>[] = [];
  while (!stopping.signal.aborted) {
    running.push(work());
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});
  }
  await Promise.all(running);
}

/** Starts that nothing is identical to, at each node in turn. */
function createStarter({ programs }: Nodes) {
  const started: { id: string; token: string; at: number; answeredMs: number }[] = [];
  let count = 0;
  return {
    started,
    async start(token: string): Promise<string> {
      const program = programs[count % programs.length];
      count += 1;
      const at = Date.now();
      const id = await startExecution(program?.url ?? '', token);
      started.push({ id, token, at, answeredMs: Date.now() - at });
      return id;
    },
  };
}

/** By the database's clock: how long upstream was not asked to start it, and how late its end was found. */
async function livesOf({ databaseUrl }: Nodes) {
  const { rows } = await query<{ id: string; start_wait_ms: number; lag_ms: number }>(
    databaseUrl,
    `SELECT replace(id::text, '-', '') AS id,
       EXTRACT(EPOCH FROM submitted_at - created_at)::float8 * 1000 AS start_wait_ms,
       EXTRACT(EPOCH FROM finished_at - submitted_at)::float8 * 1000 - $1 AS lag_ms
     FROM executions`,
    [SMALL_TAKES_MS],
  );
  return new Map(rows.map((row) => [row.id, { startWaitMs: row.start_wait_ms, lagMs: row.lag_ms }]));
}

/** As the simulator names tokens. */
function labelOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12);
}
