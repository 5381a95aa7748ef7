import { describe, expect, it } from '@jest/globals';

import { parseConfig } from '../src/config.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('the settings of traces', () => {
  it('leave traces off without an address, whatever else the platform sets', () => {
    expect(parseConfig({ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }).tracing).toBeNull();
  });

  it('need an address alone', () => {
    expect(parseConfig(ENDPOINT).tracing).toEqual({
      endpoint: 'http://collector:4318',
      headers: {},
      serviceName: 'genesys-usage-graphql',
      resourceAttributes: {},
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      tellUpstream: false,
    });
  });

  it('are read as OpenTelemetry writes them', () => {
    const env = {
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%2Cb%20c, authorization=Basic%20dXNlcjpwYXNz==',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=from-attributes,deployment.environment.name=test',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      TRACE_UPSTREAM: 'on',
    };
    expect(parseConfig(env).tracing).toMatchObject({
      headers: { 'x-api-key': 'a,b c', authorization: 'Basic dXNlcjpwYXNz==' },
      serviceName: 'from-attributes',
      resourceAttributes: { 'deployment.environment.name': 'test' },
      sampler: 'traceidratio',
      samplerRatio: 0.25,
      tellUpstream: true,
    });
    expect(parseConfig({ ...env, OTEL_SERVICE_NAME: 'own' }).tracing?.serviceName).toBe('own');
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector-secret:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:secret@collector:4318'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-api-key: secret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-api-key=secret%'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'bad name=secret'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'secret'],
    ['OTEL_TRACES_SAMPLER', 'secret'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'secret'],
    ['TRACE_UPSTREAM', 'secret'],
  ])('refuse %s=%s by name, without its value', (name, value) => {
    const attempt = () => parseConfig({ ...ENDPOINT, [name]: value });
    expect(attempt).toThrow(name);
    expect(attempt).not.toThrow(/secret/);
  });
});
