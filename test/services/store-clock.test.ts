import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { createStoreClock, type StoreClock } from '../../src/services/polling/store-clock.js';

describe("the store's clock", () => {
  let clock: StoreClock | undefined;
  let storeMs: number;
  let tookMs: number;
  const store = {
    now: async () => {
      jest.advanceTimersByTime(tookMs);
      return new Date(storeMs);
    },
  };
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
    [storeMs, tookMs] = [1_000_000, 0];
  });
  afterEach(() => {
    clock?.stop();
    jest.useRealTimers();
  });

  it('follows what the store says, once a minute', async () => {
    clock = await createStoreClock(store);
    expect(clock.now()).toBe(1_000_000);
    storeMs = 2_000_000;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(clock.now()).toBe(2_000_000);
  });

  it('takes no notice of an answer that came late', async () => {
    clock = await createStoreClock(store);
    [storeMs, tookMs] = [2_000_000, 5_000];
    await jest.advanceTimersByTimeAsync(60_000);
    expect(clock.now()).toBe(1_065_000);
  });
});
