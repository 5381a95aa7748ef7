import { describe, expect, it } from '@jest/globals';

import { createFinishedMemory } from '../../src/services/finished-memory.js';

describe('what a subscriber to all that ends was told', () => {
  it('is as much as can be read again, however long it stays', () => {
    const memory = createFinishedMemory();
    // Two in a second for a day, read again from two minutes back at most.
    for (let at = 0; at < 86_400_000; at += 500) {
      memory.add(`e${at}`, at);
      memory.forgetBefore(at - 120_000);
    }
    expect(memory.size).toBe(241);
    expect([memory.has('e86279500'), memory.has('e86279000')]).toEqual([true, false]);
  });

  it('is never more than its most, the first that was told goes first', () => {
    const memory = createFinishedMemory(2);
    for (const id of ['a', 'b', 'c']) memory.add(id, 0);
    expect(['a', 'b', 'c'].map((id) => memory.has(id))).toEqual([false, true, true]);
  });

  it('keeps what ended late among earlier ones', () => {
    const memory = createFinishedMemory();
    memory.add('late', 200);
    memory.add('early', 100);
    memory.forgetBefore(150);
    expect([memory.has('late'), memory.has('early')]).toEqual([true, true]);
    memory.forgetBefore(250);
    expect(memory.size).toBe(0);
  });
});
