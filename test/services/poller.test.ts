import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import { overdueSpread } from '../../src/domain/overdue.js';
import type { ExecutionStore } from '../../src/domain/ports/execution-store.js';
import { createExecutionPubSub } from '../../src/events/execution-pubsub.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createPoller, type Poller, type PollerOptions } from '../../src/services/polling/poller.js';
import { createDatabase } from '../../src/store/database.js';
import { createExecutionStore } from '../../src/store/execution-store.js';
import { hang, NO_ROWS } from '../support/scripted-upstream.js';
import { type StepParts, stepParts } from '../support/steps.js';
import {
  createTestStore,
  EVERYTHING,
  intent,
  LEASE_MS,
  NODE,
  runningClaim,
  type TestStore,
} from '../support/store.js';
import { until } from '../support/until.js';
import { startWatching } from '../support/watching.js';

describe('the poller', () => {
  let test: TestStore;
  let parts: StepParts;
  const pollers: Poller[] = [];

  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    await test.clear();
    parts = stepParts(test.store);
  });
  afterEach(async () => {
    await Promise.all(pollers.splice(0).map((each) => each.stop()));
  });
  afterAll(() => test.stop());

  function poller(options: Partial<PollerOptions> = {}): Poller {
    const made = createPoller({
      store: test.store,
      events: createExecutionPubSub().events,
      step: parts.step,
      log: silentLogger,
      node: NODE,
      leaseMs: LEASE_MS,
      concurrency: 8,
      ...options,
    });
    pollers.push(made);
    return made;
  }

  const open = async () => test.store.count(EVERYTHING, { statuses: ['QUEUED', 'RUNNING'] });
  const due = (count: number) =>
    Promise.all(Array.from({ length: count }, () => runningClaim(test.store, {}, 0)));

  it('brings every execution to its end, each by one poll', async () => {
    await due(40);
    parts.upstream.onPoll = () => NO_ROWS;
    poller().start();
    await until('all of them', async () => (await open()) === 0);
    expect(parts.upstream.polls).toHaveLength(40);
  });

  it('goes on with others while as many as it makes at once hang', async () => {
    await due(8);
    parts.upstream.onPoll = (_query, _token, signal) => hang(signal);
    poller({ concurrency: 8 }).start();
    await until('all to hang', () => parts.upstream.polls.length === 8);
    parts.upstream.onPoll = () => NO_ROWS;
    await due(3);
    await until('the others', async () => (await open()) === 8);
  });

  it('asks for what is overdue also when it can not be spread', async () => {
    await due(3);
    parts.upstream.onPoll = () => NO_ROWS;
    const spreadOverdue = async () =>
      Promise.reject(new Error('canceling statement due to statement timeout'));
    const overdue = overdueSpread(30_000, { limit: 10, windowMs: 10_000 });
    poller({ store: { ...test.store, spreadOverdue }, overdue }).start();
    await until('all of them', async () => (await open()) === 0);
  });

  it('asks once for each execution when several nodes poll', async () => {
    await due(60);
    parts.upstream.onPoll = async () => {
      await delay(5);
      return NO_ROWS;
    };
    for (let i = 0; i < 4; i += 1) poller({ node: `node-${i}`, store: test.anotherNode() }).start();
    await until('all of them', async () => (await open()) === 0);
    expect(parts.upstream.polls).toHaveLength(60);
  });

  it('asks at the time that was set, without waiting for a tick', async () => {
    parts.upstream.onPoll = () => NO_ROWS;
    const lateByMs: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { execution } = await runningClaim(test.store, {}, 600);
      const polls = poller();
      polls.start();
      await until('the end', async () => (await open()) === 0);
      await polls.stop();
      const ended = await test.store.get(execution.id, EVERYTHING);
      lateByMs.push(ended!.finishedAt!.getTime() - execution.nextPollAt!.getTime());
    }
    // Ticks would make each of them late by 1.4 s; a busy machine makes one of them late.
    expect(Math.min(...lateByMs)).toBeLessThan(1_000);
  });

  it('finds work that another node has left, when its lease ends', async () => {
    await test.store.create(intent(), 'a node that died', 400);
    poller().start();
    await until('the query to be submitted', () => parts.upstream.starts.length === 1);
    expect(parts.upstream.starts).toHaveLength(1);
  });

  it('has no more steps under way than it may', async () => {
    await due(10);
    let underWay = 0;
    let most = 0;
    parts.upstream.onPoll = async () => {
      most = Math.max(most, (underWay += 1));
      await delay(10);
      underWay -= 1;
      return NO_ROWS;
    };
    poller({ concurrency: 3 }).start();
    await until('all of them', async () => (await open()) === 0, 5_000);
    expect(most).toBe(3);
  });

  it('goes on at once when a step ends, also when it makes one at a time', async () => {
    await due(20);
    parts.upstream.onPoll = () => NO_ROWS;
    poller({ concurrency: 1 }).start();
    // With a tick of two seconds between them it would take forty.
    await until('all of them', async () => (await open()) === 0, 20_000);
  });

  it('keeps the lease of a step that takes longer', async () => {
    await due(1);
    const done = Promise.withResolvers<void>();
    parts.upstream.onPoll = async () => {
      await done.promise;
      return NO_ROWS;
    };
    poller({ leaseMs: 300 }).start();
    await until('the poll', () => parts.upstream.polls.length === 1);
    poller({ node: 'node-2', leaseMs: 300 }).start();
    await delay(900);
    done.resolve();
    await until('the end', async () => (await open()) === 0);
    expect(parts.upstream.polls).toHaveLength(1);
  });

  it('interrupts a step whose execution was canceled', async () => {
    const [claim] = await due(1);
    const interrupted = Promise.withResolvers<void>();
    parts.upstream.onPoll = (_query, _token, signal) => {
      signal.addEventListener('abort', () => interrupted.resolve());
      return hang(signal);
    };
    poller({ leaseMs: 150 }).start();
    await until('the poll', () => parts.upstream.polls.length === 1);
    await test.store.cancel(claim!.execution.id, EVERYTHING, LEASE_MS);
    await interrupted.promise;
  });

  it('hands its leases back at once when it is stopped', async () => {
    const claims = await due(5);
    parts.upstream.onPoll = (_query, _token, signal) => hang(signal);
    const stopping = poller();
    stopping.start();
    await until('every poll', () => parts.upstream.polls.length === 5);
    expect(await test.store.claimDue('node-2', 10, LEASE_MS)).toEqual([]);
    await stopping.stop();
    await until(
      'all to be due',
      async () => (await test.query('SELECT 1 FROM executions WHERE due_at <= now()')).length === 5,
    );
    const taken = await test.store.claimDue('node-2', 10, LEASE_MS);
    expect(taken.map(({ execution }) => execution.id).sort()).toEqual(
      claims.map((each) => each.execution.id).sort(),
    );
  });

  it('claims nothing more once it is stopped', async () => {
    const stopped = poller();
    stopped.start();
    await stopped.stop();
    await due(1);
    await delay(100);
    expect(parts.upstream.polls).toEqual([]);
  });

  it('gives what is adopted after the stop back without asking upstream for long', async () => {
    parts.upstream.onStart = (_query, _token, signal) => hang(signal);
    const stopped = poller();
    await stopped.stop();
    expect(await stopped.adopt(await parts.queued())).toBeNull();
    expect(await test.store.msUntilNextDue(NODE)).toBe(0);
  });

  it('takes up a step that went wrong when its lease ends, and not before', async () => {
    await due(1);
    parts.upstream.onPoll = () => {
      if (parts.upstream.polls.length === 1) throw new TypeError('a bug');
      return NO_ROWS;
    };
    poller({ leaseMs: 500 }).start();
    await until('the first try', () => parts.upstream.polls.length === 1);
    await delay(200);
    expect(parts.upstream.polls).toHaveLength(1);
    await until('the end', async () => (await open()) === 0);
  });

  /** Counts what is asked of a store. */
  function counted(store: ExecutionStore) {
    const asked = { claims: 0 };
    const claimDue: ExecutionStore['claimDue'] = (...args) => {
      asked.claims += 1;
      return store.claimDue(...args);
    };
    return { asked, store: { ...store, claimDue } };
  }

  it('asks an idle database only now and then', async () => {
    const { asked, store } = counted(test.store);
    poller({ store }).start();
    await delay(500);
    expect(asked.claims).toBeLessThanOrEqual(2);
  });

  it('asks a database that is away only now and then, and goes on when it is back', async () => {
    const nobody = createDatabase('postgres://127.0.0.1:1/none', silentLogger);
    const away = createExecutionStore(nobody.db);
    let isAway = true;
    const { asked, store } = counted({
      ...test.store,
      claimDue: (...args) => (isAway ? away : test.store).claimDue(...args),
    });
    await due(1);
    parts.upstream.onPoll = () => NO_ROWS;
    poller({ store }).start();
    await delay(500);
    expect(asked.claims).toBeLessThanOrEqual(2);
    isAway = false;
    await until('the end', async () => (await open()) === 0);
    await nobody.stop();
  });

  it.each([
    ['a poll', () => parts.running(), () => (parts.upstream.onPoll = (_q, _t, signal) => hang(signal))],
    ['a start', () => parts.queued(), () => (parts.upstream.onStart = (_q, _t, signal) => hang(signal))],
  ] as const)(
    'interrupts %s at once when the execution is canceled at another node',
    async (_what, claim, hangs) => {
      const watching = await startWatching(test.store, test.url);
      hangs();
      const { adopt } = poller({ events: watching.pubSub.events, leaseMs: 600_000 });
      const held = await claim();
      const working = adopt(held);
      await until(
        'the request to upstream',
        () => parts.upstream.polls.length + parts.upstream.starts.length > 0,
      );

      await test.anotherNode().cancel(held.execution.id, EVERYTHING, 60_000);

      // By itself the poller would notice it at a third of its lease, in three minutes.
      expect(await working).toBeNull();
      expect(watching.listeners()).toBe(0);
      await watching.stop();
    },
  );

  it('is not interrupted by the news of its own write, and listens for nothing when it is through', async () => {
    const watching = await startWatching(test.store, test.url);
    const { adopt } = poller({ events: watching.pubSub.events });
    for (let i = 0; i < 20; i += 1)
      expect(await adopt(await parts.queued())).toMatchObject({ status: 'RUNNING' });
    await until('no listener', () => watching.listeners() === 0);
    await watching.stop();
  });
});
