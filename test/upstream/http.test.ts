import { describe, expect, it } from '@jest/globals';
import { UpstreamError } from '../../src/domain/upstream-error.js';
import { bearer, createUpstreamHttp, type UpstreamHttpOptions } from '../../src/upstream/http.js';
import { always, type Script, type ScriptedServer, withScriptedServer } from '../support/scripted-server.js';

const TOKEN = 'secret-token-0123456789';
const NOW = Date.parse('2026-03-01T12:00:00Z');

interface Call extends Partial<UpstreamHttpOptions> {
  readonly path?: string[];
  readonly token?: string;
  readonly signal?: AbortSignal;
}

function get(server: ScriptedServer, { path = ['api'], token = TOKEN, signal, ...options }: Call = {}) {
  const http = createUpstreamHttp({ baseUrl: server.url, now: () => NOW, ...options });
  const request = { method: 'GET' as const, path, authorization: bearer(token), signal };
  return http.send(request, (body, context) => ({ body, context }));
}

async function failureOf(answer: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof UpstreamError) return error;
  throw new Error('expected an UpstreamError', { cause: error });
}

function failure(script: Script, call?: Call): Promise<UpstreamError> {
  return withScriptedServer(script, (server) => failureOf(get(server, call)));
}

describe('a request to upstream', () => {
  it('sends the token, asks for JSON and gives the parsed answer with its correlation id', async () => {
    await withScriptedServer(always(202, { a: 1 }, { 'ININ-Correlation-Id': 'c-1' }), async (server) => {
      expect(await get(server)).toEqual({ body: { a: 1 }, context: { status: 202, correlationId: 'c-1' } });
      const [request] = server.received;
      expect(request?.headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        accept: 'application/json',
      });
      expect(request?.headers['content-type']).toBeUndefined();
    });
  });

  it('keeps the path of the base URL, for gateways', async () => {
    await withScriptedServer(always(200, {}), async (server) => {
      await get(server, { baseUrl: `${server.url}/genesys/`, path: ['api', 'v2', 'usage'] });
      expect(server.received[0]?.path).toBe('/genesys/api/v2/usage');
    });
  });

  it.each([
    '..',
    '.',
    '',
    'a/b',
    'a%2fb',
    '../../admin',
    'a?b=c',
    'a#b',
    'a b',
    'ä',
    '-a',
    'a\n',
    'x'.repeat(129),
  ])('never sends the id %j', async (id) => {
    await withScriptedServer(always(200, {}), async (server) => {
      const error = await failureOf(get(server, { path: ['api', id] }));
      expect(error).toMatchObject({ kind: 'REJECTED', status: null });
      expect(server.received).toHaveLength(0);
    });
  });

  it('never sends a token with characters that no header holds, and does not quote it', async () => {
    await withScriptedServer(always(200, {}), async (server) => {
      const error = await failureOf(get(server, { token: 'broken\ntoken' }));
      expect(error.kind).toBe('UNAUTHENTICATED');
      expect(error.message).not.toContain('broken');
      expect(server.received).toHaveLength(0);
    });
  });
});

describe('a status that is not 2xx', () => {
  it.each([
    [400, 'REJECTED'],
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [408, 'UNAVAILABLE'],
    [409, 'UNAVAILABLE'],
    [413, 'REJECTED'],
    [415, 'REJECTED'],
    [422, 'REJECTED'],
    [429, 'RATE_LIMITED'],
    [500, 'UNAVAILABLE'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'UNAVAILABLE'],
    [304, 'UNAVAILABLE'],
  ])('%i is %s', async (status, kind) => {
    const body = { message: 'A reason.', code: 'some.code' };
    const error = await failure(
      always(status, status === 304 ? undefined : body, { 'inin-correlation-id': 'c-2' }),
    );
    expect(error).toMatchObject({ kind, status, correlationId: 'c-2', retryAfterMs: null });
    if (status !== 304) expect(error).toMatchObject({ upstreamCode: 'some.code' });
  });

  it('passes on how long upstream asks to wait, with 429 and 503, and only there', async () => {
    const header = { 'retry-after': '42' };
    expect(await failure(always(429, {}, header))).toMatchObject({ retryAfterMs: 42_000, retryable: true });
    expect(await failure(always(503, {}, header))).toMatchObject({ retryAfterMs: 42_000, retryable: true });
    expect(await failure(always(400, {}, header))).toMatchObject({ retryAfterMs: null, retryable: false });
    // By upstream's clock, not by ours.
    const date = { 'retry-after': 'Sun, 01 Mar 2026 13:01:00 GMT', date: 'Sun, 01 Mar 2026 13:00:00 GMT' };
    expect(await failure(always(429, {}, date))).toMatchObject({ retryAfterMs: 60_000 });
    expect(await failure(always(429, {}, { 'retry-after': '120junk' }))).toMatchObject({
      retryAfterMs: null,
    });
  });

  it("shows upstream's words when they are fit to be shown", async () => {
    const error = await failure(always(403, { message: 'Missing permission usage:client:view' }));
    expect(error.message).toContain(': Missing permission usage:client:view');
  });

  it.each([
    ['hold the token', `The token ${TOKEN} is bad`],
    ['hold a header', 'Got Bearer abc'],
    ['hold an address', 'See http://10.0.0.1/x'],
    ['are not printable', 'line\nline'],
    ['turn the direction of writing', 'abc\u202edef'],
    ['are long', 'x'.repeat(301)],
    ['are no text', { a: 1 }],
  ])('keeps words to itself that %s', async (_what, message) => {
    const error = await failure(always(400, { message, code: message }));
    expect(error.message).toBe('Upstream refused the request as invalid.');
    expect(error.upstreamCode).toBeNull();
  });

  it('counts although its body is HTML, or breaks off', async () => {
    const html = await failure((_request, response) => {
      response.writeHead(401, { 'content-type': 'text/html' }).end('<html>');
    });
    expect(html.kind).toBe('UNAUTHENTICATED');
    const broken = await failure((_request, response) => {
      response.writeHead(403, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"mess', () => response.destroy());
    });
    expect(broken.kind).toBe('FORBIDDEN');
  });

  it('gives no correlation id that is not one', async () => {
    const error = await failure(always(500, {}, { 'inin-correlation-id': 'a b <script>' }));
    expect(error.correlationId).toBeNull();
  });
});

describe('an abort', () => {
  it('throws the reason of whoever aborted, before and during the request', async () => {
    await withScriptedServer(
      () => {},
      async (server) => {
        const reason = new Error('stopping');
        await expect(get(server, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
        const controller = new AbortController();
        const answer = get(server, { signal: controller.signal });
        setTimeout(() => controller.abort(reason), 30);
        await expect(answer).rejects.toBe(reason);
      },
    );
  });

  it('leaves no listener at the signal of a request that ended', async () => {
    await withScriptedServer(always(200, {}), async (server) => {
      const { signal } = new AbortController();
      let listeners = 0;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners++;
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners--;
        remove(...args);
      };
      await get(server, { signal });
      expect(listeners).toBe(0);
    });
  });
});
