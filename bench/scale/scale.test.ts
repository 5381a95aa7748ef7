/** Of the simulation itself: `node --test bench/scale`, and with all other tests through `test/bench/scale.test.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRandom } from '../poll-simulation/random.ts';
import { createBudgets } from './budgets.ts';
import type { Costs } from './costs.ts';
import { createClock, createHeap, createStation } from './events.ts';
import { createDistribution } from './figures.ts';
import { play, REFERENCE } from './scenarios.ts';
import type { Setting } from './setting.ts';
import { BY_HOUR, createSkew, nextArrival } from './skew.ts';

/** Mean time in a station with so many servers, each piece of work 10 ms on average, as often as `load` says. */
function meanTime(servers: number, load: number): number {
  const random = createRandom(7);
  const clock = createClock();
  const station = createStation(clock, { servers });
  const times: number[] = [];
  const perSecond = (load * servers * 1_000) / 10;
  const arrive = (): void => {
    const cameAt = clock.now;
    station.serve(-10 * Math.log(1 - random()), () => times.push(clock.now - cameAt));
    clock.after(nextArrival(perSecond, random), arrive);
  };
  arrive();
  clock.runUntil(800_000 / servers);
  assert.ok(Math.abs(station.utilization() - load) < 0.02, `utilization is ${station.utilization()}`);
  return times.reduce((sum, ms) => sum + ms, 0) / times.length;
}

void test('one server is as slow as M/M/1 says', () => {
  // 1 / (mu - lambda)
  for (const load of [0.5, 0.8]) {
    const expected = 10 / (1 - load);
    const found = meanTime(1, load);
    assert.ok(Math.abs(found / expected - 1) < 0.08, `${found} beside ${expected}`);
  }
});

void test('four servers are as slow as M/M/4 says', () => {
  // Erlang C for four servers at 0.8: 0.5964 wait, on average for 1 / (4 mu - lambda).
  const expected = 10 + (0.5964 * 10) / (4 * 0.2);
  const found = meanTime(4, 0.8);
  assert.ok(Math.abs(found / expected - 1) < 0.08, `${found} beside ${expected}`);
});

void test('what runs beside makes everything slower by what it takes away', () => {
  const clock = createClock();
  const station = createStation(clock, { servers: 2, background: 1 });
  let doneAt = 0;
  station.serve(10, () => (doneAt = clock.now));
  clock.runUntil(100);
  assert.equal(doneAt, 20);
  assert.equal(station.utilization(), (0.1 + 1) / 2);
});

void test('events come in the order of their instants, and those of one instant as they were planned', () => {
  const clock = createClock();
  const seen: string[] = [];
  clock.at(5, () => seen.push('later'));
  clock.at(3, () => seen.push('first'));
  clock.at(3, () => seen.push('second'));
  clock.runUntil(4);
  assert.deepEqual(seen, ['first', 'second']);
  clock.runUntil(6);
  assert.deepEqual(seen, ['first', 'second', 'later']);
});

void test('a heap gives what was put into it, sorted', () => {
  const random = createRandom(3);
  const values = Array.from({ length: 1_000 }, () => Math.floor(random() * 100));
  const heap = createHeap<number>((a, b) => a < b);
  for (const value of values) heap.add(value);
  const taken = values.map(() => heap.take());
  assert.deepEqual(
    taken,
    [...values].sort((a, b) => a - b),
  );
  assert.equal(heap.take(), undefined);
});

void test('a distribution tells its quantiles within a bin', () => {
  const distribution = createDistribution();
  for (let ms = 1; ms <= 1_000; ms += 1) distribution.add(ms);
  const { p50, p99, max, count } = distribution.spread();
  assert.ok(Math.abs(p50 / 500 - 1) < 0.03 && Math.abs(p99 / 990 - 1) < 0.03);
  assert.deepEqual([max, count], [1_000, 1_000]);
});

