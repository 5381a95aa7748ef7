import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'graphql';
import pg from 'pg';

import { silentLogger } from '../../src/lib/logger.js';
import { ExecutionFinished, ExecutionUpdated, ViewerInfo } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, execute } from '../support/clients.js';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.js';
import { finalStatus, startedId } from '../support/starts.js';
import { newTrace, startWith, watchOverEventStream, watchOverWebSocket } from '../support/traced-clients.js';
import { until } from '../support/until.js';

/** Two nodes, three clients and a database on a machine that others keep busy. */
jest.setTimeout(90_000);
const DEADLINE_MS = 25_000;
/** OTLP's number of the kind. */
const SERVER = 2;
type ById = TypedDocumentNode<object, { id: string }>;

let receiver: OtlpReceiver;
let app: TestApp;
let stopped: boolean;

const SECRET = 'collector-secret-8c1f';
const nameOf = (node: string) => ({ OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${node}` });

async function open(env: Readonly<Record<string, string>> = {}): Promise<void> {
  app = await startAppWithSimulator({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${SECRET}`,
      ...nameOf('a'),
      ...env,
    },
  });
}
/** Whatever was recorded is at the receiver then. */
async function stopAll(): Promise<void> {
  if (!stopped) await app?.stop();
  stopped = true;
}

beforeEach(async () => {
  stopped = false;
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await closeClients();
  await stopAll();
  await receiver.stop();
});

/** A second node, and the name under which it works on executions. */
async function startNodeB(): Promise<{ readonly name: string }> {
  let name = '';
  const child = ({ node }: { readonly node?: unknown }) => {
    if (typeof node === 'string') name = node;
    return silentLogger;
  };
  await app.startNode(nameOf('b'), { log: { ...silentLogger, child } });
  return { name };
}
/** From now on that node alone polls what is under way, as if it alone had the token; it has done so once. */
async function leaveTo(node: string): Promise<void> {
  const client = new pg.Client(app.databaseUrl);
  await client.connect();
  const statement = 'UPDATE executions SET held_by = $1 WHERE lease_owner IS NULL AND finished_at IS NULL';
  await until(
    'a moment between two polls',
    async () => (await client.query(statement, [node])).rowCount === 1,
    DEADLINE_MS,
  );
  const polled = 'SELECT FROM executions WHERE poll_count > $1';
  const { rows } = await client.query<{ polls: number }>('SELECT max(poll_count) AS polls FROM executions');
  await until(
    'a poll',
    async () => (await client.query(polled, [rows[0]?.polls])).rowCount === 1,
    DEADLINE_MS,
  );
  await client.end();
}

const hold = () => app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
const named = (name: string) => receiver.spans.filter((span) => span.name === name);
const ofTrace = (traceId: string) => receiver.spans.filter((span) => span.traceId === traceId);
const nodeOf = ({ resource }: ReceivedSpan) => resource['service.instance.id'];

