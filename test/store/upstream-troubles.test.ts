import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import type { Passage } from '../../src/domain/upstream-trouble.js';
import { createUpstreamTroubleStore } from '../../src/store/upstream-troubles.js';
import { createTestStore, type TestStore } from '../support/store.js';

const OPTIONS = { afterFailures: 3, firstPauseMs: 1_000, longestPauseMs: 30_000 };
const [HOST, ONE, TWO] = ['host', 'credential 1', 'credential 2'];

describe('what fails of upstream', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(() => test.query('TRUNCATE upstream_troubles'));
  afterAll(() => test.stop());

  let queries = 0;
  const troubles = () => createUpstreamTroubleStore(test.database.db, OPTIONS);
  const pass = (keys = [HOST, ONE]) => troubles().pass(keys);
  /** Different queries fail, one after the other. */
  async function failing(times: number, keys = [HOST, ONE]): Promise<number> {
    let pausedMs = 0;
    for (let i = 0; i < times; i += 1)
      pausedMs = await troubles().failed(keys, `query ${(queries += 1)}`, []);
    return pausedMs;
  }
  /** The pause is over. */
  const wait = () => test.query("UPDATE upstream_troubles SET next_probe_at = now() - interval '1 ms'");
  const probesOf = (passage: Passage) => (passage.passes ? [...passage.probes].sort() : null);

  it('lets everything pass while nothing has failed, and keeps nothing about it', async () => {
    expect(await pass()).toEqual({ passes: true, troubled: false, probes: [] });
    expect(await troubles().worked([HOST, ONE])).toBe(false);
    expect(await test.query('SELECT 1 FROM upstream_troubles')).toEqual([]);
  });

  it('pauses after so many failures in a row, and not before', async () => {
    expect(await failing(2)).toBe(0);
    expect(await pass()).toEqual({ passes: true, troubled: true, probes: [] });
    expect(await troubles().failed([HOST, ONE], 'another query', [])).toBeGreaterThan(0);
    expect(await pass()).toMatchObject({ passes: false });
  });

  it('does not pause for one query that fails by itself again and again', async () => {
    for (let i = 0; i < 20; i += 1) expect(await troubles().failed([HOST, ONE], 'the same', [])).toBe(0);
    expect(await pass()).toMatchObject({ passes: true });
  });

  it('begins to count anew after a success', async () => {
    await failing(2);
    await troubles().worked([HOST, ONE]);
    expect(await failing(2)).toBe(0);
  });

  it('pauses for the credential alone when others work', async () => {
    await failing(3);
    await troubles().worked([HOST, TWO]);
    expect(await pass([HOST, TWO])).toMatchObject({ passes: true });
    expect(await pass([HOST, ONE])).toMatchObject({ passes: false });
  });

  it('pauses for every credential when the host fails', async () => {
    await failing(1, [HOST, ONE]);
    await failing(2, [HOST, TWO]);
    expect(await pass([HOST, 'credential 3'])).toMatchObject({ passes: false });
  });

  it('lets one call alone find out whether it works again, however many ask at once', async () => {
    await failing(3);
    await wait();
    const answers = await Promise.all(Array.from({ length: 20 }, () => pass()));
    const probes = answers.filter(({ passes }) => passes);
    expect(probes.map(probesOf)).toEqual([[ONE, HOST]]);
    // The others come back soon: the answer will be there.
    for (const answer of answers) if (!answer.passes) expect(answer.retryInMs).toBeLessThanOrEqual(3_000);
  });

  it('doubles the pause with each failed probe, up to the longest', async () => {
    await failing(3);
    const pauses: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      await wait();
      const passage = await pass();
      pauses.push(await troubles().failed([HOST, ONE], 'probe', passage.passes ? passage.probes : []));
    }
    const rounded = pauses.map((ms) => Math.floor(Math.log2(ms / 1_000)));
    expect(rounded.slice(0, 4)).toEqual([1, 2, 3, 4]);
    for (const ms of pauses.slice(5)) {
      expect(ms).toBeGreaterThan(29_000);
      expect(ms).toBeLessThanOrEqual(36_000);
    }
  });

  it('does not count what was under way when the pause began', async () => {
    const paused = await failing(3);
    expect(await failing(60)).toBeLessThanOrEqual(paused);
    expect(await test.query('SELECT DISTINCT failures FROM upstream_troubles')).toEqual([{ failures: 3 }]);
  });

  it('lets everything pass as soon as one call was answered', async () => {
    await failing(3);
    await wait();
    await pass();
    expect(await troubles().worked([HOST, ONE])).toBe(true);
    expect(await pass()).toEqual({ passes: true, troubled: false, probes: [] });
  });

  it('gives the probe to the next one when it was not made', async () => {
    await failing(3);
    await wait();
    const first = await pass();
    await troubles().yieldProbes(first.passes ? first.probes : []);
    expect(probesOf(await pass())).toEqual([ONE, HOST]);
  });

  it('follows a probe of which nothing is heard with another one', async () => {
    await failing(3);
    await wait();
    await pass();
    expect(await pass()).toMatchObject({ passes: false });
    await wait();
    expect(probesOf(await pass())).toEqual([ONE, HOST]);
  });

  it('does not take the probe of the host when the credential pauses', async () => {
    await failing(3);
    await test.query("UPDATE upstream_troubles SET next_probe_at = now() WHERE key = 'host'");
    expect(await pass()).toMatchObject({ passes: false });
    expect(probesOf(await pass([HOST, TWO]))).toEqual([HOST]);
  });

  it.each<[string, (keys: string[]) => Promise<unknown>]>([
    ['is asked for', (keys) => troubles().pass(keys)],
    ['has failed', (keys) => troubles().failed(keys, 'another query', [])],
    ['has worked', (keys) => troubles().worked(keys)],
    ['was not probed', (keys) => troubles().yieldProbes(keys)],
    ['is forgotten', () => troubles().sweep()],
  ])(
    'is locked in the order of its keys when it %s, so that no two wait for each other',
    async (_, statement) => {
      // In the table the other way round.
      for (const key of [HOST, ONE]) await failing(3, [key]);
      await test.query("UPDATE upstream_troubles SET probing = true, touched_at = now() - interval '2 days'");
      const somebody = new pg.Client(test.url);
      await somebody.connect();
      await somebody.query(`BEGIN; SELECT FROM upstream_troubles WHERE key = '${ONE}' FOR UPDATE`);
      const waiting = statement([HOST, ONE]);
      await delay(50);
      await somebody.query(`SELECT FROM upstream_troubles WHERE key = '${HOST}' FOR UPDATE NOWAIT`);
      await somebody.query('COMMIT');
      await somebody.end();
      await waiting;
    },
  );

  it('is forgotten after a day', async () => {
    await failing(3);
    expect(await troubles().sweep()).toBe(0);
    await test.query("UPDATE upstream_troubles SET touched_at = now() - interval '25 hours'");
    expect(await troubles().sweep()).toBe(2);
  });
});
