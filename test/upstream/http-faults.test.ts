import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { UpstreamError } from '../../src/domain/upstream-error.js';
import { bearer, createUpstreamHttp, type UpstreamHttpOptions } from '../../src/upstream/http.js';
import { always, type Script, sendJson, withScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

function failure(script: Script, options: Partial<UpstreamHttpOptions> = {}): Promise<UpstreamError> {
  return withScriptedServer(script, (server) => failureAt(server.url, options));
}

async function failureAt(
  baseUrl: string,
  options: Partial<UpstreamHttpOptions> = {},
): Promise<UpstreamError> {
  const http = createUpstreamHttp({ baseUrl, ...options });
  const request = { method: 'GET' as const, path: ['api'], authorization: bearer('token') };
  const error: unknown = await http.send(request, (body) => ({ body })).catch((reason: unknown) => reason);
  if (error instanceof UpstreamError) return error;
  throw new Error(`expected an UpstreamError, not ${JSON.stringify(error)}`);
}

/** A body of the given type, in full. */
function raw(body: string | Buffer, headers: Record<string, string> = {}): Script {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
  };
}

describe('an answer that is none', () => {
  it('is UNAVAILABLE when the connection is reset before it', async () => {
    const error = await failure((_request, response) => void response.destroy());
    expect(error).toMatchObject({ kind: 'UNAVAILABLE', status: null, retryable: true });
  });

  it('is UNAVAILABLE when nobody listens', async () => {
    const url = await withScriptedServer(always(200, {}), async (server) => server.url);
    const error = await failureAt(url);
    expect(error).toMatchObject({ kind: 'UNAVAILABLE', message: 'Upstream can not be reached.' });
  });

  it('is UNAVAILABLE when the connection breaks within the body', async () => {
    const error = await failure((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"queryStatus":"Complete","results":[', () => response.destroy());
    });
    expect(error).toMatchObject({
      kind: 'UNAVAILABLE',
      status: 200,
      message: "Upstream's answer broke off.",
    });
  });

  it.each([
    ['empty', ''],
    ['truncated JSON with a right length', '{"queryStatus":"Complete","results":[{"a":1}'],
    ['not JSON', 'oops'],
  ])('is UNAVAILABLE when the body is %s', async (_what, body) => {
    expect(await failure(raw(body))).toMatchObject({ kind: 'UNAVAILABLE', status: 200 });
  });

  it.each(['text/html', 'text/plain', 'application/jsonp', 'text/json-ish', ''])(
    'is UNAVAILABLE when its type is %j',
    async (type) => {
      expect(await failure(raw('{}', { 'content-type': type }))).toMatchObject({ kind: 'UNAVAILABLE' });
    },
  );

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/problem+json',
  ])('is one when its type is %j', async (type) => {
    await expect(failure(raw('{}', { 'content-type': type }))).rejects.toThrow('expected an UpstreamError');
  });
});

describe('a redirect', () => {
  it.each([301, 302, 307, 308])(
    'with status %i is not followed, and the token stays here',
    async (status) => {
      await withScriptedServer(always(200, {}), async (other) => {
        const error = await failure((_request, response) => {
          response.writeHead(status, { location: `${other.url}/api` }).end();
        });
        expect(error.kind).toBe('UNAVAILABLE');
        expect(other.received).toHaveLength(0);
      });
    },
  );
});

describe('the limit of bytes', () => {
  it.each([
    ['around the rows', '{"padding":"'],
    ['in one row', '{"results":[{"padding":"'],
  ])('stops padding %s long before the limit for all of an answer', async (_where, head) => {
    let sent = 0;
    const script: Script = async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(head);
      for (; !response.destroyed && sent < 100_000_000; sent += 65_536) {
        if (!response.write('x'.repeat(65_536))) await delay(1);
      }
    };
    await withScriptedServer(script, async (server) => {
      const http = createUpstreamHttp({ baseUrl: server.url });
      const elements = { keys: ['results'], take: () => {} };
      const request = { method: 'GET' as const, path: ['api'], authorization: bearer('token'), elements };
      await expect(http.send(request, (body) => body)).rejects.toMatchObject({ kind: 'INVALID_RESULT' });
    });
    expect(sent).toBeLessThan(50_000_000);
  });

  it('stops a small body that inflates to a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    const script = raw(bomb, { 'content-encoding': 'gzip' });
    const before = process.memoryUsage().arrayBuffers;
    const error = await failure(script, { maxBytes: 1_000_000 });
    expect(error).toMatchObject({ kind: 'INVALID_RESULT', retryable: false, status: 200 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  it('lets a compressed body pass that stays under it', async () => {
    const body = gzipSync(JSON.stringify({ a: 'x'.repeat(1000) }));
    const script = raw(body, { 'content-encoding': 'gzip' });
    await expect(failure(script, { maxBytes: 2000 })).rejects.toThrow('expected an UpstreamError');
  });

  it('stops a body without a length that never ends, and closes its connection', async () => {
    let closed = false;
    const error = await failure(
      async (_request, response) => {
        response.on('close', () => (closed = true));
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"results":[');
        while (!response.destroyed) {
          response.write('{"clientId":"a"},'.repeat(1000));
          await delay(1);
        }
      },
      { maxBytes: 100_000 },
    );
    expect(error.kind).toBe('INVALID_RESULT');
    await until('the connection to be closed', () => closed);
  });
});

describe('the deadline', () => {
  it('ends a request that gets no answer', async () => {
    const error = await failure(() => {}, { timeoutMs: 60 });
    expect(error).toMatchObject({ kind: 'UNAVAILABLE', status: null });
    expect(error.message).toBe('Upstream did not answer within 0.06 s.');
  });

  it('ends an answer that drips in, although bytes keep coming', async () => {
    const error = await failure(
      async (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        while (!response.destroyed) {
          response.write(' ');
          await delay(10);
        }
      },
      { timeoutMs: 150 },
    );
    expect(error).toMatchObject({ kind: 'UNAVAILABLE', status: 200 });
  });

  it('keeps the status of a refusal whose body drips in', async () => {
    const error = await failure(
      (_request, response) => {
        response.writeHead(403, { 'content-type': 'application/json' }).write('{');
      },
      { timeoutMs: 100 },
    );
    expect(error.kind).toBe('FORBIDDEN');
  });
});

describe('after failures', () => {
  it('the next request gets its answer', async () => {
    let count = 0;
    const script: Script = (_request, response) => {
      if (++count < 4) response.destroy();
      else sendJson(response, 200, { ok: true });
    };
    await withScriptedServer(script, async (server) => {
      const http = createUpstreamHttp({ baseUrl: server.url });
      const request = { method: 'GET' as const, path: ['api'], authorization: bearer('token') };
      for (let i = 0; i < 3; i++)
        await expect(http.send(request, (body) => body)).rejects.toThrow(UpstreamError);
      expect(await http.send(request, (body) => body)).toEqual({ ok: true });
    });
  });
});
