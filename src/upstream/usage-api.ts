import type { UsageUpstream } from '../domain/ports.js';
import { createAnswerReader } from './answer.js';
import { bearer, type UpstreamHttp } from './http.js';
import { objectOf, requiredText, UnreadableAnswer } from './json.js';
import { pageQuery, UPSTREAM_OPERATIONS } from './operations.js';
import { isPathPart } from './url.js';

/** The usage operations of upstream, over its HTTP interface. Holds no state and no connection of its own. */
export function createUsageUpstream(http: UpstreamHttp): UsageUpstream {
  return {
    start({ operation, request }, token, signal) {
      const { start, idKey } = UPSTREAM_OPERATIONS[operation];
      return http.send({ ...start(request), authorization: bearer(token), signal }, (body) => ({
        upstreamId: idOf(body, idKey),
      }));
    },
    poll({ operation, request, upstreamId, cursor }, token, signal) {
      const upstream = UPSTREAM_OPERATIONS[operation];
      const reader = createAnswerReader(upstream.answer(request), cursor);
      const results = {
        ...upstream.results(request, upstreamId),
        method: 'GET' as const,
        query: pageQuery(upstream, cursor) ?? {},
        authorization: bearer(token),
        elements: reader.elements,
        signal,
      };
      return http.send(results, (body, context) => reader.parse(body, context, token));
    },
  };
}

/** The id is part of every later address, so one that can not be is refused here. */
function idOf(body: unknown, key: 'executionId' | 'id'): string {
  const id = requiredText(objectOf(body)[key], key);
  if (isPathPart(id)) return id;
  throw new UnreadableAnswer('UNAVAILABLE', `Upstream's ${key} is not an id.`);
}
