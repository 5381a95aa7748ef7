/**
 * The way of spans to their receiver. Whatever that does, the service goes on: spans wait in a queue of fixed length, what
 * does not fit is dropped, and a stop waits for a moment, not for the receiver.
 */
import { randomUUID } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';

import type { Logger } from '../lib/logger.js';
import { createTrouble } from '../lib/trouble.js';
import type { TracingOptions } from './tracing-options.js';

/** One is enough for a receiver that works; at the last flush a full queue leaves at once beside it. */
const CONCURRENT_EXPORTS = 5;
/** A span has about a kilobyte: 2 MB wait at most, and as many are on their way. */
const QUEUE = { maxQueueSize: 2_048, maxExportBatchSize: 512, scheduledDelayMillis: 2_000 };
/** For an export with all its repetitions; one that takes longer is given up, and its spans with it. */
const EXPORT_MS = 5_000;
/** A receiver near by takes what is left within a few milliseconds; a stop has better things to wait for. */
const LAST_FLUSH_MS = 1_000;

export interface SpanPipeline {
  readonly provider: NodeTracerProvider;
  /** Sends what is left, within a second; then nothing is sent any more. */
  readonly stop: () => Promise<void>;
}

export function createSpanPipeline(options: TracingOptions, log: Logger): SpanPipeline {
  const connections = createConnections();
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: { ...options.headers },
    timeoutMillis: EXPORT_MS,
    concurrencyLimit: CONCURRENT_EXPORTS,
    httpAgentOptions: connections.agentFor,
  });
  const processor = new BatchSpanProcessor(told(exporter, log), {
    ...QUEUE,
    // The exporter's own limit comes first; a batch that it still holds must not be followed by another one.
    exportTimeoutMillis: EXPORT_MS + 1_000,
  });
  const provider = new NodeTracerProvider({
    sampler: samplerOf(options),
    resource: resourceFromAttributes({
      'service.instance.id': randomUUID(),
      ...options.resourceAttributes,
      [ATTR_SERVICE_NAME]: options.serviceName,
    }),
    spanProcessors: [processor],
  });
  return {
    provider,
    async stop() {
      const flushed = provider.shutdown().catch(() => {});
      await Promise.race([flushed, sleep(LAST_FLUSH_MS, undefined, { ref: false })]);
      connections.close();
    },
  };
}

/** An operator hears of a receiver that does not take spans, once a minute; never of headers, which hold secrets. */
function told(exporter: SpanExporter, log: Logger): SpanExporter {
  const trouble = createTrouble(log, {
    begun:
      'spans can not be delivered and are dropped; look at OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS',
    over: 'spans are delivered again',
  });
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error) trouble.happened({ reason: reasonOf(result.error), spans: spans.length });
        else trouble.passed();
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** A code of the system or of HTTP: messages quote what the receiver has said. */
function reasonOf(error: Error): string | number {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' || typeof code === 'number' ? code : error.name;
}

function samplerOf({ sampler, samplerRatio }: TracingOptions): Sampler {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(samplerRatio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(samplerRatio) });
  }
}

/** Connections that can be cut: the exporter itself can not be told to give up what it is sending. */
function createConnections() {
  const agents: (HttpAgent | HttpsAgent)[] = [];
  let closed = false;
  return {
    agentFor: (protocol: string): HttpAgent | HttpsAgent => {
      const agent =
        protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
      const connect = agent.createConnection.bind(agent);
      agent.createConnection = (...args) => {
        if (closed) throw new Error('the program ends');
        return connect(...args);
      };
      agents.push(agent);
      return agent;
    },
    close(): void {
      closed = true;
      const ended = new Error('the program ends');
      for (const agent of agents) {
        // With a reason of our own: what looks like a fault of the network would be tried again.
        for (const socket of Object.values(agent.sockets).flat()) socket?.destroy(ended);
        agent.destroy();
      }
    },
  };
}
