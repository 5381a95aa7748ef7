import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import pg from 'pg';

import { createDurationStore } from '../../src/store/query-durations.js';
import { createTestStore, type TestStore } from '../support/store.js';
import { until } from '../support/until.js';

describe('what all nodes have learned about durations', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  afterAll(() => test.stop());

  const one = (kind: string, growth: number[], kept = 1) => ({ kind, growth, kept });

  it('is added up, with the old worth less', async () => {
    const store = createDurationStore(test.database.db);
    await store.add([one('a', [1, 0, 2])]);
    await store.add([one('a', [0, 4, 2], 0.5)]);
    const { known } = await store.changedSince(null);
    expect(known).toEqual([{ kind: 'a', weights: [0.5, 4, 3] }]);
  });

  it('is told from an instant on', async () => {
    const store = createDurationStore(test.database.db);
    await store.add([one('b', [1])]);
    const { at } = await store.changedSince(null);
    await store.add([one('c', [1])]);
    const { known } = await store.changedSince(at);
    expect(known.map(({ kind }) => kind)).toContain('c');
    expect((await store.changedSince(new Date(at.getTime() + 60_000))).known).toEqual([]);
  });

  it('takes what many nodes tell at once', async () => {
    const store = createDurationStore(test.database.db);
    const kinds = Array.from({ length: 20 }, (_, n) => `many ${n}`);
    const tell = (n: number) => {
      const ordered = n % 2 === 0 ? kinds : kinds.toReversed();
      return store.add(ordered.map((kind) => one(kind, [1])));
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => tell(n)));
    const { known } = await store.changedSince(null);
    expect(known.filter(({ kind }) => kind.startsWith('many')).map(({ weights }) => weights)).toEqual(
      kinds.map(() => [8]),
    );
  });

  it('lets others write what they have in common with one who has much to tell', async () => {
    const store = createDurationStore(test.database.db);
    const all = Array.from({ length: 1_000 }, (_, n) => one(`much ${String(n).padStart(4, '0')}`, [1]));
    await store.add(all);
    // The last one that is told is locked: whoever tells all of them waits there.
    const holder = new pg.Client({ connectionString: test.url });
    await holder.connect();
    await holder.query("BEGIN; SELECT FROM query_durations WHERE kind = 'much 0999' FOR UPDATE");
    const telling = store.add(all);
    try {
      await until('it waits for a lock', async () => {
        const waiting = await test.query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        return waiting.length > 0;
      });
      const free = await test.query(
        "SELECT FROM query_durations WHERE kind = 'much 0000' FOR UPDATE SKIP LOCKED",
      );
      expect(free).toHaveLength(1);
    } finally {
      await holder.query('ROLLBACK');
      await holder.end();
      await telling;
    }
    const { known } = await store.changedSince(null);
    expect(known.filter(({ kind }) => kind.startsWith('much')).every(({ weights }) => weights[0] === 2)).toBe(
      true,
    );
  });

  it('is forgotten after a month without news', async () => {
    const store = createDurationStore(test.database.db);
    await store.add([one('old', [1])]);
    await test.query("UPDATE query_durations SET updated_at = now() - interval '31 days' WHERE kind = 'old'");
    expect(await store.sweep()).toBe(1);
    expect((await store.changedSince(null)).known.map(({ kind }) => kind)).not.toContain('old');
  });
});
