import { describe, expect, it } from '@jest/globals';

import { checkStartOptions } from '../../src/domain/start-options.js';

describe('the options of a start', () => {
  it.each([
    {},
    { reuse: null, idempotencyKey: null, waitMs: null },
    { reuse: {}, waitMs: 0 },
    { reuse: { maxAgeSeconds: 0 }, idempotencyKey: 'k', waitMs: 30_000 },
    { reuse: { maxAgeSeconds: 2 ** 31 - 1 }, idempotencyKey: 'ü 🙂'.repeat(64), waitMs: 1 },
  ])('are taken: %j', (options) => {
    expect(checkStartOptions(options)).toEqual([]);
  });

  it.each(['', 'k'.repeat(257), 'a\nb', 'a\u0000b', 'a\u200bb', '\ud800', 'a\u2028b'])(
    'do not have a key such as %j',
    (idempotencyKey) => {
      expect(checkStartOptions({ idempotencyKey })).toMatchObject([
        { code: 'INVALID_IDEMPOTENCY_KEY', field: ['input', 'idempotencyKey'] },
      ]);
    },
  );

  it('are refused with every problem at once', () => {
    const errors = checkStartOptions({ reuse: { maxAgeSeconds: -1 }, idempotencyKey: '', waitMs: 30_001 });
    expect(errors.map(({ code }) => code)).toEqual([
      'INVALID_MAX_AGE',
      'INVALID_IDEMPOTENCY_KEY',
      'INVALID_WAIT',
    ]);
    expect(checkStartOptions({ waitMs: -1 })).toMatchObject([{ code: 'INVALID_WAIT' }]);
  });
});
