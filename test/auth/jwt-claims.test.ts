import { describe, expect, it } from '@jest/globals';

import { callerOf, claimAt, type JwtClaimNames } from '../../src/auth/jwt-claims.js';

const NAMES: JwtClaimNames = {
  organization: 'org_id',
  subject: 'sub',
  name: 'name',
  permissions: 'permissions',
  client: 'client_id',
};
const CLAIMS = { org_id: 'o-1', sub: 'u-1', name: 'Ada', client_id: 'c-1', permissions: ['usage:*'] };

describe('a claim is found', () => {
  it.each([
    ['sub', { sub: 'x' }],
    ['realm_access.roles', { realm_access: { roles: 'x' } }],
    ['a.b.c', { a: { b: { c: 'x' } } }],
    ['a.b.c', { 'a.b': { c: 'x' } }],
    ['a.b.c', { a: { 'b.c': 'x' } }],
    ['a.b.c', { a: 'no object', 'a.b': { c: 'x' } }],
    ['https://example.com/org', { 'https://example.com/org': 'x' }],
    ['https://example.com/org.id', { 'https://example.com/org': { id: 'x' } }],
    ['a.b', { 'a.b': 'x', a: { b: 'another' } }],
  ])('by the name %s in %j', (name, claims) => {
    expect(claimAt(claims, name)).toBe('x');
  });

  it.each([
    ['sub', {}],
    ['a.b', { a: 'text' }],
    ['a.length', { a: 'text' }],
    ['a.0', { a: null }],
    ['constructor', {}],
    ['__proto__', {}],
    ['constructor.name', {}],
    ['a.toString', { a: {} }],
  ])('by the name %s nowhere in %j', (name, claims) => {
    expect(claimAt(claims, name)).toBeUndefined();
  });
});

describe('the caller of a token', () => {
  it('is put together from the configured claims', () => {
    const nested = { ...NAMES, organization: 'tenant.id', permissions: 'https://example.com/roles' };
    const claims = { ...CLAIMS, tenant: { id: 'o-2' }, 'https://example.com/roles': ['a:b:c'] };
    expect(callerOf(claims, nested, 'usage')).toEqual({
      organization: { id: 'o-2', name: null },
      subject: { id: 'u-1', name: 'Ada', kind: 'USER' },
      client: { id: 'c-1', name: 'c-1' },
      permissions: ['a:b:c'],
    });
  });

  it.each([
    [
      ['usage:*', 'a:b:c'],
      ['usage:*', 'a:b:c'],
    ],
    ['usage:* a:b:c', ['usage:*', 'a:b:c']],
    ['  usage:*\t a:b:c ', ['usage:*', 'a:b:c']],
    [['usage:*', 7, null], ['usage:*']],
    ['', []],
    [undefined, []],
    [null, []],
    [{ 'usage:*': true }, []],
    [1, []],
  ])('has of the permissions %j those: %j, and never unknown ones', (permissions, expected) => {
    expect(callerOf({ ...CLAIMS, permissions }, NAMES, 'usage').permissions).toEqual(expected);
  });

  it('is the client when the token is about nobody else', () => {
    const claims = { ...CLAIMS, sub: 'c-1' };
    expect(callerOf(claims, NAMES, 'usage').subject).toMatchObject({ id: 'c-1', kind: 'CLIENT' });
  });

  it('has come through the authorized party, or else through this service itself', () => {
    const { client_id: _, ...rest } = CLAIMS;
    expect(callerOf({ ...rest, azp: 'c-2' }, NAMES, 'usage').client.id).toBe('c-2');
    expect(callerOf(rest, NAMES, 'usage').client.id).toBe('usage');
  });

  it.each([
    ['org_id', undefined],
    ['org_id', ''],
    ['org_id', ['o-1']],
    ['org_id', { id: 'o-1' }],
    ['org_id', 'o\u0000'],
    ['org_id', 'x'.repeat(257)],
    ['sub', undefined],
    ['sub', 7],
    ['sub', '\ud800'],
  ])('needs a usable %s, not %j', (name, value) => {
    expect(() => callerOf({ ...CLAIMS, [name]: value }, NAMES, 'usage')).toThrow(
      expect.objectContaining({ name: 'MissingClaimError', claim: name }),
    );
  });
});
