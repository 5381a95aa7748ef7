/** Documents by their hash: left behind by clients, or listed by whoever runs the service. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { addTypenameToDocument } from '@apollo/client/utilities';
import { print, stripIgnoredCharacters } from 'graphql';

import { ViewerInfo, Executions } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, closeClients, post } from '../support/clients.js';
import { openAcknowledged } from '../support/sockets.js';
import { THREE_DOORS } from '../support/three-doors.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const persisted = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
const codesOf = (errors: readonly { extensions?: Record<string, unknown> }[] | undefined) =>
  errors?.map(({ extensions }) => extensions?.['code']);

const VIEWER = print(addTypenameToDocument(ViewerInfo));
const SUBSCRIPTION = 'subscription { usageExecutionFinished(id: "exe_0") { id } }';
const VIEWER_ID = sha256(VIEWER);

let app: TestApp;
let listed: { readonly url: string };
let byApollo: { readonly url: string };
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'usage-graphql-documents-'));
  app = await startAppWithSimulator();
  listed = await withManifest('persisted-documents.json', { [VIEWER_ID]: VIEWER, other: SUBSCRIPTION });
  byApollo = await withManifest('manifest.json', {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id: 'viewer-1', name: 'ViewerInfo', type: 'query', body: VIEWER }],
  });
});
afterEach(closeClients);
afterAll(async () => {
  await app?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function manifestFile(name: string, content: unknown): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function withManifest(name: string, content: unknown) {
  return app.startNode({ TRUSTED_DOCUMENTS: await manifestFile(name, content) });
}

/** Apollo Client, and what it has sent. */
function apollo(url: string, useGETForHashedQueries: boolean) {
  const sent: { method: string; hasText: boolean }[] = [];
  const client = new ApolloClient({
    link: new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(
      new HttpLink({
        uri: `${url}/graphql`,
        headers: authorization('demo-admin'),
        fetch: (input, init) => {
          const text = `${JSON.stringify(input)} ${JSON.stringify(init?.body ?? '')}`;
          sent.push({
            method: init?.method ?? 'GET',
            hasText: text.includes('ViewerInfo {') || text.includes('query ViewerInfo'),
          });
          return fetch(input, init);
        },
      }),
    ),
    cache: new InMemoryCache(),
  });
  return { client, sent };
}

describe('automatic persisted queries', () => {
  it.each([false, true])('work with Apollo Client (by GET: %s): the text is sent once', async (byGet) => {
    const fresh = await app.startNode();
    const first = apollo(fresh.url, byGet);
    const second = apollo(fresh.url, byGet);

    const one = await first.client.query({ query: ViewerInfo });
    const two = await second.client.query({ query: ViewerInfo });

    expect(one.data?.viewer.organization.id).toEqual(expect.any(String));
    expect(two.data).toEqual(one.data);
    expect(first.sent.map(({ hasText }) => hasText)).toEqual([false, true]);
    expect(second.sent).toEqual([{ method: byGet ? 'GET' : 'POST', hasText: false }]);
    first.client.stop();
    second.client.stop();
    await fresh.stop();
  });

  it.each(THREE_DOORS)('are taken and kept at the door $name', async (door) => {
    const query = `{ viewer { operations } } # ${door.name}`;
    const hash = sha256(query);
    const named = { query: '', ...persisted(hash) };

    expect(codesOf((await door.ask(app.url, named)).errors)).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect((await door.ask(app.url, { query, ...persisted(hash) })).data).toMatchObject({ viewer: {} });
    for (const other of THREE_DOORS)
      expect((await other.ask(app.url, named)).data).toMatchObject({ viewer: {} });
  });

  it.each(THREE_DOORS)('are refused under the hash of another text at the door $name', async (door) => {
    const operation = {
      query: '{ viewer { operations } }',
      ...persisted(sha256('{ viewer { permissions } }')),
    };
    expect(codesOf((await door.ask(app.url, operation)).errors)).toEqual(['BAD_REQUEST']);
  });

  it.each([7, 'x', { version: 2, sha256Hash: 'x' }, { version: 1 }, { version: 1, sha256Hash: { $ne: 1 } }])(
    'are refused when the extension is %j',
    async (persistedQuery) => {
      const { errors, status } = await post(app.url, { extensions: { persistedQuery } });
      expect(status).toBe(400);
      expect(codesOf(errors)).toEqual(['BAD_REQUEST']);
    },
  );

  it('keep nothing that is not valid', async () => {
    const query = '{ viewer { nothing } }';
    await post(app.url, { query, ...persisted(sha256(query)) });
    const again = await post(app.url, persisted(sha256(query)));
    expect(codesOf(again.errors)).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });
});

