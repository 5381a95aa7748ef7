import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';

import { parseConfig } from '../../src/config.js';
import type { Execution } from '../../src/domain/execution.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createSpanPipeline, type SpanPipeline } from '../../src/tracing/exporter.js';
import { PushBatches } from '../../src/tracing/push-batches.js';
import { Spans } from '../../src/tracing/spans.js';
import { toStored } from '../../src/tracing/trace-context.js';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.js';
import { until } from '../support/until.js';

let receiver: OtlpReceiver;
let pipeline: SpanPipeline;
let spans: Spans;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  pipeline = createSpanPipeline(
    parseConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }).tracing!,
    silentLogger,
  );
  spans = new Spans(pipeline.provider.getTracer('test'));
});
afterEach(async () => {
  await pipeline.stop();
  await receiver.stop();
});

const context = () => pipeline.provider.getTracer('test').startSpan('root', {}, ROOT_CONTEXT).spanContext();
const stateOf = (traceContext: string | null) =>
  ({
    id: 'exe_1',
    operation: 'SIMPLE_SEARCH',
    status: 'SUCCEEDED',
    version: 4,
    pollCount: 2,
    traceContext,
  }) as Execution;

describe('what is pushed', () => {
  it('to three thousand subscribers is one span, with their number and the first of their traces', async () => {
    const batches = new PushBatches(spans);
    const root = context();
    const state = stateOf(toStored(root));
    for (let i = 0; i < 3_000; i += 1) {
      batches.begins(state);
      batches.left(state, i < 1_000 ? 'EVENT_STREAM' : 'WEBSOCKET', context());
    }
    batches.flush();
    await pipeline.stop();

    expect(receiver.spans).toHaveLength(1);
    expect(receiver.spans[0]).toMatchObject({
      name: 'execution push',
      traceId: root.traceId,
      parentSpanId: root.spanId,
      attributes: {
        'usage.execution.id': 'exe_1',
        'usage.push.subscribers': 3_000,
        'usage.push.websocket_subscribers': 2_000,
        'usage.push.event_stream_subscribers': 1_000,
      },
    });
    expect(receiver.spans[0]?.links).toHaveLength(16);
  });

  it('late, to a slow client, is a span of its own', async () => {
    const batches = new PushBatches(spans);
    const sent = async () => {
      await pipeline.provider.forceFlush();
      return receiver.spans.length;
    };
    const state = stateOf(toStored(context()));
    batches.begins(state);
    batches.left(state, 'WEBSOCKET', context());
    await until('the first', async () => (await sent()) === 1);
    batches.left(state, 'WEBSOCKET', context());
    await until('the second', async () => (await sent()) === 2);

    const [first, second] = receiver.spans;
    expect(second?.startedAt).toBe(first?.startedAt);
    expect(second?.endedAt).toBeGreaterThanOrEqual(first!.endedAt);
  });

  it('of an execution that remembers no trace is none', async () => {
    const batches = new PushBatches(spans);
    for (const state of [stateOf(null), stateOf('what is this'), null, 'text']) {
      batches.begins(state);
      batches.left(state, 'WEBSOCKET', context());
    }
    batches.flush();
    await pipeline.stop();
    expect(receiver.spans).toEqual([]);
  });
});
