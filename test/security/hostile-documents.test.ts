import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, post } from '../support/clients.js';
import { committedSchema, documentedOperations } from '../support/documented-operations.js';
import { FRAGMENT_BOMB, HOSTILE_DOCUMENTS } from '../support/hostile-documents.js';
import { openAcknowledged } from '../support/sockets.js';
import { THREE_DOORS } from '../support/three-doors.js';
import { createOperationGate } from '../../src/transport/documents/operation-gate.js';
import { buildUsageSchema } from '../../resolvers/build-schema.js';
import { parse, validate } from 'graphql';

const MOST_BYTES = 4_096;

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(closeClients);
afterAll(() => app?.stop());

const streaming = ({ query }: { query: string }) => query.startsWith('subscription');

describe.each(THREE_DOORS)('$name refuses in a few bytes', (door) => {
  it.each(HOSTILE_DOCUMENTS)('$name', async ({ query, variables = {}, code }) => {
    const { errors, data, status } = await door.ask(app.url, { query, variables });

    const codes = (errors ?? []).map(({ extensions }) => extensions?.['code']);
    // Before it is weighed, a subscription over plain HTTP is told where subscriptions are made.
    const misplaced = streaming({ query }) && door.name === 'HTTP';
    expect(new Set(codes)).toEqual(new Set([misplaced ? 'BAD_REQUEST' : code]));
    expect(data ?? null).toBeNull();
    expect(Buffer.byteLength(JSON.stringify({ errors }))).toBeLessThan(MOST_BYTES);
    if (door.name === 'HTTP') expect(status).toBe(code === 'BAD_USER_INPUT' ? status : 400);
    expect([undefined, 200, 400]).toContain(status);
  });
});

describe('a WebSocket', () => {
  it('stays open when its operations are refused, and serves the next one', async () => {
    const raw = await openAcknowledged(app.url);
    for (const [i, { query, variables = {} }] of HOSTILE_DOCUMENTS.entries()) {
      raw.send({ id: `bad ${i}`, type: 'subscribe', payload: { query, variables } });
      const answer = await raw.message();
      expect(answer['id']).toBe(`bad ${i}`);
      // What is wrong with variables is found by the execution, and told as its result.
      if (answer['type'] === 'next') expect(await raw.message()).toMatchObject({ type: 'complete' });
      else expect(answer['type']).toBe('error');
    }
    raw.send({ id: 'good', type: 'subscribe', payload: { query: '{ viewer { operations } }' } });
    const payload = { data: { viewer: { operations: expect.anything() } } };
    expect(await raw.message()).toMatchObject({ id: 'good', type: 'next', payload });
    raw.socket.close();
    await raw.closed;
  });
});

describe('the limits', () => {
  it('let every documented operation pass', async () => {
    const schema = buildUsageSchema();
    const gate = createOperationGate({ schema, introspection: true });
    const operations = await documentedOperations();

    for (const { query } of operations) {
      const admitted = gate.admit({ query });
      const document = admitted.document ?? parse('{');
      expect(validate(schema, document, gate.validationRules)).toEqual([]);
      // The largest pages that clients may ask for in them.
      const variables = { id: 'x', lastMonth: 'y', baseline: 'x', current: 'y', by: ['DATE'], first: 100 };
      gate.weigh(admitted, { document, operationName: undefined, variables });
    }
    expect(operations.length).toBeGreaterThan(25);
  });

  it('let a page of 1,000 rows with every column pass five times', async () => {
    const fields = (await committedSchema()).getType('UsageRow')!;
    const columns = Object.values('getFields' in fields ? fields.getFields() : {}).map(({ name }) =>
      name === 'oauthClient' || name === 'user' ? `${name} {id name}` : name,
    );
    const page = (i: number) =>
      `a${i}: usageExecution(id: "x") {rows(first: 1000) {nodes {${columns.join(' ')}}}}`;
    const ask = (count: number) =>
      post(app.url, { query: `{${Array.from({ length: count }, (_, i) => page(i)).join(' ')}}` });

    expect(dataOf(await ask(5))).toMatchObject({ a0: null, a4: null });
    expect((await ask(6)).errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
  });

  it('are those of the configuration', async () => {
    const strict = await app.startNode({
      MAX_QUERY_DEPTH: '2',
      MAX_QUERY_ALIASES: '1',
      MAX_QUERY_COST: '100',
    });
    const codeOf = async (query: string) =>
      (await post(strict.url, { query })).errors?.[0]?.extensions?.['code'] ?? 'answered';

    expect(await codeOf('{viewer {permissions}}')).toBe('answered');
    expect(await codeOf('{viewer {client {id}}}')).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf('{a: viewer {b: permissions}}')).toBe('QUERY_TOO_COMPLEX');
    expect(await codeOf('{oauthClients {id}}')).toBe('QUERY_TOO_COMPLEX');
    await strict.stop();
  });

  it('are met by the bomb before anything follows its fragments', () => {
    const gate = createOperationGate({ schema: buildUsageSchema(), introspection: true });
    expect(FRAGMENT_BOMB.length).toBeLessThan(900);
    expect(() => gate.admit({ query: FRAGMENT_BOMB })).toThrow(/more than/);
  });
});
