import { once } from 'node:events';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization } from '../support/clients.js';
import { RAW_DOORS } from '../support/raw-doors.js';
import { openAcknowledged } from '../support/sockets.js';

const QUERY = '{ viewer { operations } }';
const JSON_HEADERS = { ...authorization('demo-admin'), 'content-type': 'application/json' };
const PATHS = [
  ['/graphql', 'application/json'],
  ['/graphql/stream', 'text/event-stream'],
] as const;

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterAll(() => app?.stop());

const body = (variables: string) => `{"query":"${QUERY}","variables":${variables}}`;

/** Bodies that two readers could take for two different things. */
const AMBIGUOUS: readonly (readonly [string, string])[] = [
  ['__proto__', body('{"__proto__":{"admin":true}}')],
  ['__proto__, deep and escaped', body(String.raw`{"a":[{"\u005f_proto__":{"admin":true}}]}`)],
  ['the same key twice', `{"query":"{ __typename }","query":"${QUERY}"}`],
  ['the same variable twice', body('{"id":"a","id":"b"}')],
  ['a number that would be rounded', body('{"id":12345678901234567890}')],
  ['a number that would be infinite', body('{"id":1e999}')],
  ['10,000 levels', body(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
  ['10,000 levels of objects', body(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)],
  ['no JSON', '{"query":'],
];

describe.each(RAW_DOORS)('an ambiguous body is refused: $name', (door) => {
  it.each(AMBIGUOUS)('%s', async (_name, text) => {
    const answer = await door.send(app.url, text);

    if (door.name === 'WebSocket') expect(answer.closeCode).toBe(4400);
    else expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('BAD_REQUEST') });
    expect(answer.text.length).toBeLessThan(1_000);
  });

  it('and no object has become another by it', async () => {
    await door.send(app.url, body('{"__proto__":{"admin":true}}'));
    expect('admin' in {}).toBe(false);
  });
});

