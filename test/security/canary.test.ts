/**
 * A token that stands wherever a token or a header can stand is found nowhere else: not in what the program says at
 * its finest log level, not in what it answers, not in its tables. And nobody else writes its log.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { post } from '../support/clients.js';
import { NodeProcess } from '../support/node-process.js';
import { openRawSocket } from '../support/sockets.js';
import { ending, startQuery } from '../process/client.js';
import { createSurroundings, type Surroundings } from '../process/environment.js';
import { query } from '../store/embedded/scratch.js';
import { until } from '../support/until.js';

const UNKNOWN = 'canary-of-nobody-3f9a1c';
const VIEWER = '{ viewer { organization { id } } }';

let around: Surroundings;
let node: NodeProcess;
/** Known to upstream. */
let good: string;
/** Everything that was answered, on any way. */
const answers: string[] = [];

beforeAll(async () => {
  around = await createSurroundings();
  good = around.simulator.tokens.issue();
  node = await NodeProcess.spawn({ env: { ...around.env, LOG_LEVEL: 'trace' } }).ready();
});
afterEach(() => around.simulator.faults.clear());
afterAll(async () => {
  await node.killed('SIGKILL');
  await around.remove();
});

/** Sends bytes as they are, since no client library would; gives what came back until the connection ended. */
async function raw(lines: readonly string[], body = ''): Promise<string> {
  const { hostname, port } = new URL(node.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  await Promise.race([once(socket, 'close'), delay(2_000)]);
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

async function ask(path: string, init: RequestInit = {}): Promise<void> {
  const response = await fetch(`${node.url}${path}`, init);
  answers.push(JSON.stringify([...response.headers]), await response.text());
}

async function connectSocket(headers: Record<string, string>, payload?: object): Promise<void> {
  const socket = await openRawSocket(node.url, { headers }).catch((error: unknown) => {
    answers.push(String(error));
    return null;
  });
  if (!socket) return;
  socket.send({ type: 'connection_init', ...(payload && { payload }) });
  socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER } });
  const heard = Promise.race([socket.message(), socket.closed]);
  answers.push(JSON.stringify(await heard));
  socket.socket.close();
  answers.push(JSON.stringify(await socket.closed));
}

const json = { 'content-type': 'application/json' };
const body = JSON.stringify({ query: VIEWER });

/** Every place, given a token. */
const PLACES: Record<string, (token: string) => Promise<unknown>> = {
  'the Authorization header': (token) =>
    ask('/graphql', { method: 'POST', headers: { ...json, authorization: `Bearer ${token}` }, body }),
  'the Authorization header, of another scheme': (token) =>
    ask('/graphql', { method: 'POST', headers: { ...json, authorization: `Basic ${token}` }, body }),
  'the Authorization header, without a scheme': (token) =>
    ask('/graphql', { method: 'POST', headers: { ...json, authorization: token }, body }),
  'an event stream': (token) =>
    ask('/graphql/stream', {
      method: 'POST',
      headers: { ...json, accept: 'text/event-stream', authorization: `Bearer ${token}` },
      body,
    }),
  'an export': (token) =>
    ask(`/executions/exe_${'0'.repeat(32)}/rows.csv`, { headers: { authorization: `Bearer ${token}` } }),
  'a cookie': (token) =>
    ask('/graphql', { method: 'POST', headers: { ...json, cookie: `authorization=${token}` }, body }),
  'the query string': (token) => ask(`/graphql?authorization=${token}&access_token=${token}`),
  'the path': (token) =>
    ask(`/executions/${token}/rows.csv`, { headers: { authorization: `Bearer ${token}` } }),
  'headers that are often logged': (token) =>
    ask('/health/ready', {
      headers: { authorization: `Bearer ${token}`, 'user-agent': token, referer: token },
    }),
  'the upgrade': (token) => connectSocket({ authorization: `Bearer ${token}` }),
  'the upgrade, in a cookie': (token) => connectSocket({ cookie: `token=${token}` }),
  'the first message': (token) => connectSocket({}, { authorization: `Bearer ${token}` }),
  'the first message, elsewhere': (token) =>
    connectSocket({}, { token, headers: { authorization: `Bearer ${token}` }, authorization: token }),
  'a header that no parser takes': async (token) =>
    answers.push(await raw(['POST /graphql HTTP/1.1', 'Host: a', `Authorization : Bearer ${token}\u0001`])),
  'a request that breaks off': async (token) =>
    answers.push(
      await raw(
        ['POST /graphql HTTP/1.1', 'Host: a', `Authorization: Bearer ${token}`, 'Content-Length: 100'],
        '{"query"',
      ),
    ),
};

