/** Documents that are named by a hash at the door of server-sent events. */
import type { FastifyRequest } from 'fastify';
import { isRecord } from '../../lib/is-record.js';

interface Asked {
  readonly url: string;
  readonly body: Record<string, unknown> | null;
}

/**
 * `graphql-sse` demands a text and passes on no `documentId`: a document that is named by a hash alone gets an empty
 * text, and the hash stands in `extensions`, where the pipeline finds it.
 */
export function withNamedDocument({ method, url, body }: FastifyRequest): Asked {
  const given = body as Record<string, unknown> | null;
  if (method === 'GET') return { url: namedInUrl(url), body: given };
  return { url, body: isRecord(given) ? namedInBody(given) : given };
}

function namedInBody({ documentId, ...body }: Record<string, unknown>): Record<string, unknown> {
  const extensions = typeof documentId === 'string' ? toExtensions(documentId) : body['extensions'];
  if (!isRecord(extensions) || !('persistedQuery' in extensions)) return body;
  return { ...body, query: body['query'] ?? '', extensions };
}

function namedInUrl(url: string): string {
  // A question mark may stand in the parameters, too.
  const start = url.includes('?') ? url.indexOf('?') : url.length;
  const path = url.slice(0, start);
  const params = new URLSearchParams(url.slice(start));
  const documentId = params.get('documentId');
  if (documentId === null && !params.has('extensions')) return url;
  if (documentId !== null) params.set('extensions', JSON.stringify(toExtensions(documentId)));
  if (!params.has('query')) params.set('query', '');
  return `${path}?${params.toString()}`;
}

function toExtensions(documentId: string): Record<string, unknown> {
  return { persistedQuery: { version: 1, sha256Hash: documentId.replace(/^sha256:/, '') } };
}
