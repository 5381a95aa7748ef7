/**
 * N nodes on one PostgreSQL, event by event. The poll policy, the budget's rules and the spread of what is overdue are the
 * program's own code; what work costs is measured (`costs.ts`). Simplified: statements wait in one line for the
 * database's cores, and nodes have one core each; a kind of query is known to all nodes at once.
 */
import { overdueSpread } from '../../dist/src/domain/overdue.js';
import { createCallPrice } from '../../dist/src/services/polling/call-price.js';
import { createDurationModels } from '../../dist/src/services/polling/duration-models.js';
import { createPollPolicy, type PollContext } from '../../dist/src/services/polling/poll-policy.js';
import { normal, type Random } from '../poll-simulation/random.ts';
import { createBudgets } from './budgets.ts';
import type { Costs } from './costs.ts';
import { type Clock, createHeap, createStation, type Station } from './events.ts';
import type { Figures } from './figures.ts';
import { createPoller, LONGEST_SLEEP_MS } from './poller.ts';
import type { Execution, Setting } from './setting.ts';
import { nextArrival, type Skew } from './skew.ts';
import { createTelling } from './telling.ts';

export interface World {
  readonly database: Station;
  readonly lock: Station;
  readonly nodes: readonly Station[];
  readonly budgetOfLargest: () => number;
  /** Executions that are neither submitted nor ended, and those that run. */
  readonly open: () => number;
  /** The database is away for so long. */
  failOver(ms: number): void;
  /** So many subscribers come back, spread over so long, at the nodes that are left. */
  reconnect(count: number, withinMs: number): void;
  stopArrivals(): void;
}

/** As the program has them. */
const CATCH_UP_MS = 10_000;
const BUDGET = { limit: 250, windowMs: 61_000 };
const POLICY = { minMs: 1_000, maxMs: 30_000, callCostMs: 1_500 };
/** Seconds; as in the mixes of bench/poll-simulation. */
const MEDIANS = [2, 4, 8, 15, 30, 60];
/** Of an answer by Genesys Cloud; assumed. */
const UPSTREAM_MS = 100;
/** Pages and looks at the status that follow each result; assumed. */
const [PAGES, LOOKS] = [3, 5];

