import { beforeEach, describe, expect, it } from '@jest/globals';

import { createFreshFigures } from '../../src/metrics/fresh-figures.js';

describe('figures that cost something', () => {
  let clock = 0;
  let looks = 0;
  let tookMs = 1;
  let isAway = false;
  const read = async () => {
    looks += 1;
    await Promise.resolve();
    clock += tookMs;
    if (isAway) throw new Error('away');
    return looks;
  };
  const figures = () => createFreshFigures(read, { now: () => clock });
  beforeEach(() => {
    [clock, looks, tookMs, isAway] = [0, 0, 1, false];
  });

  it('are read once for all who ask at the same time, and for those who ask soon after', async () => {
    const fresh = figures();
    expect(await Promise.all([fresh(), fresh(), fresh()])).toEqual([1, 1, 1]);
    clock += 1_900;
    expect(await fresh()).toBe(1);
    clock += 200;
    expect(await fresh()).toBe(2);
  });

  it('are read the less often the longer a look takes', async () => {
    tookMs = 100;
    const fresh = figures();
    await fresh();
    clock += 4_500;
    expect(await fresh()).toBe(1);
    clock += 500;
    expect(await fresh()).toBe(2);
  });

  it('are none while they can not be read, and there again soon after', async () => {
    const fresh = figures();
    expect(await fresh()).toBe(1);
    [isAway, tookMs] = [true, 5_000];
    clock += 2_000;
    expect(await fresh()).toBeNull();
    [isAway, tookMs] = [false, 1];
    clock += 2_000;
    expect(await fresh()).toBe(3);
  });

  it('are not waited for for long: what is known serves meanwhile, until it is stale', async () => {
    let hangs = false;
    const fresh = createFreshFigures(() => (hangs ? new Promise<never>(() => {}) : read()), {
      now: () => clock,
      waitMs: 5,
    });
    expect(await fresh()).toBe(1);
    hangs = true;
    clock += 30_000;
    expect(await fresh()).toBe(1);
    clock += 30_000;
    expect(await fresh()).toBeNull();
  });
});
