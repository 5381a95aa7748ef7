import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { sendBytes } from '../support/bytes.js';
import { authorization } from '../support/clients.js';

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterAll(() => app?.stop());

const UUID = /^[0-9a-f-]{36}$/;
const END = 'connection: close\r\n\r\n';
const upgrade = (path: string, more: string) =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n${more}\r\n`;

const REQUESTS: readonly (readonly [string, number, string, string])[] = [
  ['a path that is not there', 404, 'NOT_FOUND', `GET /nowhere HTTP/1.1\r\nhost: x\r\n${END}`],
  ['a method that is not there', 405, 'BAD_REQUEST', `PUT /graphql HTTP/1.1\r\nhost: x\r\n${END}`],
  ['a method for streams', 405, 'BAD_REQUEST', `DELETE /graphql/stream HTTP/1.1\r\nhost: x\r\n${END}`],
  ['a path that can not be decoded', 400, 'BAD_REQUEST', `GET /%zz HTTP/1.1\r\nhost: x\r\n${END}`],
  [
    'an id without end',
    414,
    'BAD_REQUEST',
    `GET /executions/${'x'.repeat(2_000)}/rows.csv HTTP/1.1\r\nhost: x\r\n${END}`,
  ],
  [
    'a body of another type',
    415,
    'BAD_REQUEST',
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/xml\r\ncontent-length: 2\r\n${END}{}`,
  ],
  [
    'a body that is too large',
    413,
    'BAD_REQUEST',
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999999\r\n\r\n{}`,
  ],
  [
    'headers that are too large',
    431,
    'BAD_REQUEST',
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n${END}`,
  ],
  ['no token', 401, 'UNAUTHENTICATED', `GET /executions/exe_1/rows.csv HTTP/1.1\r\nhost: x\r\n${END}`],
  ['no host', 400, 'BAD_REQUEST', `GET / HTTP/1.1\r\n${END}`],
  [
    'two lengths',
    400,
    'BAD_REQUEST',
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n${END}`,
  ],
  ['no HTTP', 400, 'BAD_REQUEST', 'hello\r\n\r\n'],
  ['a WebSocket elsewhere', 404, 'NOT_FOUND', upgrade('/elsewhere', '')],
  ['a WebSocket of a stranger', 403, 'FORBIDDEN', upgrade('/graphql', 'origin: https://evil.example\r\n')],
  ['half a WebSocket handshake', 400, 'BAD_REQUEST', upgrade('/graphql', 'sec-websocket-version: 13\r\n')],
];

describe('a refusal has the one shape of all errors, a request id and security headers', () => {
  it.each(REQUESTS)('%s: %i', async (_name, status, code, bytes) => {
    const answer = await sendBytes(app.url, bytes);

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(answer.body)).toEqual({
      errors: [expect.objectContaining({ message: expect.any(String), extensions: expect.anything() })],
    });
    expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(answer.body.length).toBeLessThan(1_000);
    expect(answer.headers).toMatchObject({
      'x-request-id': expect.stringMatching(UUID),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    });
  });

  it('says which methods there are', async () => {
    const { headers } = await sendBytes(app.url, `PATCH /graphql HTTP/1.1\r\nhost: x\r\n${END}`);
    expect(headers['allow']).toBe('GET, POST');
  });

  it('does not end a connection that goes on well', async () => {
    const lines = ['GET /nowhere', 'GET /health/live'].map((line) => `${line} HTTP/1.1\r\nhost: x\r\n`);
    const { body } = await sendBytes(app.url, `${lines[0]}\r\n${lines[1]}${END}`);
    expect(body).toContain('"live"');
  });
});

describe('every answer', () => {
  const paths: readonly (readonly [string, Record<string, string>])[] = [
    ['/graphql', { 'content-type': 'application/json' }],
    ['/graphql/stream?query=%7B__typename%7D', { accept: 'text/event-stream' }],
    ['/health/live', {}],
    ['/graphiql', {}],
    ['/executions/exe_1/rows.csv', {}],
    ['/nowhere', {}],
  ];

  it.each(paths)('%s bears what keeps browsers from misusing it', async (path, headers) => {
    const response = await fetch(app.url + path, { headers: { ...authorization('demo-admin'), ...headers } });
    await response.text();

    const seen = Object.fromEntries(response.headers);
    expect(seen).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': expect.stringMatching(/^max-age=31536000/),
      'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
      'x-request-id': expect.stringMatching(UUID),
    });
    expect(seen).not.toHaveProperty('server');
    expect(seen).not.toHaveProperty('x-powered-by');
  });

  it('with data is kept by nobody', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...authorization('demo-admin'), 'content-type': 'application/json' },
      body: '{"query":"{ viewer { operations } }"}',
    });
    await response.text();
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a request id', () => {
  const idOf = async (given: string) => {
    const response = await fetch(`${app.url}/health/live`, { headers: { 'x-request-id': given } });
    await response.text();
    return response.headers.get('x-request-id');
  };

  it.each(['4bf92f35-77b3-4cde-8f00-0123456789ab', 'A'.repeat(64)])(
    'that the client gives is taken over: %s',
    async (id) => {
      expect(await idOf(id)).toBe(id);
    },
  );

  it.each(['a b', 'a'.repeat(65), 'a-token-that-is-not-hexadecimal', '<script>', '{"a":1}', 'a;b=c', 'é'])(
    'that could be misread is replaced: %s',
    async (id) => {
      expect(await idOf(id)).toMatch(UUID);
    },
  );
});
