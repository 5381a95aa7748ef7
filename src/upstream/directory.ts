/**
 * Names of OAuth clients and users. They decorate rows, so whatever may not or can not be named is absent; only
 * the list for pickers tells that it is forbidden. Nothing but id and name leaves this file: an OAuth client has a secret.
 */
import type { NamedEntity } from '../domain/caller.js';
import type { UpstreamDirectory } from '../domain/ports/callers.js';
import { UpstreamError } from '../domain/upstream-error.js';
import { bearer, type UpstreamHttp } from './http.js';
import { objectOf, objectsOf } from './json.js';
import { toNamedEntity } from './named-entity.js';
import { isPathPart } from './url.js';
import type { WireListing } from './wire.js';

/** 100 ids of 36 characters make an address of 4 kB, half of what servers commonly take. */
const USERS_PER_CALL = 100;
/** An end for a list that never says that it ends. */
const MAX_PAGES = 50;

export function createUpstreamDirectory(http: UpstreamHttp): UpstreamDirectory {
  return {
    oauthClients: (token, signal) => listOAuthClients({ http, token, signal }, () => false),

    oauthClientsById: (ids, token, signal) =>
      absentWhenRefused(() => findOAuthClients({ http, token, signal }, usable(ids))),

    usersById: (ids, token, signal) =>
      absentWhenRefused(() => findUsers({ http, token, signal }, usable(ids))),
  };
}

type Names = Map<string, NamedEntity>;

interface Access {
  readonly http: UpstreamHttp;
  readonly token: string;
  readonly signal: AbortSignal;
}

interface Page {
  readonly entities: readonly NamedEntity[];
  readonly isLast: boolean;
}

/** One client is asked for by its id; several are picked from the list, which is one call for any number. */
async function findOAuthClients(access: Access, ids: ReadonlySet<string>): Promise<Names> {
  const [only] = ids;
  if (only === undefined) return new Map();
  if (ids.size === 1)
    return byId(await get(access, ['oauth', 'clients', only], {}, (body) => toEntities([body])), ids);
  const isComplete = (found: Names) => [...ids].every((id) => found.has(id));
  return byId(await listOAuthClients(access, isComplete), ids);
}

/** Upstream documents no pages for this list but its answer has their fields, so they are followed by number. */
async function listOAuthClients(access: Access, isEnough: (found: Names) => boolean): Promise<NamedEntity[]> {
  const found: Names = new Map();
  for (let pageNumber = 1; pageNumber <= MAX_PAGES; pageNumber++) {
    const query = pageNumber === 1 ? {} : { pageNumber: String(pageNumber) };
    const page = await get(access, ['oauth', 'clients'], query, (body) => toPage(body, pageNumber));
    const before = found.size;
    for (const client of page.entities) found.set(client.id, client);
    // A server that knows no pages sends the same one again.
    if (page.isLast || found.size === before || isEnough(found)) break;
  }
  return [...found.values()];
}

async function findUsers(access: Access, ids: ReadonlySet<string>): Promise<Names> {
  const all = [...ids];
  const chunks = Array.from({ length: Math.ceil(all.length / USERS_PER_CALL) }, (_, i) =>
    all.slice(i * USERS_PER_CALL, (i + 1) * USERS_PER_CALL),
  );
  // `state`: usage of the past has users who are no longer active, and the default is active ones alone.
  const pages = await Promise.all(
    chunks.map((id) =>
      get(access, ['users'], { id, pageSize: String(USERS_PER_CALL), state: 'any' }, (body) =>
        toPage(body, 1),
      ),
    ),
  );
  return byId(
    pages.flatMap((page) => page.entities),
    ids,
  );
}

function get<T>(
  { http, token, signal }: Access,
  path: readonly string[],
  query: Readonly<Record<string, string | string[]>>,
  parse: (body: unknown) => T,
): Promise<T> {
  const target = { method: 'GET' as const, path: ['api', 'v2', ...path], query };
  return http.send({ ...target, authorization: bearer(token), signal }, parse);
}

async function absentWhenRefused(find: () => Promise<Names>): Promise<Names> {
  try {
    return await find();
  } catch (error) {
    const refused =
      error instanceof UpstreamError && ['FORBIDDEN', 'NOT_FOUND', 'REJECTED'].includes(error.kind);
    if (refused) return new Map();
    throw error;
  }
}

function toPage(body: unknown, pageNumber: number): Page {
  const { entities, nextUri, pageCount } = objectOf<WireListing>(body);
  const hasMore = typeof nextUri === 'string' || (typeof pageCount === 'number' && pageCount > pageNumber);
  return { entities: toEntities(entities), isLast: !hasMore };
}

function toEntities(list: unknown): NamedEntity[] {
  return objectsOf(list).flatMap((entity) => toNamedEntity(entity) ?? []);
}

/** Answers are matched by id, never by position, and nothing that was not asked for is passed on. */
function byId(entities: readonly NamedEntity[], ids: ReadonlySet<string>): Names {
  return new Map(entities.filter(({ id }) => ids.has(id)).map((entity) => [entity.id, entity]));
}

function usable(ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids.filter(isPathPart));
}
