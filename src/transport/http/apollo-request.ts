/** A request as Apollo Server takes it, and the document that it names. */
import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';

import type { DocumentParams } from '../documents/documents.js';
import { isRecord } from '../../lib/is-record.js';

/** One that may still be given another text; see `withText`. */
export type ApolloRequest = { -readonly [Key in keyof HTTPGraphQLRequest]: HTTPGraphQLRequest[Key] };

export function toApolloRequest({ body, method, headers, url }: FastifyRequest): ApolloRequest {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) if (value) map.set(name, [value].flat().join(', '));
  const search = url.includes('?') ? url.slice(url.indexOf('?')) : '';
  return { body, method: method.toUpperCase(), headers: map, search };
}

/** Null for what Apollo refuses by itself: no object, or no text and nothing in its place. */
export function documentParamsOf({ body, method, search }: ApolloRequest): DocumentParams | null {
  if (method === 'POST') return isRecord(body) ? body : null;
  if (method !== 'GET') return null;
  const params = new URLSearchParams(search);
  const [query, documentId, operationName] = ['query', 'documentId', 'operationName'].map((name) =>
    params.get(name),
  );
  return { query, documentId, operationName, extensions: fromJson(params.get('extensions')) };
}

/** Puts the text in the place of the hash by which it was named: Apollo is told nothing of hashes. */
export function withText(request: ApolloRequest, query: string): void {
  if (request.method === 'POST') {
    const { extensions: _, ...body } = request.body as Record<string, unknown>;
    request.body = { ...body, query };
    return;
  }
  const params = new URLSearchParams(request.search);
  params.set('query', query);
  params.delete('extensions');
  request.search = `?${params.toString()}`;
}

/** What is no JSON is refused by Apollo. */
function fromJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
