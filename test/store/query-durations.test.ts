import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createDurationStore } from '../../src/store/query-durations.js';
import { createTestStore, type TestStore } from '../support/store.js';

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

  it('is forgotten after a month without news', async () => {
    const store = createDurationStore(test.database.db);
    await store.add([one('old', [1])]);
    await test.query("UPDATE query_durations SET updated_at = now() - interval '31 days' WHERE kind = 'old'");
    expect(await store.sweep()).toBe(1);
    expect((await store.changedSince(null)).known.map(({ kind }) => kind)).not.toContain('old');
  });
});