describe('a list of trusted documents', () => {
  it.each(THREE_DOORS)(
    'lets its own pass by their hash and by their text at the door $name',
    async (door) => {
      const ways = [
        { query: '', ...persisted(VIEWER_ID) },
        { query: VIEWER },
        { query: stripIgnoredCharacters(VIEWER) },
      ];
      for (const operation of ways)
        expect((await door.ask(listed.url, operation)).data).toMatchObject({ viewer: {} });
    },
  );

  it.each(THREE_DOORS)('lets nothing else pass at the door $name', async (door) => {
    const unlisted = print(Executions);
    const ways = [
      { query: unlisted },
      { query: '{ __typename }' },
      { query: '' },
      { query: '', ...persisted(sha256(unlisted)) },
      { query: unlisted, ...persisted(sha256(unlisted)) },
      { query: '', ...persisted('__proto__') },
      { query: '', ...persisted('toString') },
    ];
    for (const operation of ways)
      expect(codesOf((await door.ask(listed.url, operation)).errors)).toEqual(['DOCUMENT_NOT_TRUSTED']);
  });

  it('answers the listed text, whatever text stands beside its hash', async () => {
    const { data } = await post(listed.url, { query: print(Executions), ...persisted(VIEWER_ID) });
    expect(Object.keys(data ?? {})).toEqual(['viewer']);
  });

  it.each(['sha256:', ''])('takes a documentId that begins with "%s" at each door', async (prefix) => {
    const documentId = `${prefix}${VIEWER_ID}`;
    const json = { ...authorization('demo-admin'), 'content-type': 'application/json' };
    const preflighted = { ...json, 'apollo-require-preflight': '1' };
    const stream = { ...json, accept: 'text/event-stream' };
    const body = JSON.stringify({ documentId });
    const search = new URLSearchParams({ documentId }).toString();
    const answers = await Promise.all([
      fetch(`${listed.url}/graphql`, { method: 'POST', headers: json, body }),
      fetch(`${listed.url}/graphql?${search}`, { headers: preflighted }),
      fetch(`${listed.url}/graphql/stream`, { method: 'POST', headers: stream, body }),
      fetch(`${listed.url}/graphql/stream?${search}`, { headers: stream }),
    ]);
    for (const answer of answers) expect(await answer.text()).toContain('"data":{"viewer"');

    const raw = await openAcknowledged(listed.url);
    raw.send({ id: '1', type: 'subscribe', payload: { query: '', documentId } });
    expect(await raw.message()).toMatchObject({ type: 'next', payload: { data: { viewer: {} } } });
    raw.socket.close();
    await raw.closed;
  });

  it('works with Apollo Client, with hashes alone', async () => {
    const { client, sent } = apollo(listed.url, false);
    const { data } = await client.query({ query: ViewerInfo });
    expect(data?.viewer.organization.id).toEqual(expect.any(String));
    expect(sent).toEqual([{ method: 'POST', hasText: false }]);
    await expect(client.query({ query: Executions })).rejects.toThrow(/listed/);
    client.stop();
  });

  it("may be a manifest of Apollo's", async () => {
    const { data } = await post(byApollo.url, persisted('viewer-1'));
    expect(data).toMatchObject({ viewer: {} });
  });

  it.each([
    ['no JSON', 'query { x }', /can not be read as JSON/],
    ['no manifest', { queries: [1] }, /neither/],
    ['of another schema', { abc: '{ shoes { size } }', def: '{' }, /abc: .*shoes[^]*def: Syntax/],
    [
      'with a document over a limit',
      { abc: `{ ${'viewer { operations } '.repeat(21)} }` },
      /abc: .*more than 20/,
    ],
  ])('that is %s stops the start', async (name, content, message) => {
    await expect(withManifest(`${name}.json`, content)).rejects.toThrow(message);
  });

  it('that is not there stops the start', async () => {
    await expect(app.startNode({ TRUSTED_DOCUMENTS: join(directory, 'none.json') })).rejects.toThrow(
      /none.json/,
    );
  });
});
