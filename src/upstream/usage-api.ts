import type { UsageUpstream } from '../domain/ports/usage-upstream.js';
import { createAnswerReader } from './answer.js';
import { bearer, type UpstreamHttp } from './http.js';
import { objectOf, requiredText, UnreadableAnswer } from './json.js';
import { pageQuery, UPSTREAM_OPERATIONS } from './operations.js';
import { isPathPart } from './url.js';
import type { WireJobStarted, WireStarted } from './wire.js';

/** The usage operations of upstream, over its HTTP interface. Holds no state and no connection of its own. */
export function createUsageUpstream(http: UpstreamHttp): UsageUpstream {
  return {
    async start({ operation, request }, token, signal) {
      const upstream = UPSTREAM_OPERATIONS[operation];
      const start = { ...upstream.start(request), authorization: bearer(token), signal };
      return http.send(start, (body) => ({ upstreamId: idOf(body, upstream.idKey) }));
    },
    async poll({ operation, request, upstreamId, cursor }, token, signal, take) {
      const upstream = UPSTREAM_OPERATIONS[operation];
      const reader = createAnswerReader(upstream.answer(request), cursor, take);
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
  const id = requiredText(objectOf<WireStarted & WireJobStarted>(body)[key], key);
  if (isPathPart(id)) return id;
  throw new UnreadableAnswer('UNAVAILABLE', `Upstream's ${key} is not an id.`);
}