export function createWorld(
  clock: Clock,
  costs: Costs,
  setting: Setting,
  figures: Figures,
  skew: Skew,
  random: Random,
): World {
  const { database: of, node: by } = costs;
  const flushMs = setting.flushMs ?? costs.flushMs;
  // Nodes that Redis tells look for themselves at all that is watched.
  const catchUp = setting.notify === 'nothing' ? (setting.subscribers * of.resync) / CATCH_UP_MS : 0;
  const subscribersOf = (tenant: number) => setting.subscribers * skew.shareOf(tenant);
  const reads = setting.startsPerSecond;
  const idle = (cpu: number) => (setting.ownTokens ? (setting.subscribers * cpu) / 60_000 : 0);
  const database = createStation(clock, {
    servers: setting.sharedCores ?? setting.cores,
    background:
      idle(of.idleAMinute) +
      catchUp +
      (setting.fixed ? 0 : (setting.nodes * of.chores) / 30_000) +
      (reads * (PAGES * of.page + LOOKS * of.status)) / 1_000,
  });
  const telling = createTelling(clock, costs, setting, database, figures);
  const nodes = Array.from({ length: setting.nodes }, () =>
    setting.sharedCores
      ? database
      : createStation(clock, {
          servers: 1,
          background:
            idle(by.idleAMinute) / setting.nodes +
            (reads * (PAGES * by.page + LOOKS * by.status)) / setting.nodes / 1_000,
        }),
  );
  const policy = createPollPolicy({
    models: createDurationModels(),
    price: createCallPrice(() => clock.now),
    ...POLICY,
    random,
  });
  const budgets = createBudgets({ ...BUDGET, limit: setting.fixed?.limit ?? BUDGET.limit });
  const spread = overdueSpread(POLICY.maxMs, BUDGET);
  const due = createHeap<Execution>((a, b) => a.dueAt < b.dueAt);
  let open = 0;
  let arriving = true;
  let isAway = false;
  let largest: number[] = [];

  const pick = () => Math.floor(random() * setting.nodes);
  const upstreamMs = setting.upstreamMs ?? UPSTREAM_MS;

  function contextOf(one: Execution, ageMs: number): PollContext {
    const request = {
      interval: null,
      days: 2 ** one.kind,
      granularity: null,
      groupBy: [],
    } as unknown as PollContext['request'];
    return {
      operation: 'OAUTH_CLIENT_SUMMARY',
      request,
      organizationId: 'all',
      credentialId: `${one.tenant}`,
      ageMs,
      runningAtMs: one.runningAtMs,
      failureCount: 0,
    };
  }

  function putBack(one: Execution, waitMs: number): void {
    one.dueAt = clock.now + waitMs;
    due.add(one);
    if (setting.wake === 'one') clock.at(one.dueAt, () => pollers[pick()]?.ring());
  }

  function call(one: Execution, kind: 'START' | 'POLL'): number | null {
    const wait = budgets.admit(one.tenant, kind, clock.now);
    if (wait === null) {
      figures.calls += 1;
      if (one.tenant === 0) largest.push(clock.now);
    } else {
      figures.putOff += 1;
      policy.putOff(contextOf(one, 0));
    }
    return wait;
  }

  function arrive(): void {
    if (!arriving) return;
    clock.after(nextArrival(setting.startsPerSecond, random), arrive);
    const kind = Math.floor(random() * MEDIANS.length);
    const one: Execution = {
      tenant: skew.pick(random),
      kind,
      durationMs: (MEDIANS[kind] ?? 1) * 1_000 * Math.exp(0.35 * normal(random)),
      submittedAt: -1,
      runningAtMs: 0,
      dueAt: 0,
    };
    figures.started += 1;
    open += 1;
    const node = pick();
    // The start's own statements; the rest is a step as any other, which the node makes that took the request.
    nodes[node]?.serve(by.start, () =>
      database.serve(of.start, () => clock.after(flushMs, () => step(node, one, () => {}))),
    );
  }

  /** What a node does with what it has claimed; its own CPU is behind it. */
  function step(node: number, one: Execution, done: () => void): void {
    const isStart = one.submittedAt < 0;
    if (!isStart) figures.lateness.add(clock.now - one.dueAt);
    const wait = call(one, isStart ? 'START' : 'POLL');
    if (wait !== null)
      return database.serve(of.write, () => {
        putBack(one, wait);
        done();
      });
    clock.after(upstreamMs, () => {
      if (isStart) {
        one.submittedAt = clock.now;
        return telling.commit(node, 'submission', () => {
          putBack(one, waitOf(one, 0));
          done();
        });
      }
      const ageMs = clock.now - one.submittedAt;
      if (ageMs >= one.durationMs) return end(node, one, ageMs, done);
      const waitMs = waitOf(one, ageMs);
      one.runningAtMs = ageMs;
      return telling.commit(node, 'progress', () => {
        putBack(one, waitMs);
        done();
      });
    });
  }

  function waitOf(one: Execution, ageMs: number): number {
    return setting.fixed
      ? setting.fixed.pauseMs * (0.9 + 0.1 * random())
      : policy.untilNextPoll(contextOf(one, ageMs));
  }

  function end(node: number, one: Execution, ageMs: number, done: () => void): void {
    policy.ended(contextOf(one, ageMs));
    const foundAt = clock.now;
    figures.detection.add(ageMs - one.durationMs);
    telling.commit(node, 'end', () => {
      figures.ended += 1;
      open -= 1;
      deliver(one, foundAt);
      done();
    });
  }

  /** To whoever started it, and to the subscribers of the tenant, wherever they are. */
  function deliver(one: Execution, foundAt: number): void {
    const all = Math.max(1, Math.round(subscribersOf(one.tenant)));
    const at = Math.min(all, setting.nodes);
    const first = pick();
    for (let i = 0; i < at; i += 1) {
      const node = nodes[(first + i) % setting.nodes];
      const count = Math.ceil(all / at);
      figures.owed += count;
      node?.serve(by.told, () =>
        database.serve(of.read, () =>
          node.serve(by.status + count * by.send, () => {
            figures.delivered += count;
            figures.delivery.add(clock.now - foundAt, count);
          }),
        ),
      );
    }
  }

  const pollers = nodes.map((node, index) =>
    createPoller(clock, costs, setting, {
      node,
      database,
      due,
      figures,
      isAway: () => isAway,
      heardMs: telling.heardMs,
      step: (one, done) => step(index, one, done),
      firstMs: random() * LONGEST_SLEEP_MS,
    }),
  );
  if (setting.startsPerSecond > 0) clock.after(0, arrive);
  for (let i = 0; i < (setting.fixed?.outstanding ?? 0); i += 1) {
    open += 1;
    due.add({
      tenant: i % setting.tenants,
      kind: 0,
      durationMs: setting.fixed!.durationMs,
      submittedAt: 0,
      runningAtMs: 0,
      dueAt: random() * setting.fixed!.pauseMs,
    });
  }

  return {
    database,
    lock: telling.lock,
    nodes: setting.sharedCores ? [] : nodes,
    open: () => open,
    budgetOfLargest() {
      largest = largest.filter((at) => at > clock.now - BUDGET.windowMs);
      return largest.length / BUDGET.limit;
    },
    stopArrivals: () => void (arriving = false),
    failOver(ms) {
      isAway = true;
      database.pause();
      telling.lock.pause();
      clock.after(ms, () => {
        isAway = false;
        const overdue: Execution[] = [];
        while (due.first() && due.first()!.dueAt <= clock.now - spread.dueForMs) overdue.push(due.take()!);
        const every = Math.min(spread.everyMs, spread.withinMs / overdue.length);
        overdue.forEach((one, i) => {
          one.dueAt = clock.now + (overdue.length > spread.atOnce ? i * every : 0);
          due.add(one);
        });
        figures.spread = overdue.length;
        database.resume();
        telling.lock.resume();
        // Everybody reads again what he watches.
        for (const node of nodes)
          database.serve((setting.subscribers / setting.nodes) * of.resync, () =>
            node.serve((setting.subscribers / setting.nodes) * by.resync, () =>
              figures.resynced.add(clock.now),
            ),
          );
      });
    },
    reconnect(count, withinMs) {
      for (let i = 0; i < count; i += 1)
        clock.after(random() * withinMs, () => {
          const cameAt = clock.now;
          const node = nodes[pick()];
          node?.serve(by.connect, () =>
            database.serve(of.connect, () => figures.connected.add(clock.now - cameAt)),
          );
        });
    },
  };
}
