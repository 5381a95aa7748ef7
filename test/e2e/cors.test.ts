import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization } from '../support/clients.js';
import { openRawSocket } from '../support/sockets.js';
import { finishedId } from '../support/starts.js';

const FRIEND = 'https://friend.example';
const STRANGERS = [
  'https://evil.example',
  'null',
  'https://friend.example.evil.example',
  'https://evil-friend.example',
  'http://friend.example',
  'https://friend.example:8443',
  'https://friend.example/',
  'https://FRIEND.example',
];

let app: TestApp;
let open: { readonly url: string };
let exportPath: string;
beforeAll(async () => {
  app = await startAppWithSimulator({ env: { ALLOWED_ORIGINS: FRIEND } });
  open = await app.startNode({ ALLOWED_ORIGINS: '*' });
  exportPath = `/executions/${await finishedId(app.url)}/rows.jsonl`;
});
afterAll(() => app?.stop());

async function ask(url: string, path: string, origin: string) {
  const stream = path === '/graphql/stream';
  const response = await fetch(url + path, {
    method: path === exportPath ? 'GET' : 'POST',
    headers: {
      ...authorization('demo-admin'),
      ...(path === exportPath ? {} : { 'content-type': 'application/json' }),
      ...(stream ? { accept: 'text/event-stream' } : {}),
      origin,
    },
    ...(path === exportPath ? {} : { body: '{"query":"{ viewer { operations } }"}' }),
  });
  await response.text();
  return response;
}

async function preflight(url: string, path: string, origin: string) {
  const response = await fetch(url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,apollo-require-preflight',
    },
  });
  await response.text();
  return response;
}

const PATHS = ['/graphql', '/graphql/stream', 'the export'];
const pathOf = (name: string) => (name === 'the export' ? exportPath : name);

describe.each(PATHS)('%s', (name) => {
  it('may be asked by a page of a listed origin', async () => {
    const [asked, before] = [
      await ask(app.url, pathOf(name), FRIEND),
      await preflight(app.url, pathOf(name), FRIEND),
    ];

    for (const { headers } of [asked, before]) {
      expect(headers.get('access-control-allow-origin')).toBe(FRIEND);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('vary')).toMatch(/origin/i);
    }
    expect(asked.status).toBe(200);
    expect(asked.headers.get('access-control-expose-headers')).toMatch(/x-request-id.*retry-after/);
    expect(before.status).toBe(204);
    expect(before.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(before.headers.get('access-control-max-age')).toBe('600');
  });

  it.each(STRANGERS)('may not be read by a page of %s', async (origin) => {
    for (const response of [
      await ask(app.url, pathOf(name), origin),
      await preflight(app.url, pathOf(name), origin),
    ]) {
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('may be asked by every page, without credentials, where the list is *', async () => {
    const { headers, status } = await ask(open.url, pathOf(name), 'https://anybody.example');

    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('tells a listed page what went wrong, too', async () => {
    const response = await fetch(app.url + pathOf(name), {
      headers: { origin: FRIEND, accept: 'text/event-stream', 'content-type': 'application/json' },
    });
    await response.text();

    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBe(FRIEND);
  });
});

describe('a WebSocket', () => {
  it.each(STRANGERS)('is refused to a page of %s', async (origin) => {
    await expect(openRawSocket(app.url, { headers: { origin } })).rejects.toThrow(/403/);
  });

  it('is refused to a page whose origin is ours in disguise', async () => {
    const { host } = new URL(app.url);
    for (const origin of [`http://x@${host}`, `http://${host}/`, `http://${host}.evil.example`]) {
      await expect(openRawSocket(app.url, { headers: { origin } })).rejects.toThrow(/403/);
    }
  });

  it('is open to every page where the list is *', async () => {
    const raw = await openRawSocket(open.url, { headers: { origin: 'https://anybody.example' } });
    raw.socket.close();
    await raw.closed;
  });
});
