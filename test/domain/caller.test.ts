import { describe, expect, it } from '@jest/globals';

import { type Caller, grants, isVisible, mayUse, scopeOf, visibilityOf } from '../../src/domain/caller.js';
import { USAGE_OPERATIONS } from '../../src/domain/operation.js';
import { CALLER } from '../support/store.js';

const caller = (permissions: readonly string[] | null): Caller => ({ ...CALLER, permissions });

describe('a granted permission', () => {
  it.each([
    ['usage:client:view'],
    ['usage:client:*'],
    ['usage:*:view'],
    ['*:*:view'],
    ['usage:*'],
    ['usage:*:*'],
    ['*'],
    ['*:*:*'],
  ])('%s covers usage:client:view', (granted) => {
    expect(grants(granted, 'usage:client:view')).toBe(true);
  });

  it.each([
    [''],
    [':'],
    ['usage'],
    ['usage:client'],
    ['usage:client:edit'],
    ['usage:organization:*'],
    ['oauth:*'],
    ['usage:client:view:extra'],
    ['usage:client:view:*'],
    ['Usage:client:view'],
    ['usage:cli*:view'],
    ['usage:client:'],
    ['*:client:edit'],
  ])('%j does not cover usage:client:view', (granted) => {
    expect(grants(granted, 'usage:client:view')).toBe(false);
  });
});

describe('what a caller may use', () => {
  it('is each operation for which it has any of the permissions', () => {
    const used = (permissions: readonly string[]) =>
      USAGE_OPERATIONS.filter((operation) => mayUse(caller(permissions), operation));
    expect(used(['usage:client:view'])).toEqual([
      'OAUTH_CLIENT_QUERY',
      'OAUTH_CLIENT_SUMMARY',
      'OAUTH_CLIENT_AGGREGATES',
    ]);
    expect(used(['oauth:client:view'])).toEqual([
      'ORGANIZATION_QUERY',
      'OAUTH_CLIENT_QUERY',
      'OAUTH_CLIENT_SUMMARY',
      'SIMPLE_SEARCH',
    ]);
    expect(used(['usage:*'])).toEqual([...USAGE_OPERATIONS]);
    expect(used([])).toEqual([]);
  });

  it('is everything when its permissions are unknown: upstream decides', () => {
    expect(visibilityOf(caller(null)).operations).toEqual([...USAGE_OPERATIONS]);
  });
});

describe('what a caller may see', () => {
  const execution = {
    operation: 'ORGANIZATION_QUERY' as const,
    owner: { organizationId: 'org-1', scope: 'tenant', subjectId: 'somebody' },
  };

  it('is shared in the tenant by callers whose permissions are known', () => {
    expect(isVisible(execution, visibilityOf(caller(['usage:organization:view'])))).toBe(true);
  });

  it('is hidden without a permission for the operation', () => {
    expect(isVisible(execution, visibilityOf(caller(['usage:client:view'])))).toBe(false);
  });

  it('is hidden from another organization', () => {
    const other = { ...caller(['*']), organization: { id: 'org-2', name: null } };
    expect(isVisible(execution, visibilityOf(other))).toBe(false);
  });

  it('is only its own client’s when the permissions are unknown, in both directions', () => {
    const unknown = caller(null);
    expect(scopeOf(unknown)).toBe('client:client-1');
    expect(isVisible(execution, visibilityOf(unknown))).toBe(false);
    const own = { ...execution, owner: { ...execution.owner, scope: 'client:client-1' } };
    expect(isVisible(own, visibilityOf(unknown))).toBe(true);
    expect(isVisible(own, visibilityOf(caller(['*'])))).toBe(false);
  });
});
