import { json, type Answer } from './answer.js';
import { ApiError, notFound } from './api-error.js';
import type { Organization, SimulatedClient, SimulatedUser } from './organizations.js';
import { readCount } from './paging.js';
import type { ApiRoute } from './routes.js';
import { requireAnyPermission, type Caller } from './tokens.js';
import type { EntityListing, OAuthClientModel, TokenInfo, UserMe, UserModel } from './wire.js';

const CLIENT_PERMISSIONS = ['oauth:client:view'];

/** Everything about who there is: tokens, users and OAuth clients. */
export function createDirectoryRoutes(): ApiRoute[] {
  const get = (path: string, handle: ApiRoute['handle']): ApiRoute => ({
    method: 'GET',
    path,
    stage: 'directory',
    handle,
  });
  return [
    get('/api/v2/tokens/me', (_, caller) => json(200, toTokenInfo(caller))),
    { ...get('/api/v2/tokens/me', () => ({ status: 200 })), method: 'HEAD' },
    get('/api/v2/users/me', ({ query }, caller) => json(200, toUserMe(caller, query))),
    get('/api/v2/users', ({ query }, caller) => listUsers(caller.organization, query)),
    get('/api/v2/oauth/clients', (_, caller) => listClients(caller)),
    get('/api/v2/oauth/clients/{clientId}', ({ params }, caller) => {
      requireAnyPermission(caller, CLIENT_PERMISSIONS);
      return json(200, toClientModel(clientOf(caller.organization, params['clientId'])));
    }),
  ];
}

/** @throws ApiError 404 for an id that the organization does not have, be it unknown or another's */
export function clientOf(organization: Organization, id: string | undefined): SimulatedClient {
  const client = organization.clients.find((candidate) => candidate.id === id);
  if (client === undefined) throw notFound('OAuth client');
  return client;
}

function toTokenInfo({ organization: { id, name }, client, kind }: Caller): TokenInfo {
  const organization = { id, name };
  const authorizedGrantType = kind === 'user' ? 'CODE' : 'CLIENT-CREDENTIALS';
  return {
    organization,
    homeOrganization: organization,
    authorizedScope: [],
    OAuthClient: { id: client.id, name: client.name, scope: [], authorizedGrantType, organization },
  };
}

function toUserMe(caller: Caller, query: URLSearchParams): UserMe {
  const user = caller.organization.users[caller.user ?? -1];
  if (user === undefined) {
    throw new ApiError(400, 'bad.request', 'a token of the client credentials grant has no user');
  }
  const isExpanded = query.getAll('expand').some((value) => value.split(',').includes('authorization'));
  return {
    ...toUserModel(user),
    ...(isExpanded && { authorization: { permissions: [...caller.permissions] } }),
  };
}

function listUsers(organization: Organization, query: URLSearchParams): Answer {
  const wanted = new Set(query.getAll('id').flatMap((ids) => ids.split(',')));
  const found = organization.users.filter(({ id }) => wanted.size === 0 || wanted.has(id));
  const pageSize = readCount(query, 'pageSize', { fallback: 25, max: 500 });
  const pageNumber = readCount(query, 'pageNumber', { fallback: 1, max: 1_000_000 });
  const page = found.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
  return json(200, {
    ...listing('/api/v2/users', page.map(toUserModel), found.length, pageSize),
    pageNumber,
  });
}

function listClients(caller: Caller): Answer {
  requireAnyPermission(caller, CLIENT_PERMISSIONS);
  const clients = caller.organization.clients.map(toClientModel);
  return json(200, listing('/api/v2/oauth/clients', clients, clients.length, 200));
}

function listing<Entity>(
  selfUri: string,
  entities: Entity[],
  total: number,
  pageSize: number,
): EntityListing<Entity> {
  return { entities, pageSize, pageNumber: 1, total, pageCount: Math.ceil(total / pageSize), selfUri };
}

function toUserModel({ id, name, email }: SimulatedUser): UserModel {
  return { id, name, email, username: email, state: 'active', version: 1, selfUri: `/api/v2/users/${id}` };
}

function toClientModel(client: SimulatedClient): OAuthClientModel {
  const { id, name, description, grantType } = client;
  return {
    id,
    name,
    description,
    secret: `FAKE-SECRET-never-map-me-${id}`,
    authorizedGrantType: grantType,
    accessTokenValiditySeconds: 86_400,
    scope: [],
    state: 'active',
    selfUri: `/api/v2/oauth/clients/${id}`,
  };
}
