/**
 * Where each of the six operations lives, what it is sent, and how its answers are read.
 */
import type { UsageOperation } from '../domain/operation.js';
import type { UsageRequest } from '../domain/request.js';
import { type AnswerBody, type AnswerShape, cursorsAfter } from './answer.js';
import { textOrNull, UnreadableAnswer } from './json.js';
import * as bodies from './request-body.js';
import { jobRowParser, queryRowParser } from './rows.js';
import { queryParameter, type Target } from './url.js';

/** Largest page of the operations that have pages; upstream's default is 100. */
const PAGE_SIZE = '1000';

export type StartRequest = Target & { readonly method: 'GET' | 'POST'; readonly body?: object };

export interface UpstreamOperation {
  readonly start: (request: UsageRequest) => StartRequest;
  /** The key of the id in the answer to `start`. */
  readonly idKey: 'executionId' | 'id';
  readonly results: (request: UsageRequest, upstreamId: string) => Target;
  readonly paged: boolean;
  readonly answer: (request: UsageRequest) => AnswerShape;
}

const api = (...parts: string[]): string[] => ['api', 'v2', ...parts];
const post = (path: string[], body: object): StartRequest => ({ method: 'POST', path, body });

const query = {
  idKey: 'executionId',
  paged: false,
  answer: ({ metrics }) => ({
    rowsKey: 'results',
    parseRow: queryRowParser(metrics),
    nextCursor: () => null,
  }),
} satisfies Partial<UpstreamOperation>;

const clientQuery = {
  ...query,
  results: (request, id) => ({
    path: api('oauth', 'clients', clientOf(request), 'usage', 'query', 'results', id),
  }),
} satisfies Partial<UpstreamOperation>;

const job = {
  idKey: 'id',
  paged: true,
  answer: ({ metrics }) => ({
    rowsKey: 'entities',
    parseRow: jobRowParser(metrics),
    nextCursor: cursorOfNextUri,
  }),
} satisfies Partial<UpstreamOperation>;

const jobPath = (...owner: string[]): string[] => api('usage', ...owner, 'aggregates', 'query', 'jobs');

/** Source: the operations table of Genesys' usage API. */
export const UPSTREAM_OPERATIONS: Readonly<Record<UsageOperation, UpstreamOperation>> = {
  ORGANIZATION_QUERY: {
    ...query,
    start: (request) => post(api('usage', 'query'), bodies.toQueryBody(request)),
    results: (_request, id) => ({ path: api('usage', 'query', id, 'results') }),
  },
  OAUTH_CLIENT_QUERY: {
    ...clientQuery,
    start: (request) =>
      post(api('oauth', 'clients', clientOf(request), 'usage', 'query'), bodies.toQueryBody(request)),
  },
  OAUTH_CLIENT_SUMMARY: {
    ...clientQuery,
    start: (request) => ({
      method: 'GET',
      path: api('oauth', 'clients', clientOf(request), 'usage', 'summary'),
      query: { days: request.days === null ? undefined : String(request.days) },
    }),
  },
  SIMPLE_SEARCH: {
    ...query,
    paged: true,
    start: (request) => post(api('usage', 'simplesearch'), bodies.toSearchBody(request)),
    results: (_request, id) => ({ path: api('usage', 'simplesearch', id, 'results') }),
    answer: (request) => ({ ...query.answer(request), nextCursor: cursorsAfter }),
  },
  ORGANIZATION_AGGREGATES: {
    ...job,
    start: (request) => post(jobPath(), bodies.toOrganizationJobBody(request)),
    results: (_request, id) => ({ path: [...jobPath(), id] }),
  },
  OAUTH_CLIENT_AGGREGATES: {
    ...job,
    start: (request) => post(jobPath('client', clientOf(request)), bodies.toClientJobBody(request)),
    results: (request, id) => ({ path: [...jobPath('client', clientOf(request)), id] }),
  },
};

/** The query parameters that ask for one page; none for an operation without pages. */
export function pageQuery(operation: UpstreamOperation, cursor: string | null): Target['query'] {
  return operation.paged ? { pageSize: PAGE_SIZE, after: cursor ?? undefined } : {};
}

/** Of a job's link to the next page only the cursor counts; a link without one would lose rows silently. */
function cursorOfNextUri({ nextUri }: AnswerBody): string | null {
  const link = textOrNull(nextUri);
  if (link === null) return null;
  const cursor = queryParameter(link, ['after', 'cursor']);
  if (cursor !== null) return cursor;
  throw new UnreadableAnswer('INVALID_RESULT', "Upstream's result can not be read: nextUri has no cursor.");
}

function clientOf({ clientId }: UsageRequest): string {
  if (clientId === null) throw new TypeError('This operation is about one OAuth client.');
  return clientId;
}