describe.each(Object.keys(PLACES))('a token in %s', (place) => {
  it('is passed by, good or bad', async () => {
    await PLACES[place]?.(good);
    await PLACES[place]?.(UNKNOWN);
  });
});

describe('a token in use', () => {
  it('while upstream fails in every way', async () => {
    const { faults } = around.simulator;
    const headers = { ...json, authorization: `Bearer ${good}` };
    for (const [number, fault] of (
      [
        { kind: 'status', status: 500 },
        { kind: 'html' },
        { kind: 'reset', when: 'after' },
        { kind: 'redirect', location: 'http://127.0.0.1:9/' },
      ] as const
    ).entries()) {
      const scope = { stage: 'results', times: 1 } as const;
      faults.inject(fault, scope);
      const id = await startQuery(node.url, number, good);
      answers.push(JSON.stringify(await ending(node.url, id, good)));
      faults.inject(fault, { stage: 'directory', times: 1 });
      await ask('/graphql', {
        method: 'POST',
        headers,
        body: JSON.stringify({ query: '{ oauthClients { id } }' }),
      });
    }
  }, 60_000);

  it('and when upstream refuses it while an execution needs it', async () => {
    around.simulator.faults.inject({ kind: 'status', status: 401 }, { stage: 'results', times: 1 });
    const id = await startQuery(node.url, 99, good);
    const state = 'query ($id: ID!) { usageExecution(id: $id) { status delay { reason message } } }';
    await until('the execution to wait for a token', async () => {
      const answer = JSON.stringify(await post(node.url, { query: state, variables: { id } }, good));
      answers.push(answer);
      return answer.includes('CREDENTIALS');
    });
  });
});

describe('afterwards', () => {
  const tokens = () => [good, UNKNOWN];
  const spellings = (token: string) => [
    token,
    Buffer.from(token).toString('base64').replace(/=+$/, ''),
    Buffer.from(token).toString('hex'),
  ];
  const found = (text: string) =>
    tokens()
      .flatMap(spellings)
      .filter((spelling) => text.includes(spelling));

  it('no line of the log has one of them', () => {
    // Control: they would be found.
    expect(found(`{"authorization":"Bearer ${good}"}`)).toHaveLength(1);
    expect(node.stdout.length).toBeGreaterThan(10);
    expect([...node.stdout, ...node.stderr].filter((line) => found(line).length > 0)).toEqual([]);
  });

  it('no answer has one of them', () => {
    expect(answers.length).toBeGreaterThan(2 * Object.keys(PLACES).length);
    expect(answers.filter((answer) => found(answer).length > 0)).toEqual([]);
  });

  it('no table has one of them, as text or as bytes', async () => {
    const tables = await query(
      around.databaseUrl,
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    );
    expect(tables.length).toBeGreaterThan(4);
    for (const { tablename } of tables) {
      const rows = await query(around.databaseUrl, `SELECT t::text AS text FROM "${String(tablename)}" t`);
      expect({ tablename, rows: rows.filter(({ text }) => found(String(text)).length > 0) }).toEqual({
        tablename,
        rows: [],
      });
    }
  });

  it('no metric has one of them', async () => {
    const metrics = await fetch(`${node.url}/metrics`);
    expect(found(await metrics.text())).toEqual([]);
  });
});

describe('a line of the log', () => {
  it('is written by the program alone, whatever a client sends', async () => {
    const forged = 'forged"}\n{"level":60,"msg":"forged"}\r\n\u2028\u001b[2K';
    const headers = { authorization: `Bearer ${good}` };
    const input = { interval: '2026-02-01/P1D', idempotencyKey: forged };
    const start =
      'mutation ($input: QueryOrganizationUsageInput!) { queryOrganizationUsage(input: $input) { source } }';
    await post(node.url, { query: VIEWER, operationName: forged }, good);
    await post(node.url, { query: `# ${forged}\n${VIEWER}`, variables: { [forged]: forged } }, good);
    await post(node.url, { query: start, variables: { input } }, good);
    await ask(`/executions/${encodeURIComponent(forged)}/rows.csv`, { headers });
    await ask(`/${encodeURIComponent(forged)}`, { headers });
    await connectSocket({}, { authorization: `Bearer ${forged}` });
    await delay(100);
    const lines = node.stdout.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ msg }) => msg === 'forged')).toEqual([]);
    const control = /\p{Cc}|\u2028/u;
    expect(node.stdout.filter((line) => control.test(line))).toEqual([]);
  });
});