void test('tenants are picked as often as their shares say', () => {
  const skew = createSkew(1_000, 0.8);
  const random = createRandom(11);
  let first = 0;
  for (let i = 0; i < 100_000; i += 1) if (skew.pick(random) === 0) first += 1;
  assert.ok(Math.abs(first / 100_000 / skew.shareOf(0) - 1) < 0.05);
  assert.ok(Math.abs(BY_HOUR.reduce((sum, one) => sum + one, 0) / 24 - 1) < 1e-9);
});

void test('a token has no more calls in any window than its budget', () => {
  const budgets = createBudgets({ limit: 50, windowMs: 10_000 });
  const admitted: number[] = [];
  for (let now = 0; now < 60_000; now += 20)
    if (budgets.admit(1, now % 60 === 0 ? 'START' : 'POLL', now) === null) admitted.push(now);
  for (const from of admitted)
    assert.ok(admitted.filter((at) => at >= from && at < from + 10_000).length <= 50);
  assert.ok(admitted.length > 240, `${admitted.length} calls in six windows`);
});

/** Nothing is measured here: the shape of the world is what counts. */
const COSTS: Costs = {
  database: {
    claim: 0.2,
    look: 0.2,
    poll: 2,
    write: 0.3,
    toldWrite: 0.4,
    notice: 0.1,
    noticeOfEach: 0.01,
    wakeByNotice: 0.02,
    start: 2,
    finish: 2,
    read: 0.4,
    page: 0.2,
    status: 0.01,
    tell: 0.02,
    connect: 1,
    resync: 0.01,
    idleAMinute: 4,
    chores: 800,
  },
  node: {
    loop: 0.5,
    poll: 1,
    start: 2,
    told: 0.005,
    page: 0.4,
    status: 0.1,
    send: 0.05,
    connect: 3,
    idleAMinute: 6,
    resync: 0.01,
  },
  lockMs: 4,
  lockCpuMs: 0.2,
  flushMs: 2,
};

for (const wake of ['all', 'one'] as const)
  void test(`every execution ends and everybody is told, also when the database was away (${wake} wake)`, () => {
    const setting = {
      ...REFERENCE,
      nodes: 3,
      cores: 4,
      tenants: 50,
      subscribers: 500,
      startsPerSecond: 8,
      ownTokens: false,
      wake,
    };
    const { world, figures, runFor } = play(COSTS, setting, 5);
    runFor(40_000);
    world.failOver(30_000);
    runFor(50_000);
    world.stopArrivals();
    runFor(400_000);
    assert.ok(figures.started > 500);
    assert.ok(figures.spread > 0);
    assert.deepEqual([world.open(), figures.ended], [0, figures.started]);
    assert.deepEqual(figures.delivered, figures.owed);
    assert.equal(world.database.came, world.database.left);
  });

void test('polls that are told together leave the commit lock to what is new', () => {
  const setting = { ...REFERENCE, nodes: 3, cores: 8, tenants: 1_000, subscribers: 0, startsPerSecond: 25 };
  const lockOf = (notify: Setting['notify']) => {
    const { world, figures, runFor } = play(COSTS, { ...setting, notify });
    runFor(60_000);
    return { used: world.lock.utilization(), changes: figures.changes };
  };
  const [together, each] = [lockOf('polls together'), lockOf('each by itself')];
  assert.ok(together.changes < each.changes / 2, `${together.changes} changes beside ${each.changes}`);
  // The statements that tell have it, too, but for no disk.
  const ofChanges = (together.changes * COSTS.lockMs) / 60_000;
  assert.ok(together.used > ofChanges && together.used < 1.3 * ofChanges, `${together.used}, ${ofChanges}`);
  assert.equal(lockOf('nothing').used, 0);
});

void test('the same seed gives the same figures', () => {
  const setting = { ...REFERENCE, nodes: 2, cores: 2, tenants: 10, subscribers: 20, startsPerSecond: 5 };
  const run = (seed: number) => {
    const { figures, runFor } = play(COSTS, setting, seed);
    runFor(20_000);
    return [figures.polls, figures.started, figures.lateness.spread()];
  };
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
});
