/** The simulation beside what real nodes did on the machine that was measured: the same work, the same two cores for all. */
import type { Polling } from '../capacity/nodes.ts';
import { type Costs, type LatenessRun, readResults, type Results } from './costs.ts';
import type { Spread } from './figures.ts';
import { outcomeOf, play, REFERENCE, share } from './scenarios.ts';
import type { Setting } from './setting.ts';

export interface Compared {
  readonly what: string;
  /** Whether costs were taken from this very run: then its CPU proves little, and its lateness more. */
  readonly calibrated: boolean;
  readonly real: Observed;
  readonly simulated: Observed;
}

interface Observed {
  readonly perSecond: number;
  /** Of the machine. */
  readonly cpu: number | null;
  readonly lateMs?: Pick<Spread, 'p50' | 'p99'>;
}

const CORES = 2;
/** The simulated upstream on the same machine. */
const UPSTREAM_MS = 1;

export function validate(costs: Costs): Compared[] {
  const { nodes } = readResults<{ cases: Results }>('capacity').cases;
  return [
    ...nodes.polling.map((real) => comparePolling(costs, real)),
    ...compareLateness(costs),
    budget(costs),
  ];
}

function settingOf(nodes: number, tokens: number, outstanding: number, pauseMs: number): Setting {
  return {
    ...REFERENCE,
    nodes,
    tenants: tokens,
    subscribers: 0,
    ownTokens: false,
    sharedCores: CORES,
    upstreamMs: UPSTREAM_MS,
    fixed: { durationMs: 3_600_000, pauseMs, outstanding, limit: 300 },
  };
}

function comparePolling(costs: Costs, real: Polling): Compared {
  const setting = settingOf(real.nodes, real.tokens, real.outstanding, real.pauseMs);
  const { use, pollsPerSecond, queueLatenessMs } = outcomeOf(costs, { setting });
  return {
    what: `${real.nodes} node${real.nodes === 1 ? '' : 's'}, ${real.outstanding} outstanding`,
    calibrated: real.outstanding === 1_200,
    real: {
      perSecond: real.pollsPerSecond,
      cpu: share(
        (real.pollsPerSecond * (real.nodeCpuMs + real.databaseCpuMs + real.upstreamCpuMs)) / CORES / 1_000,
      ),
      lateMs: { p50: real.lateMs.p50, p99: real.lateMs.p99 },
    },
    simulated: {
      perSecond: pollsPerSecond,
      cpu: use.database,
      lateMs: { p50: queueLatenessMs.p50, p99: queueLatenessMs.p99 },
    },
  };
}

function compareLateness(costs: Costs): Compared[] {
  return readResults<LatenessRun>('lateness').cases.lateness.map(
    ({ outstanding, pollsPerSecond: perSecond, lateMs }) => {
      const setting: Setting = {
        ...settingOf(1, Math.ceil(outstanding / 100), outstanding, 30_000),
        notify: 'polls together',
      };
      const { use, pollsPerSecond, queueLatenessMs: late } = outcomeOf(costs, { setting });
      return {
        what: `1 node, ${outstanding} outstanding, when little else ran`,
        calibrated: false,
        real: { perSecond, cpu: null, lateMs: { p50: lateMs.p50, p99: lateMs.p99 } },
        simulated: { perSecond: pollsPerSecond, cpu: use.database, lateMs: { p50: late.p50, p99: late.p99 } },
      };
    },
  );
}

interface BudgetRun {
  readonly nodes: number;
  readonly limitPerMinute: number;
  readonly outstanding: number;
  readonly cases: { readonly budget: readonly { readonly usedOnAverage: number }[] };
}

/** `budget.ts`: one token with more outstanding than its budget has room for. */
function budget(costs: Costs): Compared {
  const run = readResults<BudgetRun>('budget');
  const { nodes, limitPerMinute: limit, outstanding } = run;
  const fixed = { durationMs: 3_600_000, pauseMs: 30_000, outstanding, limit };
  const { figures, runFor } = play(costs, {
    ...REFERENCE,
    nodes,
    tenants: 1,
    subscribers: 0,
    ownTokens: false,
    sharedCores: CORES,
    fixed,
  });
  runFor(120_000);
  const before = figures.calls;
  runFor(180_000);
  return {
    what: `calls of one token with ${outstanding} outstanding, ${nodes} nodes`,
    calibrated: false,
    real: { perSecond: share(((run.cases.budget[0]?.usedOnAverage ?? NaN) * limit) / 60), cpu: null },
    simulated: { perSecond: share((figures.calls - before) / 180), cpu: null },
  };
}
