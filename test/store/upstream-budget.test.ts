import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import type { UpstreamBudgetStore } from '../../src/domain/ports/upstream-limits.js';
import type { Admission, BudgetOptions, UpstreamCall } from '../../src/domain/upstream-budget.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createDatabase, type Database } from '../../src/store/database.js';
import { createUpstreamBudgetStore } from '../../src/store/upstream-budget.js';
import { createTestStore, LEASE_MS, NODE, runningClaim, type TestStore } from '../support/store.js';

const TOKEN = 'credential-1';
const MINUTE = { limit: 10, windowMs: 60_000 };

describe('the budget of upstream calls', () => {
  let test: TestStore;
  let nodes: Database[];
  beforeAll(async () => {
    test = await createTestStore();
    nodes = Array.from({ length: 3 }, () => createDatabase(test.url, silentLogger, { maxConnections: 4 }));
  });
  beforeEach(async () => {
    await test.clear();
    await test.query('TRUNCATE upstream_budgets');
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await test.stop();
  });

  const budgetOf = (options: BudgetOptions = MINUTE) => createUpstreamBudgetStore(test.database.db, options);
  /** Asks so often, one after the other, and gives the answers. */
  async function ask(budget: UpstreamBudgetStore, call: UpstreamCall, times: number): Promise<Admission[]> {
    const answers: Admission[] = [];
    for (let i = 0; i < times; i += 1) answers.push(await budget.admit(TOKEN, call));
    return answers;
  }
  const admitted = (answers: readonly Admission[]) => answers.filter((answer) => answer.admitted).length;
  const waits = (answers: readonly Admission[]) =>
    answers.flatMap((answer) => (answer.admitted ? [] : [answer.retryInMs]));
  /** As if so much time had passed. */
  const pass = (ms: number) =>
    test.query(
      `UPDATE upstream_budgets SET
         starts = ARRAY(SELECT each - make_interval(secs => $1) FROM unnest(starts) AS each ORDER BY each),
         polls = ARRAY(SELECT each - make_interval(secs => $1) FROM unnest(polls) AS each ORDER BY each),
         blocked_until = blocked_until - make_interval(secs => $1),
         next_start_at = next_start_at - make_interval(secs => $1),
         next_poll_at = next_poll_at - make_interval(secs => $1)`,
      [ms / 1000],
    );
  const stored = async (): Promise<Date[]> => {
    const rows = await test.query<{ each: Date }>(
      'SELECT unnest(starts || polls) AS each FROM upstream_budgets ORDER BY each',
    );
    return rows.map(({ each }) => each);
  };

  it('admits nine polls and one start of ten, and then nothing', async () => {
    const budget = budgetOf();
    expect(admitted(await ask(budget, 'POLL', 12))).toBe(9);
    expect(admitted(await ask(budget, 'START', 3))).toBe(1);
    expect(admitted(await ask(budget, 'POLL', 1))).toBe(0);
  });

  it('leaves polls half of it but for what is kept for starts, however many starts there are', async () => {
    const budget = budgetOf({ limit: 100, windowMs: 60_000 });
    expect(admitted(await ask(budget, 'START', 60))).toBe(50);
    expect(admitted(await ask(budget, 'POLL', 60))).toBe(46);
  });

  it('gives what comes back to starts before polls', async () => {
    const budget = budgetOf();
    await ask(budget, 'POLL', 2);
    await pass(30_000);
    await ask(budget, 'POLL', 7);
    await ask(budget, 'START', 1);
    expect(admitted(await ask(budget, 'START', 1))).toBe(0);
    await pass(30_000);
    // Two have come back: one for a start, one that is kept for the next.
    expect(admitted(await ask(budget, 'START', 1))).toBe(1);
    expect(admitted(await ask(budget, 'POLL', 3))).toBe(0);
    expect(admitted(await ask(budget, 'START', 1))).toBe(1);
  });

  it('leaves nothing lying for polls that were put off and never come back', async () => {
    const budget = budgetOf({ limit: 100, windowMs: 60_000 });
    await ask(budget, 'POLL', 200);
    await pass(60_000);
    expect(admitted(await ask(budget, 'POLL', 100))).toBe(96);
  });

  it('of one call a minute serves both kinds', async () => {
    const budget = budgetOf({ limit: 1, windowMs: 60_000 });
    expect(admitted(await ask(budget, 'START', 2))).toBe(1);
    await pass(60_000);
    expect(admitted(await ask(budget, 'POLL', 2))).toBe(1);
    expect(admitted(await ask(budget, 'START', 2))).toBe(0);
  });

  it('counts each credential for itself', async () => {
    const budget = budgetOf();
    await ask(budget, 'POLL', 10);
    expect(await budget.admit('credential-2', 'POLL')).toEqual({ admitted: true });
  });

  it('gives a call back when it is a window old, and not before', async () => {
    const budget = budgetOf();
    await ask(budget, 'POLL', 4);
    await pass(30_000);
    await ask(budget, 'POLL', 5);
    await pass(20_000);
    expect(admitted(await ask(budget, 'POLL', 1))).toBe(0);
    await pass(10_000);
    expect(admitted(await ask(budget, 'POLL', 10))).toBe(4);
  });

  it('puts refused calls off one behind the other, at the pace of the budget', async () => {
    const budget = budgetOf({ limit: 100, windowMs: 90_000 });
    const [first = 0, ...others] = waits(await ask(budget, 'POLL', 102));
    // 96 of them in 90 s: the first when the oldest call is 90 s old, each next one nearly a second later.
    expect(first).toBeGreaterThan(80_000);
    expect(first).toBeLessThanOrEqual(90_000);
    // Each asked a little later than the one before, and so a little less than a second apart.
    const apart = others.map((wait, i) => wait - (i === 0 ? first : (others[i - 1] ?? 0)));
    expect(apart).toHaveLength(5);
    expect(Math.max(...apart)).toBeLessThanOrEqual(939);
    expect(apart.reduce((sum, each) => sum + each)).toBeGreaterThan(2_500);
  });

  it('puts nothing off for more than six windows', async () => {
    const all = waits(await ask(budgetOf({ limit: 2, windowMs: 60_000 }), 'POLL', 20));
    expect(Math.max(...all)).toBeLessThanOrEqual(6 * 60_000);
    expect(new Set(all.map((wait) => Math.round(wait / 60_000))).size).toBe(6);
  });

  it('never admits more than the limit within any window, asked by three nodes at once', async () => {
    await writeDownAdmissions();
    const options = { limit: 20, windowMs: 300 };
    const answers: Admission[] = [];
    const askers = nodes.flatMap(({ db }) => {
      const budget = createUpstreamBudgetStore(db, options);
      return (['START', 'POLL', 'POLL', 'POLL'] as const).map(async (call) => {
        while (admitted(answers) < 6 * options.limit) answers.push(await budget.admit(TOKEN, call));
      });
    });
    await Promise.all(askers);
    const instants = await everyAdmission();
    expect(instants).toHaveLength(admitted(answers));
    expect(mostWithin(instants, options.windowMs)).toBeLessThanOrEqual(options.limit);
    // Control: they wanted more than that.
    expect(answers.length).toBeGreaterThan(2 * admitted(answers));
  });

  /** A witness inside of the database, which knows nothing of the statement that it watches. */
  async function writeDownAdmissions(): Promise<void> {
    await test.query('CREATE TABLE admitted (us bigint)');
    await test.query(`
      CREATE FUNCTION write_down() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO admitted SELECT EXTRACT(EPOCH FROM each) * 1000000 FROM unnest(NEW.starts || NEW.polls) AS each
          WHERE TG_OP = 'INSERT' OR each <> ALL (OLD.starts || OLD.polls);
        RETURN NULL;
      END $$`);
    await test.query(
      'CREATE TRIGGER witness AFTER INSERT OR UPDATE ON upstream_budgets FOR EACH ROW EXECUTE FUNCTION write_down()',
    );
  }

  /** Instants in microseconds. */
  async function everyAdmission(): Promise<number[]> {
    const rows = await test.query<{ us: string }>('SELECT us FROM admitted ORDER BY us');
    await test.query('DROP TRIGGER witness ON upstream_budgets');
    return rows.map(({ us }) => Number(us));
  }

  it('admits nothing while upstream wants to be left alone, by whichever node it was told', async () => {
    const budget = budgetOf();
    await createUpstreamBudgetStore(nodes[0]!.db, MINUTE).block(TOKEN, 30_000);
    const [poll = 0, start = 0] = waits([
      ...(await ask(budget, 'POLL', 1)),
      ...(await ask(budget, 'START', 1)),
    ]);
    for (const wait of [poll, start]) {
      expect(wait).toBeGreaterThan(20_000);
      expect(wait).toBeLessThanOrEqual(30_000);
    }
    await pass(30_000);
    expect(admitted(await ask(budget, 'START', 1))).toBe(1);
  });

  it('obeys the longer of two requests to be left alone', async () => {
    const budget = budgetOf();
    await budget.block(TOKEN, 50_000);
    await budget.block(TOKEN, 1_000);
    expect(waits(await ask(budget, 'POLL', 1))[0]).toBeGreaterThan(40_000);
  });

  it('counts calls that were made without asking', async () => {
    const budget = budgetOf();
    for (let i = 0; i < 8; i += 1) await budget.count(TOKEN);
    expect(admitted(await ask(budget, 'START', 9))).toBe(2);
    for (let i = 0; i < 400; i += 1) await budget.count(TOKEN);
    expect(await budget.read(TOKEN)).toMatchObject({ remaining: 0 });
    expect((await stored()).length).toBeLessThanOrEqual(302);
  });

  describe('as it is shown', () => {
    const inMs = async (at: Date | null) => at && at.getTime() - (await test.store.now()).getTime();

    it('is whole for a credential that nobody has used', async () => {
      expect(await budgetOf().read(TOKEN)).toEqual({ limit: 10, remaining: 10, resetAt: null, queued: 0 });
      expect(await test.query('SELECT 1 FROM upstream_budgets')).toEqual([]);
    });

    it('rises when the oldest call leaves the window', async () => {
      const budget = budgetOf();
      await ask(budget, 'POLL', 2);
      await pass(40_000);
      await ask(budget, 'START', 1);
      const state = await budget.read(TOKEN);
      expect(state).toMatchObject({ remaining: 7 });
      expect(await inMs(state.resetAt)).toBeLessThanOrEqual(20_000);
      await pass(20_000);
      expect(await budget.read(TOKEN)).toMatchObject({ remaining: 9 });
      await pass(40_000);
      expect(await budget.read(TOKEN)).toMatchObject({ remaining: 10, resetAt: null });
    });

    it('is nothing until upstream may be asked again', async () => {
      const budget = budgetOf();
      await ask(budget, 'POLL', 1);
      await budget.block(TOKEN, 600_000);
      const state = await budget.read(TOKEN);
      expect(state.remaining).toBe(0);
      expect(await inMs(state.resetAt)).toBeGreaterThan(500_000);
    });

    it('rises only when calls that were made without asking have gone, too', async () => {
      const budget = budgetOf();
      for (let i = 0; i < 5; i += 1) await budget.count(TOKEN);
      await pass(30_000);
      for (let i = 0; i < 10; i += 1) await budget.count(TOKEN);
      const state = await budget.read(TOKEN);
      expect(state.remaining).toBe(0);
      expect(await inMs(state.resetAt)).toBeGreaterThan(50_000);
    });

    it('names the open executions that wait for it', async () => {
      const [putOff, asked, due, foreign] = await Promise.all([
        runningClaim(test.store),
        runningClaim(test.store),
        runningClaim(test.store, {}, 0),
        runningClaim(test.store, { credentialId: 'credential-2' }),
      ]);
      for (const claim of [putOff, foreign]) await test.store.postpone(claim, LEASE_MS, 'BUDGET_USED_UP');
      await test.store.recordAttempt(asked, { polled: true, nextPollInMs: LEASE_MS });
      expect(await budgetOf().read(TOKEN)).toMatchObject({ queued: 2 });
      const [claim] = await test.store.claimDue(NODE, 1, LEASE_MS);
      expect(claim?.execution.id).toBe(due.execution.id);
      expect(await budgetOf().read(TOKEN)).toMatchObject({ queued: 1 });
    });
  });

  it('is forgotten when it is whole again, and not before', async () => {
    const budget = budgetOf();
    await ask(budget, 'POLL', 1);
    await budget.block('credential-2', 90_000);
    expect(await budget.sweep()).toBe(0);
    await pass(60_000);
    expect(await budget.sweep()).toBe(1);
    await pass(30_000);
    expect(await budget.sweep()).toBe(1);
    expect(admitted(await ask(budget, 'POLL', 1))).toBe(1);
  });

  it('loses no call when it is swept while it is used', async () => {
    const budget = budgetOf({ limit: 5, windowMs: 20 });
    const end = Date.now() + 300;
    const sweeping = async () => {
      while (Date.now() < end) await budget.sweep();
    };
    const asking = async () => {
      while (Date.now() < end) {
        await budget.admit(TOKEN, 'POLL');
        await delay(Math.random() * 25);
      }
    };
    await expect(Promise.all([sweeping(), asking(), asking(), asking()])).resolves.toBeDefined();
  });
});

function mostWithin(sorted: readonly number[], windowMs: number): number {
  let from = 0;
  let most = 0;
  for (const [i, at] of sorted.entries()) {
    while (at - (sorted[from] ?? at) >= windowMs * 1_000) from += 1;
    most = Math.max(most, i - from + 1);
  }
  return most;
}
