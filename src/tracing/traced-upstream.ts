/**
 * Requests to upstream as spans. Upstream is told the trace only where its operator asks for that: it is somebody else's
 * system, which must not be able to tell which of our requests belong together, and promises nothing about headers that
 * it does not know. What joins both sides is its own correlation id.
 */
import { createContextKey, type Span, SpanKind } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';

import type { UsageUpstream } from '../domain/ports/usage-upstream.js';
import { UpstreamError } from '../domain/upstream-error.js';
import { CORRELATION_ID, URL_TEMPLATE } from './attributes.js';
import type { Spans } from './spans.js';
import { toTraceparent } from './trace-context.js';

interface Request {
  readonly method: string;
  readonly path: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}
interface Answer {
  readonly status: number | null;
  readonly correlationId: string | null;
}
/** As much of the client as is seen here. */
export interface TraceableHttp<R extends Request> {
  send<T>(request: R, parse: (body: unknown, context: Answer & { status: number }) => T): Promise<T>;
}

export interface UpstreamTracing {
  readonly baseUrl: string;
  readonly tellUpstream: boolean;
}

const CALL = createContextKey('the call to upstream that a request is made for');
/** The words of upstream's addresses; whatever else stands in a path is an id. */
const WORDS = new Set(
  'api v2 oauth clients token tokens users me usage query results summary simplesearch client aggregates jobs'.split(
    ' ',
  ),
);

/** Each request as a span; outside of any trace there is none. */
export function createTracedHttp<R extends Request>(
  http: TraceableHttp<R>,
  spans: Spans,
  { baseUrl, tellUpstream }: UpstreamTracing,
): TraceableHttp<R> {
  const { hostname, port, protocol } = new URL(baseUrl);
  const server = {
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  return {
    send(request, parse) {
      const template = `/${request.path.map((part) => (WORDS.has(part) ? part : '{id}')).join('/')}`;
      const call = spans.context?.getValue(CALL);
      const attributes = {
        ...server,
        [ATTR_HTTP_REQUEST_METHOD]: request.method,
        [URL_TEMPLATE]: template,
        ...(typeof call === 'string' ? { 'usage.upstream.call': call } : {}),
      };
      const settings = { kind: SpanKind.CLIENT, attributes };
      return spans.child(`${request.method} ${template}`, settings, async (span) => {
        if (!span) return http.send(request, parse);
        try {
          return await http.send(tellUpstream ? told(request, span) : request, (body, context) => {
            note(span, context);
            return parse(body, context);
          });
        } catch (error) {
          if (error instanceof UpstreamError) note(span, error);
          throw error;
        }
      });
    },
  };
}

/** Says of each request what it is made for: to start a query, to ask whether it is through, to get a further page. */
export function createTracedUpstream(upstream: UsageUpstream, spans: Spans): UsageUpstream {
  const calling = <T>(call: string, work: () => Promise<T>): Promise<T> => {
    const { context } = spans;
    return context ? spans.within({ context: context.setValue(CALL, call) }, work) : work();
  };
  return {
    start: (...args) => calling('start', () => upstream.start(...args)),
    poll: (query, ...args) =>
      calling(query.cursor === null ? 'poll' : 'page', () => upstream.poll(query, ...args)),
  };
}

function told<R extends Request>(request: R, span: Span): R {
  return { ...request, headers: { ...request.headers, traceparent: toTraceparent(span.spanContext()) } };
}

function note(span: Span, { status, correlationId }: Answer): void {
  if (status !== null) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
  if (correlationId !== null) span.setAttribute(CORRELATION_ID, correlationId);
}
