import { afterEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';

import { parseConfig } from '../../src/config.js';
import { type Logger, silentLogger } from '../../src/lib/logger.js';
import { createSpanPipeline } from '../../src/tracing/exporter.js';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.js';
import { until } from '../support/until.js';

const SECRET = 'collector-secret-17b3';
/** All that waits and all that is on its way, as the exporter has it. */
const MOST_HELD = 2_048 + 512;

let receiver: OtlpReceiver | null = null;
afterEach(async () => {
  await receiver?.stop();
  receiver = null;
});

function optionsFor(url: string) {
  const { tracing } = parseConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${SECRET}`,
  });
  return tracing!;
}

function noting() {
  const lines: { level: string; fields: object; message: string }[] = [];
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  const log: Logger = { ...silentLogger, warn: note('warn'), info: note('info'), error: note('error') };
  return { lines, log };
}

describe('a receiver that does not do what it should', () => {
  it('holds a fixed number of spans in memory, and a stop does not wait for it', async () => {
    receiver = await startOtlpReceiver(() => {});
    const { lines, log } = noting();
    const { provider, stop } = createSpanPipeline(optionsFor(receiver.url), log);
    const tracer = provider.getTracer('test');
    for (let i = 0; i < 20_000; i += 1) tracer.startSpan('one of many', {}, ROOT_CONTEXT).end();
    await until('an export', () => receiver!.requests.length > 0);
    await stop();

    // The exporter itself would have told, in its own time, that it has given up.
    expect(lines).toEqual([]);
    expect(receiver.spans.length).toBeGreaterThan(0);
    expect(receiver.spans.length).toBeLessThanOrEqual(MOST_HELD);
  });

  it('is told once, in words that hold neither a header nor what it has said', async () => {
    receiver = await startOtlpReceiver((_, response) => response.writeHead(401).end(`bad key ${SECRET}`));
    const { lines, log } = noting();
    const { provider, stop } = createSpanPipeline(optionsFor(receiver.url), log);
    const tracer = provider.getTracer('test');
    // Two full batches, which are sent at once.
    for (let i = 0; i < 512; i += 1) tracer.startSpan('first', {}, ROOT_CONTEXT).end();
    await until('the line', () => lines.length > 0);
    for (let i = 0; i < 512; i += 1) tracer.startSpan('second', {}, ROOT_CONTEXT).end();
    await until('the second export', () => receiver!.requests.length > 1);
    await stop();

    expect(lines).toEqual([
      {
        level: 'warn',
        fields: { reason: 401, spans: 512, times: 1 },
        message: expect.stringMatching(/^spans can not/),
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });
});
