import { describe, expect, it } from '@jest/globals';
import { createUpstreamHttp } from '../../src/upstream/http.js';
import { createUpstreamIdentity } from '../../src/upstream/identity.js';
import { always, type ReceivedRequest, withScriptedServer } from '../support/scripted-server.js';

const { signal } = new AbortController();
type Identity = ReturnType<typeof createUpstreamIdentity>;

function ask<T>(
  [status, body]: readonly [number, unknown],
  question: (identity: Identity) => Promise<T>,
): Promise<{ answer: T; sent: readonly ReceivedRequest[] }> {
  return withScriptedServer(always(status, body), async ({ url, received }) => {
    const answer = await question(createUpstreamIdentity(createUpstreamHttp({ baseUrl: url })));
    return { answer, sent: received };
  });
}

const describeToken = (identity: Identity) => identity.describeToken('token', signal);
const describeUser = (identity: Identity) => identity.describeUser('token', signal);

describe('describeToken', () => {
  it('gives the organization and the OAuth client, and nothing else of them', async () => {
    const body = {
      organization: { id: 'o-1', name: 'Org' },
      homeOrganization: { id: 'o-2', name: 'Home' },
      OAuthClient: { id: 'c-1', name: 'Client', scope: [], secret: 'x', authorizedGrantType: 'CODE' },
    };
    const { answer, sent } = await ask([200, body], describeToken);
    expect(answer).toEqual({
      organization: { id: 'o-1', name: 'Org' },
      client: { id: 'c-1', name: 'Client' },
      kind: 'USER',
    });
    expect(sent.map((request) => request.path)).toEqual(['/api/v2/tokens/me']);
  });

  it('takes entities without a name', async () => {
    const body = { organization: { id: 'o-1' }, OAuthClient: { id: 'c-1', name: '' } };
    const { answer } = await ask([200, body], describeToken);
    const [organization, client] = ['o-1', 'c-1'].map((id) => ({ id, name: null }));
    expect(answer).toEqual({ organization, client, kind: null });
  });

  it.each([
    ['CLIENT-CREDENTIALS', 'CLIENT'],
    ['CLIENT_CREDENTIALS', 'CLIENT'],
    ['client-credentials', 'CLIENT'],
    ['CODE', 'USER'],
    ['TOKEN', 'USER'],
    ['SAML2BEARER', 'USER'],
    ['one that is not there yet', 'USER'],
    [undefined, null],
    ['', null],
    [7, null],
  ])('takes a token of the grant %j for one of kind %j', async (authorizedGrantType, kind) => {
    const body = { organization: { id: 'o-1' }, OAuthClient: { id: 'c-1', authorizedGrantType } };
    expect((await ask([200, body], describeToken)).answer.kind).toBe(kind);
  });

  it.each([
    {},
    { organization: { id: 'o-1' } },
    { organization: { name: 'x' }, OAuthClient: { id: 'c' } },
    [],
  ])('is UNAVAILABLE for %j', async (body) => {
    await expect(ask([200, body], describeToken)).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  });

  it('is UNAUTHENTICATED for a bad token', async () => {
    await expect(ask([401, {}], describeToken)).rejects.toMatchObject({ kind: 'UNAUTHENTICATED' });
  });
});

describe('describeUser', () => {
  it('gives the user and the permissions', async () => {
    const permissions = ['usage:organization:view', 'oauth:client:*'];
    const body = { id: 'u-1', name: 'User', email: 'x', authorization: { permissions, roles: [] } };
    const { answer, sent } = await ask([200, body], describeUser);
    expect(answer).toEqual({ id: 'u-1', name: 'User', permissions });
    expect([sent[0]?.path, String(sent[0]?.query)]).toEqual(['/api/v2/users/me', 'expand=authorization']);
  });

  it.each([{}, { authorization: null }, { authorization: {} }, { authorization: { permissions: 'all' } }])(
    'gives a user with %j no permission, never an unknown list',
    async (rest) => {
      const { answer } = await ask([200, { id: 'u-1', ...rest }], describeUser);
      expect(answer).toEqual({ id: 'u-1', name: null, permissions: [] });
    },
  );

  it('leaves out permissions that are no texts', async () => {
    const body = { id: 'u-1', authorization: { permissions: ['a:b:c', 7, null] } };
    const { answer } = await ask([200, body], describeUser);
    expect(answer?.permissions).toEqual(['a:b:c']);
  });

  it('gives null for a token without a user, which the request does not fit', async () => {
    const { answer } = await ask([400, {}], describeUser);
    expect(answer).toBeNull();
  });

  it.each([
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [401, 'UNAUTHENTICATED'],
    [409, 'UNAVAILABLE'],
    [429, 'RATE_LIMITED'],
    [500, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
  ])('takes %i for no statement about the user', async (status, kind) => {
    await expect(ask([status, {}], describeUser)).rejects.toMatchObject({ kind });
  });
});
