import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';

import { parseConfig } from '../../src/config.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createSpanPipeline } from '../../src/tracing/exporter.js';
import { Spans } from '../../src/tracing/spans.js';
import { continuing, parseCarrier } from '../../src/tracing/trace-context.js';
import { createTracedHttp } from '../../src/tracing/traced-upstream.js';
import { bearer, createUpstreamHttp } from '../../src/upstream/http.js';
import { startOtlpReceiver } from '../support/otlp-receiver.js';
import { always, withScriptedServer } from '../support/scripted-server.js';
import { newTrace } from '../support/traced-clients.js';

/** The headers of two requests, the second outside of any trace, and the spans of both. */
async function ask(tellUpstream: boolean, flags = '01') {
  const receiver = await startOtlpReceiver();
  const pipeline = createSpanPipeline(
    parseConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }).tracing!,
    silentLogger,
  );
  const spans = new Spans(pipeline.provider.getTracer('test'));
  const client = newTrace(flags);
  const carrier = { traceparent: client.traceparent, tracestate: 'vendor=secret' };
  const headers = await withScriptedServer(always(200, {}), async (server) => {
    const http = createTracedHttp(createUpstreamHttp({ baseUrl: server.url }), spans, {
      baseUrl: server.url,
      tellUpstream,
    });
    const request = { method: 'GET' as const, path: ['api', 'v2', 'usage'], authorization: bearer('token') };
    const send = () => http.send(request, () => null);
    const settings = { kind: SpanKind.INTERNAL, attributes: {} };
    await spans.around('outer', settings, continuing(parseCarrier(carrier)), send);
    await send();
    await spans.around('without a client', settings, ROOT_CONTEXT, async () => {});
    return server.received.map((received) => received.headers);
  });
  await pipeline.stop();
  await receiver.stop();
  return { headers, spans: receiver.spans, client };
}

describe('requests to upstream', () => {
  it('tell nothing of the trace by default', async () => {
    const { headers, spans } = await ask(false);
    expect(spans.map(({ name }) => name)).toContain('GET /api/v2/usage');
    for (const one of headers)
      expect([one['traceparent'], one['tracestate']]).toEqual([undefined, undefined]);
  });

  it('bear the span of the request when they shall, and never the state, which is others’', async () => {
    const { headers, spans, client } = await ask(true);
    const call = spans.find(({ name }) => name === 'GET /api/v2/usage');
    expect(call?.traceId).toBe(client.traceId);
    expect(headers.map((one) => one['traceparent'])).toEqual([
      `00-${client.traceId}-${call?.spanId}-01`,
      undefined,
    ]);
    expect(headers[0]).toMatchObject({ authorization: 'Bearer token', accept: 'application/json' });
    expect(headers.map((one) => one['tracestate'])).toEqual([undefined, undefined]);
  });

  it('have no span in a trace that is not kept, nor outside of any', async () => {
    const { headers, spans } = await ask(true, '00');
    expect(headers).toHaveLength(2);
    expect(spans.map(({ name }) => name)).toEqual(['without a client']);
  });
});