const UNSTORABLE = [String.raw`\u0000`, String.raw`a\u0000b`, String.raw`\ud800`, String.raw`x\udfff`];
const INTERVAL = '2026-01-01/2026-01-31';
/** Every place where a text of the client's goes near the database. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['an id', 'query ($v: ID!) { usageExecution(id: $v) { id } }'],
  ['a node', 'query ($v: ID!) { node(id: $v) { id } }'],
  ['a cursor', 'query ($v: String) { usageExecutions(after: $v) { totalCount } }'],
  ['a filter', 'query ($v: ID) { usageExecutions(filter: {clientId: $v}) { totalCount } }'],
  [
    'two ids',
    'query ($v: ID!) { compareUsageExecutions(baseline: $v, current: $v, by: [DATE]) { groups { ratio { requests } } } }',
  ],
  ['a cancel', 'mutation ($v: ID!) { cancelUsageExecution(input: {id: $v}) { execution { id } } }'],
  [
    'an idempotency key',
    `mutation ($v: String) { queryOrganizationUsage(input: {interval: "${INTERVAL}", idempotencyKey: $v}) { execution { id } } }`,
  ],
  [
    'a client',
    `mutation ($v: ID!) { queryOAuthClientUsage(input: {interval: "${INTERVAL}", clientId: $v}) { execution { id } } }`,
  ],
  [
    'a template',
    `mutation ($v: [String!]) { queryOrganizationUsage(input: {interval: "${INTERVAL}", templateUris: $v}) { execution { id } } }`,
  ],
  [
    'a platform',
    `mutation ($v: [String!]) { aggregateOrganizationUsage(input: {interval: "${INTERVAL}", platforms: $v}) { execution { id } } }`,
  ],
  [
    'a name',
    `mutation ($v: [String!]) { searchUsage(input: {interval: "${INTERVAL}", oauthClientNames: $v}) { execution { id } } }`,
  ],
  [
    'an interval',
    'mutation ($v: UsageInterval!) { queryOrganizationUsage(input: {interval: $v}) { execution { id } } }',
  ],
  ['an instant', 'query ($v: DateTime) { usageExecutions(filter: {createdFrom: $v}) { totalCount } }'],
  ['the name of the operation', 'query Q { viewer { operations } }'],
];

describe.each(RAW_DOORS)('NUL and half surrogate pairs are no fault of ours: $name', (door) => {
  it.each(TEXTS)('in %s', async (_name, query) => {
    for (const text of UNSTORABLE) {
      const literal = query.replace(/ \(\$v: [^)]*\)/, '').replaceAll('$v', `"${text}"`);
      for (const sent of [
        `{"query":${JSON.stringify(query)},"variables":{"v":"${text}"}}`,
        `{"query":${JSON.stringify(literal)}}`,
        `{"query":${JSON.stringify(query)},"variables":{"v":"x"},"operationName":"${text}"}`,
      ]) {
        const answer = await door.send(app.url, sent);
        expect(answer.text).not.toContain('INTERNAL_SERVER_ERROR');
        expect(answer.text).not.toMatch(/exe_[0-9a-f]{32}/);
        expect(answer.status ?? 200).toBeLessThan(500);
      }
    }
  });
});

describe.each(PATHS)('a body of bytes, at %s', (path, accept) => {
  const send = (headers: Record<string, string>, bytes: Uint8Array<ArrayBuffer> | string) =>
    fetch(app.url + path, { method: 'POST', headers: { ...JSON_HEADERS, accept, ...headers }, body: bytes });

  it.each(['gzip', 'deflate', 'br', 'gzip, identity'])('is not unpacked: %s', async (coding) => {
    const bomb = gzipSync(body(`"${'x'.repeat(20_000_000)}"`));
    const response = await send({ 'content-encoding': coding }, new Uint8Array(bomb));

    expect(response.status).toBe(415);
    expect(response.headers.get('accept-encoding')).toBe('identity');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  it.each(['utf-16', 'iso-8859-1', 'utf-7', '"utf-16le"'])(
    'is taken in UTF-8 alone, not %s',
    async (charset) => {
      const response = await send({ 'content-type': `application/json; charset=${charset}` }, body('{}'));

      expect(response.status).toBe(415);
      await response.body?.cancel();
    },
  );

  it.each(['UTF-8', '"utf-8"'])('may say that it is %s', async (charset) => {
    const response = await send({ 'content-type': `application/json; charset=${charset}` }, body('{}'));

    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it('is refused when it only says that it is UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"query":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const response = await send({}, new Uint8Array(bytes));

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message: 'The body is not UTF-8.' }] });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    '',
  ])('is JSON, not "%s"', async (type) => {
    const response = await send({ 'content-type': type }, body('{}'));

    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  it('without end is cut off', async () => {
    const asking = request(app.url + path, {
      method: 'POST',
      headers: { ...JSON_HEADERS, accept, 'transfer-encoding': 'chunked' },
    });
    asking.on('error', () => {});
    const answered = once(asking, 'response') as Promise<[{ statusCode?: number }]>;
    const socketClosed = new Promise<void>((resolve) => asking.on('close', resolve));
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let isClosed = false;
    let sent = 0;
    void socketClosed.then(() => (isClosed = true));
    // What is not read fills the buffers of the two ends of a loopback connection, and no more than those.
    while (!isClosed && sent < 64 * 1024 * 1024) {
      sent += chunk.length;
      if (!asking.write(chunk)) await Promise.race([once(asking, 'drain').catch(() => {}), socketClosed]);
    }
    const [response] = await answered;

    expect(response.statusCode).toBe(413);
    expect(isClosed).toBe(true);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('a WebSocket', () => {
  it('takes no bytes for a message', async () => {
    const raw = await openAcknowledged(app.url);
    raw.socket.send(Buffer.from('{"type":"ping"}'));
    expect(await raw.closed).toMatchObject({ code: 4400 });
  });

  it('is closed with 1007 by a text that is no UTF-8', async () => {
    const raw = await openAcknowledged(app.url);
    raw.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect(await raw.closed).toMatchObject({ code: 1007 });
  });

  it('is closed with 1009 by a frame that unfolds to more than 64 kB', async () => {
    const raw = await openAcknowledged(app.url);
    raw.socket.send(`{"type":"ping","payload":{"a":"${'x'.repeat(65_536)}"}}`, { compress: true });
    expect(await raw.closed).toMatchObject({ code: 1009 });
  });
});

describe('parameters of a GET', () => {
  it.each(['query', 'operationName', 'variables', 'extensions', 'documentId'])(
    'are refused when one is given twice: %s',
    async (name) => {
      for (const [path, accept] of PATHS) {
        const url = `${app.url}${path}?query=${encodeURIComponent(QUERY)}&${name}=&${name}={}`;
        const response = await fetch(url, { headers: { ...JSON_HEADERS, accept } });
        expect(response.status).toBe(400);
        expect(await response.text()).toMatch(/given twice.*BAD_REQUEST/);
      }
    },
  );

  it('may hold question marks', async () => {
    const query = '{ usageExecution(id: "?") { id } }';
    for (const [path, accept] of PATHS) {
      const url = `${app.url}${path}?query=${encodeURIComponent(query).replace('%3F', '?')}&extensions={}`;
      const response = await fetch(url, { headers: { ...JSON_HEADERS, accept } });
      expect(await response.text()).toContain('{"data":{"usageExecution":null}}');
    }
  });

  it.each(PATHS)('are read as strictly as a body: %s', async (path, accept) => {
    const headers = { ...authorization('demo-admin'), accept, 'apollo-require-preflight': '1' };
    const parameters = new URLSearchParams({ query: QUERY, variables: '{"a":1,"a":2}' });
    const response = await fetch(`${app.url}${path}?${parameters.toString()}`, { headers });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain('the same key twice');
  });
});
