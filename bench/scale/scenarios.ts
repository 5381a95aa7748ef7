/** One run of the simulated world, and what it says. */
import { createRandom } from '../poll-simulation/random.ts';
import type { Costs } from './costs.ts';
import { createClock } from './events.ts';
import { createFigures, type Figures, type Spread } from './figures.ts';
import { createSkew, type Skew } from './skew.ts';
import type { Setting } from './setting.ts';
import { createWorld, type World } from './world.ts';

/** Of tenants: the largest of 100,000 has a fiftieth of all. */
const SKEW = 0.8;

export const REFERENCE: Setting = {
  nodes: 100,
  cores: 32,
  tenants: 100_000,
  subscribers: 1_000_000,
  startsPerSecond: 0,
  ownTokens: true,
  notify: 'polls together',
  wake: 'all',
};
/** Starts of a tenant in a day that are not answered from what is stored; assumed. */
export const STARTS_A_DAY = 20;

const skews = new Map<number, Skew>();
export function skewOf(tenants: number): Skew {
  const skew = skews.get(tenants) ?? createSkew(tenants, SKEW);
  skews.set(tenants, skew);
  return skew;
}

export interface Use {
  /** Shares of what there is; more than 1 where it would need more. */
  readonly database: number;
  readonly commitLock: number;
  readonly busiestNode: number;
  readonly nodes: number;
  /** Of the largest tenant's token. */
  readonly largestBudget: number;
}

export interface Outcome {
  readonly use: Use;
  readonly startsPerSecond: number;
  readonly pollsPerSecond: number;
  readonly changesPerSecond: number;
  readonly pollsOfEach: number;
  readonly detectionLagMs: Spread;
  readonly deliveryMs: Spread;
  readonly queueLatenessMs: Spread;
}

export interface Run {
  readonly setting: Setting;
  readonly warmUpMs?: number;
  readonly measuredMs?: number;
  readonly seed?: number;
}

export interface Play {
  readonly world: World;
  readonly figures: Figures;
  readonly now: () => number;
  readonly runFor: (ms: number) => void;
  readonly events: () => number;
}

export function play(costs: Costs, setting: Setting, seed = 1): Play {
  const clock = createClock();
  const figures = createFigures();
  const world = createWorld(clock, costs, setting, figures, skewOf(setting.tenants), createRandom(seed));
  return {
    world,
    figures,
    now: () => clock.now,
    runFor: (ms) => clock.runUntil(clock.now + ms),
    events: () => clock.events,
  };
}

export function outcomeOf(
  costs: Costs,
  { setting, warmUpMs = 60_000, measuredMs = 20_000, seed = 1 }: Run,
): Outcome {
  const { world, figures, runFor } = play(costs, setting, seed);
  runFor(warmUpMs);
  const before = { ...figures };
  // What the warm-up has seen does not count.
  const fresh = createFigures();
  Object.assign(figures, { detection: fresh.detection, delivery: fresh.delivery, lateness: fresh.lateness });
  for (const station of [world.database, world.lock, ...world.nodes]) station.reset();
  runFor(measuredMs);
  const perSecond = (key: 'started' | 'polls' | 'changes' | 'ended') =>
    (figures[key] - before[key]) / (measuredMs / 1_000);
  const used = world.nodes.map((node) => node.utilization());
  return {
    use: {
      database: share(world.database.utilization()),
      commitLock: share(world.lock.utilization()),
      busiestNode: share(Math.max(0, ...used)),
      nodes: share(used.reduce((sum, one) => sum + one, 0) / Math.max(1, used.length)),
      largestBudget: share(world.budgetOfLargest()),
    },
    startsPerSecond: share(perSecond('started')),
    pollsPerSecond: share(perSecond('polls')),
    changesPerSecond: share(perSecond('changes')),
    pollsOfEach: share((figures.polls - before.polls) / Math.max(1, figures.ended - before.ended)),
    detectionLagMs: figures.detection.spread(),
    deliveryMs: figures.delivery.spread(),
    queueLatenessMs: figures.lateness.spread(),
  };
}

export function share(value: number): number {
  return Number(value.toPrecision(3));
}

/** Nothing may be used more than so much, and polls be later than so much: a second of lag is what a poll costs anyway. */
const MOST_USED = 0.9;
const LATEST_MS = 1_000;

/** What has given way, the worst first; null while everything holds. */
export function broken({ use, queueLatenessMs }: Outcome): string | null {
  const parts: readonly (readonly [string, number])[] = [
    ["PostgreSQL's CPU", use.database],
    ["NOTIFY's commit lock", use.commitLock],
    ["a node's CPU", use.busiestNode],
  ];
  const [worst] = [...parts].sort((a, b) => b[1] - a[1]);
  if (worst && worst[1] > MOST_USED) return worst[0];
  return queueLatenessMs.p99 > LATEST_MS ? 'the queue of due polls' : null;
}

export interface Wall {
  /** The most that holds. */
  readonly at: number;
  readonly gives: string;
  readonly outcome: Outcome;
}

/** Raises something from `from` on until something gives, then looks between; exact to an eighth. */
export function wallOf(
  costs: Costs,
  from: number,
  settingAt: (value: number) => Setting,
  most = Infinity,
): Wall {
  const at = (value: number) =>
    outcomeOf(costs, { setting: settingAt(value), warmUpMs: 25_000, measuredMs: 5_000 });
  let low = 0;
  let high = from;
  let good = at(from);
  let bad = good;
  for (; broken(bad) === null; bad = at(high)) {
    good = bad;
    low = high;
    if (high >= most) return { at: most, gives: 'nothing', outcome: good };
    high = Math.min(most, high * 2);
  }
  while (high - low > 0.13 * high) {
    const middle = (low + high) / 2;
    const one = at(middle);
    if (broken(one) === null) {
      low = middle;
      good = one;
    } else {
      high = middle;
      bad = one;
    }
  }
  return { at: share(low), gives: broken(bad) ?? '', outcome: good };
}