describe('one trace', () => {
  it('runs from the mutation on one node over polls on another to the push on the first', async () => {
    await open();
    const b = await startNodeB();
    const [client, stream] = [newTrace(), newTrace()];
    hold();
    const { id } = await startWith(app.url, { traceparent: client.traceparent, tracestate: 'vendor=1' });
    await leaveTo(b.name);
    let told = 0;
    const watched = { url: app.url, id, onNext: () => void (told += 1) };
    const watching = [
      watchOverWebSocket(ExecutionUpdated, { ...watched, params: { traceparent: client.traceparent } }),
      watchOverEventStream(ExecutionUpdated, { ...watched, params: { traceparent: stream.traceparent } }),
    ];
    await until('both to have been told the present state', () => told >= 2, DEADLINE_MS);
    app.simulator.faults.clear();
    await Promise.all(watching);
    await stopAll();

    const spans = ofTrace(client.traceId);
    const known = new Set([client.spanId, ...spans.map(({ spanId }) => spanId)]);
    expect(spans.filter(({ parentSpanId }) => !known.has(parentSpanId))).toEqual([]);

    const mutation = spans.find(({ name }) => name === 'mutation');
    expect(mutation).toMatchObject({
      parentSpanId: client.spanId,
      attributes: {
        'graphql.operation.name': 'Begin',
        'graphql.operation.type': 'mutation',
        'usage.door': 'http',
        'http.response.status_code': 200,
        'usage.execution.id': id,
        'usage.execution.source': 'FRESH',
        'usage.operation': 'ORGANIZATION_QUERY',
      },
      resource: { 'service.name': 'genesys-usage-graphql', 'service.instance.id': 'a' },
    });
    const steps = spans.filter(({ name }) => /^execution (submit|poll)$/.test(name));
    expect(new Set(steps.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([mutation?.spanId]));
    expect(spans.filter(({ name }) => name === 'store finish').map(nodeOf)).toEqual(['b']);
    expect(new Set(spans.filter(({ name }) => name === 'execution push').map(nodeOf))).toEqual(
      new Set(['a']),
    );
    const writes = new Set(spans.map(({ name }) => name).filter((name) => name.startsWith('store ')));
    expect([...writes].toSorted()).toEqual([
      'store create',
      'store finish',
      'store recordAttempt',
      'store recordSubmitted',
    ]);
    const calls = spans.filter(({ attributes }) => attributes['usage.upstream.call']);
    expect(calls.length).toBe(steps.length);
    for (const { name, attributes } of calls) {
      expect(name).toMatch(/^(POST \/api\/v2\/usage\/query|GET \/api\/v2\/usage\/query\/\{id\}\/results)$/);
      expect(attributes).toMatchObject({
        'genesys.correlation_id': expect.stringMatching(/^[\da-f-]{36}$/),
        'server.address': '127.0.0.1',
      });
    }
    // One span for both, or, where one of them is far slower, for each.
    const last = spans.filter(
      ({ name, attributes }) =>
        name === 'execution push' && attributes['usage.execution.status'] === 'SUCCEEDED',
    );
    const sum = (attribute: string) =>
      last.reduce((total, { attributes }) => total + Number(attributes[attribute]), 0);
    expect(last.map(({ parentSpanId }) => parentSpanId)).toEqual(last.map(() => mutation?.spanId));
    expect(sum('usage.push.websocket_subscribers')).toBe(1);
    expect(sum('usage.push.event_stream_subscribers')).toBe(1);
    const subscription = ofTrace(stream.traceId);
    expect(subscription).toContainEqual(
      expect.objectContaining({
        name: 'subscription',
        parentSpanId: stream.spanId,
        links: [{ traceId: client.traceId, spanId: mutation?.spanId }],
      }),
    );
    expect(last.flatMap(({ links }) => links)).toContainEqual({
      traceId: stream.traceId,
      spanId: subscription.find(({ name }) => name === 'subscription')?.spanId,
    });
  });

  it('is followed by polls although nobody has kept a span: the execution alone remembers it', async () => {
    await open();
    hold();
    const client = newTrace();
    const { id } = await startWith(app.url, { traceparent: client.traceparent });
    await app.node.stop();
    const next = await app.startNode(nameOf('next'));
    app.simulator.faults.clear();
    await finalStatus(next.url, id);
    await next.stop();

    const finished = ofTrace(client.traceId).find(({ name }) => name === 'store finish');
    expect(finished && nodeOf(finished)).toBe('next');
  });

  it('is not kept when the client has decided so, on whichever node it goes on', async () => {
    await open();
    const [silent, loud] = [newTrace('00'), newTrace('01')];
    const { id } = await startWith(app.url, { traceparent: silent.traceparent });
    await finalStatus(app.url, id);
    const other = await startWith(app.url, { traceparent: loud.traceparent });
    await finalStatus(app.url, other.id);
    await stopAll();

    expect(ofTrace(silent.traceId)).toEqual([]);
    expect(ofTrace(loud.traceId).map(({ name }) => name)).toContain('execution push');
  });

  it('is joined by a link from whoever asks for the same', async () => {
    await open();
    hold();
    const [first, second] = [newTrace(), newTrace()];
    const shared = { reuse: { maxAgeSeconds: null } };
    const fresh = await startWith(app.url, { traceparent: first.traceparent }, shared);
    const joined = await startWith(app.url, { traceparent: second.traceparent }, shared);
    await stopAll();

    expect(joined).toEqual({ id: fresh.id, source: 'JOINED' });
    const mutation = ofTrace(first.traceId).find(({ name }) => name === 'mutation');
    expect(ofTrace(second.traceId).find(({ name }) => name === 'mutation')).toMatchObject({
      parentSpanId: second.spanId,
      attributes: { 'usage.execution.source': 'JOINED', 'usage.execution.id': fresh.id },
      links: [{ traceId: first.traceId, spanId: mutation?.spanId }],
    });
  });

  it('takes the context of an operation over that of its WebSocket, and a malformed one for none', async () => {
    await open();
    const { id } = await startWith(app.url, { traceparent: 'ff-not-a-context' });
    const [ofSocket, ofOperation] = [newTrace(), newTrace()];
    await watchOverWebSocket(ExecutionFinished, {
      url: app.url,
      id,
      params: { traceparent: ofSocket.traceparent },
      extensions: { traceparent: ofOperation.traceparent },
    });
    await stopAll();

    expect(named('mutation').map(({ parentSpanId }) => parentSpanId)).toEqual(['']);
    expect(named('subscription')).toMatchObject([
      { traceId: ofOperation.traceId, parentSpanId: ofOperation.spanId },
    ]);
    expect(ofTrace(ofSocket.traceId)).toEqual([]);
  });
});

describe('an operation that answers once', () => {
  it('has its span at each door, and a link to the execution that it cancels', async () => {
    await open();
    hold();
    const [http, socket, stream] = [newTrace(), newTrace(), newTrace()];
    const { id } = await startWith(app.url, { traceparent: http.traceparent });
    const state = parse('query State($id: ID!) { usageExecution(id: $id) { status } }') as ById;
    const cancel = parse(
      'mutation Cancel($id: ID!) { cancelUsageExecution(input: {id: $id}) { userErrors { code } } }',
    ) as ById;
    await watchOverEventStream(state, { url: app.url, id, params: { traceparent: stream.traceparent } });
    await watchOverWebSocket(cancel, { url: app.url, id, params: { traceparent: socket.traceparent } });
    await stopAll();

    const seen = receiver.spans.filter(({ kind }) => kind === SERVER);
    expect(
      seen.map(({ traceId, parentSpanId, name, attributes }) => [traceId, parentSpanId, name, attributes]),
    ).toEqual([
      [http.traceId, http.spanId, 'mutation', expect.objectContaining({ 'usage.door': 'http' })],
      [
        stream.traceId,
        stream.spanId,
        'query',
        expect.objectContaining({ 'usage.door': 'sse', 'graphql.operation.name': 'State' }),
      ],
      [
        socket.traceId,
        socket.spanId,
        'mutation',
        expect.objectContaining({ 'usage.door': 'websocket', 'usage.execution.id': id }),
      ],
    ]);
    expect(seen[2]?.links).toEqual([{ traceId: http.traceId, spanId: seen[0]?.spanId }]);
  });
});

describe('a failure', () => {
  it('is told by its code, at the operation and at the step, and with upstream’s correlation id', async () => {
    await open();
    const refused = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer nobody-knows' },
      body: JSON.stringify({ query: 'query Who { viewer { organization { id } } }' }),
    });
    expect(refused.status).toBe(401);
    app.simulator.faults.inject({ kind: 'status', status: 400, code: 'bad.request' }, { stage: 'start' });
    await startedId(app.url).catch(() => {});
    await stopAll();

    expect(receiver.spans.filter(({ statusMessage }) => statusMessage !== '')).toEqual([]);
    const failed = receiver.spans.filter(({ statusCode }) => statusCode === 2);
    expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual(
      expect.arrayContaining([
        ['GraphQL Operation', 'UNAUTHENTICATED'],
        ['GET /api/v2/tokens/me', 'UNAUTHENTICATED'],
        ['POST /api/v2/usage/query', 'REJECTED'],
        ['execution submit', 'UPSTREAM_REJECTED'],
      ]),
    );
    const call = failed.find(({ name }) => name === 'POST /api/v2/usage/query');
    expect(call?.attributes).toMatchObject({
      'http.response.status_code': 400,
      'genesys.correlation_id': expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });
});

describe('a receiver that never answers', () => {
  it('holds up neither an execution nor a push nor the end of the program', async () => {
    const silent = await startOtlpReceiver(() => {});
    await open({ OTEL_EXPORTER_OTLP_ENDPOINT: silent.url });
    const { id } = await startWith(app.url, {});
    await watchOverWebSocket(ExecutionFinished, { url: app.url, id });
    await stopAll();
    expect(silent.requests.length).toBeGreaterThan(0);
    await silent.stop();
  });
});

describe('a span', () => {
  it('holds no token, no name of a tenant or a person, no row and nothing that a client has written', async () => {
    await open();
    const literal = '/api/v2/literal/of/a/document';
    const { data } = await execute(app.url, ViewerInfo, {});
    const id = await startedId(app.url, 'OAUTH_CLIENT_QUERY');
    await watchOverWebSocket(ExecutionFinished, { url: app.url, id });
    await fetch(`${app.url}/graphql?query=${encodeURIComponent(`{ node(id: "${literal}") { id } }`)}`, {
      headers: { authorization: 'Bearer demo-admin', 'apollo-require-preflight': '1' },
    });
    await stopAll();

    expect(named('execution push')).toHaveLength(1);
    expect(named('query').length).toBeGreaterThanOrEqual(2);
    const sent = receiver.bytes().toString('latin1');
    const { organization, user, client } = data!.viewer;
    const names = [organization.name, organization.id, user?.name, user?.id, client.name, client.id];
    for (const secret of ['demo-admin', 'Bearer', SECRET, literal, ...names]) {
      expect([secret, secret ? sent.includes(secret) : null]).toEqual([secret, false]);
    }
    // A control: what is there is found in this way.
    expect(sent).toContain(id);
    expect(receiver.requests[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-api-key': SECRET } });
  });
});
