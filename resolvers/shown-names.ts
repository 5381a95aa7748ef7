/** Clients and users of rows, with names that the rows do not bring themselves. */
import type { UsageRow } from '../schema/usage-row.type.js';
import type { RequestContext } from '../src/services/request-context.js';
import { type Fields, type Names, plain } from './ready-objects.js';

export const OAUTH_CLIENT: Fields<NonNullable<UsageRow['oauthClient']>> = {
  id: plain('id'),
  name:
    () =>
    ({ id, name }, { oauthClients }) =>
      name ?? (id === null ? null : (oauthClients.get(id) ?? null)),
};

export const USER: Fields<NonNullable<UsageRow['user']>> = {
  id: plain('id'),
  name:
    () =>
    ({ id, name }, { users }) =>
      name ?? users.get(id) ?? null,
};

/** Those that are asked for and missing; `wanted` as `wantedNames` gives it. */
export async function namesFor(
  entities: Iterable<Pick<UsageRow, 'oauthClient' | 'user'>>,
  wanted: ReadonlySet<string>,
  loaders: RequestContext['loaders'],
): Promise<Names> {
  const [clients, users] = [new Set<string>(), new Set<string>()];
  for (const { oauthClient, user } of entities) {
    if (oauthClient && oauthClient.name === null && oauthClient.id !== null) clients.add(oauthClient.id);
    if (user && user.name === null) users.add(user.id);
  }
  const [oauthClients, ofUsers] = await Promise.all([
    loaded(wanted.has('oauthClient') ? clients : [], loaders.oauthClients),
    loaded(wanted.has('user') ? users : [], loaders.users),
  ]);
  return { oauthClients, users: ofUsers };
}

async function loaded(
  ids: Iterable<string>,
  loader: RequestContext['loaders']['users'],
): Promise<ReadonlyMap<string, string | null>> {
  const names = [...ids].map(async (id) => [id, (await loader.load(id))?.name ?? null] as const);
  return new Map(await Promise.all(names));
}
