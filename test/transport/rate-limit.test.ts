import { describe, expect, it } from '@jest/globals';

import { createRateLimits } from '../../src/transport/admission/rate-limit.js';

const refused = { code: 'RATE_LIMITED', retryable: true };

describe('rate limits', () => {
  it('bound an address with many callers, and no other address', async () => {
    const limits = createRateLimits({ perMinute: 2 });
    for (let caller = 0; caller < 10; caller += 1) await limits.operation(`caller ${caller}`, 'office');

    await expect(limits.operation('one more', 'office')).rejects.toMatchObject(refused);
    await limits.operation('one more', 'elsewhere');
  });

  it('leave an address alone where one caller floods', async () => {
    const limits = createRateLimits({ perMinute: 2 });
    const flood = Array.from({ length: 100 }, () => limits.operation('flood', 'office'));
    const results = await Promise.allSettled(flood);

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await limits.operation('neighbour', 'office');
  });

  it('count no attempt that was successful', async () => {
    const limits = createRateLimits({ perMinute: 1, attemptsPerMinute: 2 });
    for (let i = 0; i < 10; i += 1) {
      await limits.attempt('office');
      await limits.attemptSucceeded('office');
    }
    await limits.attempt('office');
    await limits.attempt('office');
    await expect(limits.attempt('office')).rejects.toMatchObject(refused);
  });

  it('forget the oldest of ever new addresses, and remember the latest', async () => {
    const limits = createRateLimits({ perMinute: 1, attemptsPerMinute: 1 });
    for (let i = 0; i <= 20_000; i += 1) await limits.attempt(`address ${i}`);

    await expect(limits.attempt('address 20000')).rejects.toMatchObject(refused);
    await expect(limits.attempt('address 1')).rejects.toMatchObject(refused);
    await limits.attempt('address 0');
  });
});
