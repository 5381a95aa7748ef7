import { describe, expect, it } from '@jest/globals';

import { requestDigest, requestKey } from '../../src/domain/request-key.js';
import { CLIENT_ID, usageRequest } from '../support/usage-requests.js';

const TENANT = { organizationId: 'org-1', scope: 'tenant' };
const DAY = new Date('2026-03-15T00:00:00Z');
const operation = 'ORGANIZATION_AGGREGATES';
const digestOf = (draft: Parameters<typeof usageRequest>[1]) =>
  requestDigest(operation, usageRequest(operation, draft));

describe('the digest of a request', () => {
  it.each<[string, Parameters<typeof usageRequest>[1], Parameters<typeof usageRequest>[1]]>([
    ['the order of lists', { metrics: ['REQUESTS', 'STATUS_500'] }, { metrics: ['STATUS_500', 'REQUESTS'] }],
    ['repetitions', { platforms: ['a', 'b', 'a'] }, { platforms: ['b', 'a'] }],
    ['defaults that are written out', {}, { groupBy: [], metrics: null, granularity: null }],
    [
      'a direction that is the default',
      { sortBy: [{ field: 'REQUESTS' }] },
      { sortBy: [{ field: 'REQUESTS', direction: 'ASC' }] },
    ],
  ])('does not depend on %s', (_what, one, other) => {
    expect(digestOf(one)).toBe(digestOf(other));
  });

  it('does not depend on the order of an object’s keys', () => {
    const request = usageRequest(operation);
    const turned = Object.fromEntries(Object.entries(request).toReversed()) as typeof request;
    expect(Object.keys(turned)).not.toEqual(Object.keys(request));
    expect(requestDigest(operation, turned)).toBe(requestDigest(operation, request));
  });

  it('depends on everything that is asked', () => {
    const others = [
      digestOf({}),
      digestOf({ interval: { from: '2026-03-01', to: '2026-03-08' } }),
      digestOf({ granularity: 'DAY' }),
      digestOf({ metrics: ['REQUESTS'] }),
      digestOf({ groupBy: ['PLATFORM'] }),
      digestOf({ platforms: ['a'] }),
      digestOf({ userIds: ['a'] }),
      digestOf({ sortBy: [{ field: 'REQUESTS' }, { field: 'STATUS_500' }] }),
      digestOf({ sortBy: [{ field: 'STATUS_500' }, { field: 'REQUESTS' }] }),
      requestDigest('ORGANIZATION_QUERY', usageRequest('ORGANIZATION_QUERY')),
      requestDigest('OAUTH_CLIENT_QUERY', usageRequest('OAUTH_CLIENT_QUERY')),
      requestDigest('OAUTH_CLIENT_QUERY', usageRequest('OAUTH_CLIENT_QUERY', { clientId: `${CLIENT_ID}0` })),
    ];
    expect(new Set(others).size).toBe(others.length);
  });
});

describe('the key of an answer', () => {
  it('is another one in another organization, another scope, and for another day', () => {
    const digest = digestOf({});
    const keys = [
      requestKey(TENANT, digest, DAY),
      requestKey({ ...TENANT, organizationId: 'org-2' }, digest, DAY),
      requestKey({ ...TENANT, scope: 'client:1' }, digest, DAY),
      requestKey(TENANT, digest, new Date('2026-03-16T00:00:00Z')),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(requestKey({ ...TENANT }, digest, new Date(DAY))).toBe(keys[0]);
  });
});
