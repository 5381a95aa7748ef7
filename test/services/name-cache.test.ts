import { beforeEach, describe, expect, it } from '@jest/globals';

import { createNameCache, type NameCache, type Names } from '../../src/services/name-cache.js';

const MINUTE_MS = 60_000;

describe('the cache of names', () => {
  let now: number;
  let cache: NameCache;
  let asked: (readonly string[])[];
  beforeEach(() => {
    now = 1_000_000;
    cache = createNameCache({ now: () => now, maxEntries: 3 });
    asked = [];
  });

  /** Finds every id but those that begin with `no`. */
  const find = async (ids: readonly string[]): Promise<Names> => {
    asked.push(ids);
    return new Map(ids.filter((id) => !id.startsWith('no')).map((id) => [id, { id, name: `Name of ${id}` }]));
  };
  const lookUp = (...ids: string[]) => cache.lookUp('org-1 tenant', ids, find);

  it('asks once for each id, and only for those that it does not know', async () => {
    expect([...(await lookUp('a', 'b', 'a')).keys()]).toEqual(['a', 'b']);
    expect((await lookUp('b', 'c')).get('b')?.name).toBe('Name of b');
    expect(asked).toEqual([['a', 'b'], ['c']]);
  });

  it('remembers names for ten minutes, and that there is none for one', async () => {
    await lookUp('a', 'no');
    now += MINUTE_MS - 1;
    await lookUp('a', 'no');
    now += 1;
    expect((await lookUp('a', 'no')).has('no')).toBe(false);
    now += 9 * MINUTE_MS;
    await lookUp('a');
    expect(asked).toEqual([['a', 'no'], ['no'], ['a']]);
  });

  it('never gives what another access has found', async () => {
    await lookUp('a');
    const nothing = await cache.lookUp('org-2 tenant', ['a'], async () => new Map());
    expect(nothing.size).toBe(0);
    expect((await lookUp('a')).has('a')).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it('lets all who ask at the same time wait for one answer', async () => {
    const results = await Promise.all([lookUp('a', 'b'), lookUp('b', 'c'), lookUp('c', 'a')]);
    expect(results.map((names) => [...names.keys()].sort().join(''))).toEqual(['ab', 'bc', 'ac']);
    expect(asked).toEqual([['a', 'b'], ['c']]);
  });

  it('remembers no failure, and tells it to all who wait', async () => {
    const fail = () => Promise.reject(new Error('down'));
    const both = [cache.lookUp('org-1 tenant', ['a'], fail), cache.lookUp('org-1 tenant', ['a'], fail)];
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await lookUp('a')).has('a')).toBe(true);
  });

  it('keeps so many and no more', async () => {
    await lookUp('a', 'b', 'c', 'd');
    await lookUp('d', 'c', 'b');
    expect(asked).toHaveLength(1);
    await lookUp('a');
    expect(asked).toEqual([['a', 'b', 'c', 'd'], ['a']]);
  });
});
