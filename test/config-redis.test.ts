import { describe, expect, it } from '@jest/globals';

import { parseConfig } from '../src/config.js';

describe('REDIS_URL', () => {
  it.each(['redis://127.0.0.1', 'redis://:secret@redis:6379/1', 'rediss://user:secret@[::1]:6380'])(
    'may be %s',
    (url) => expect(parseConfig({ REDIS_URL: url }).redis).toMatchObject({ url }),
  );

  it.each([
    '127.0.0.1:6379',
    'http://redis:6379',
    'redis:///1',
    'rediss://h?tls=no',
    'redis://h#secret',
    '/run/redis',
  ])('is refused without being repeated: %s', (url) => {
    expect(() => parseConfig({ REDIS_URL: url })).toThrow(/REDIS_URL must be an address such as redis:/);
    expect(() => parseConfig({ REDIS_URL: url })).not.toThrow(url);
  });
});
