/** Where introspection is off, whoever guesses at names is told nothing but that they are wrong. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, closeClients, post, type RawOperation } from '../support/clients.js';
import { committedSchema } from '../support/documented-operations.js';
import { openAcknowledged } from '../support/sockets.js';
import { THREE_DOORS } from '../support/three-doors.js';

let app: TestApp;
let open: { readonly url: string };
let schema: GraphQLSchema;
let types: ReadonlySet<string>;
let members: ReadonlySet<string>;

beforeAll(async () => {
  app = await startAppWithSimulator({ env: { INTROSPECTION: 'off' } });
  open = await app.startNode({ INTROSPECTION: 'on' });
  schema = await committedSchema();
  types = new Set(Object.keys(schema.getTypeMap()));
  members = new Set(namesOf(schema).filter((name) => !types.has(name)));
});
afterEach(closeClients);
afterAll(() => app?.stop());

/** A field that is not there, on each type that a query can reach. */
const ON_TYPE: readonly ((wrong: string) => string)[] = [
  (wrong) => `{ ${wrong} }`,
  (wrong) => `mutation { ${wrong} }`,
  (wrong) => `{ viewer { ${wrong} } }`,
  (wrong) => `{ usageExecution(id: "x") { ${wrong} } }`,
  (wrong) => `{ usageExecution(id: "x") { rows { nodes { ${wrong} } } } }`,
  (wrong) => `{ usageExecution(id: "x") { request { filters { ${wrong} } } } }`,
  (wrong) => `{ usageExecutions { pageInfo { ${wrong} } } }`,
  (wrong) => `{ __schema { ${wrong} } }`,
];

/** A wrong name wherever a name can stand, in the text and in a variable. */
const ELSEWHERE: readonly ((wrong: string) => RawOperation)[] = [
  (wrong) => ({ query: `{ usageExecutions(${wrong}: 1) { totalCount } }` }),
  (wrong) => ({ query: `{ usageExecution(id: "x") { groups(by: [${wrong}]) { share } } }` }),
  (wrong) => ({ query: `{ usageExecutions(filter: {status: [${wrong}]}) { totalCount } }` }),
  (wrong) => ({ query: `{ usageExecutions(filter: {${wrong}: true}) { totalCount } }` }),
  (wrong) => ({ query: `mutation { queryOrganizationUsage(input: {${wrong}: 1}) { source } }` }),
  (wrong) => ({ query: `{ node(id: "x") { ... on ${wrong} { id } } }` }),
  (wrong) => ({ query: `query ($x: ${wrong}) { node(id: $x) { id } }` }),
  (wrong) => ({ query: `{ viewer { permissions @${wrong} } }` }),
  (wrong) => ({
    query: 'query ($f: UsageExecutionFilter) { usageExecutions(filter: $f) { totalCount } }',
    variables: { f: { [wrong]: 1, status: [wrong] } },
  }),
  (wrong) => ({
    query:
      'mutation ($input: QueryOrganizationUsageInput!) { queryOrganizationUsage(input: $input) { source } }',
    variables: { input: { interval: '2026-01/2026-02', granularity: wrong, metrics: [wrong], [wrong]: 1 } },
  }),
];

/** Right names in wrong places. */
const MISUSED: readonly RawOperation[] = [
  { query: '{ viewer }' },
  { query: '{ usageExecution { id } }' },
  { query: '{ usageExecution(id: "x") { groups { share } } }' },
  { query: '{ usageExecution(id: "x") { status { x } } }' },
  { query: '{ usageExecution(id: "x") { rows(first: "x") { totalCount } } }' },
  { query: '{ usageExecution(id: {}) { id } }' },
  { query: '{ usageExecutions(filter: 7) { totalCount } }' },
  { query: '{ usageExecutions(filter: {createdFrom: "x"}) { totalCount } }' },
  { query: '{ usageExecution(id: "x") { rows(filter: {dateFrom: "x", minimum: [{}]}) { totalCount } } }' },
  {
    query:
      '{ usageExecution(id: "x") { rows(filter: {minimum: [{metric: REQUESTS, value: 1.5}]}) { totalCount } } }',
  },
  { query: 'query ($x: Boolean) { usageExecution(id: $x) { id } }' },
  { query: 'mutation { queryOrganizationUsage(input: {}) { source } }' },
  { query: 'mutation { queryOrganizationUsage(input: {interval: 7}) { source } }' },
  { query: '{ viewer { ... on Mutation { x } } }' },
  { query: '{ viewer { permissions: operations permissions } }' },
  {
    query: 'mutation ($i: QueryOrganizationUsageInput!) { queryOrganizationUsage(input: $i) { source } }',
    variables: { i: 7 },
  },
  {
    query: 'mutation ($i: QueryOrganizationUsageInput!) { queryOrganizationUsage(input: $i) { source } }',
    variables: { i: {} },
  },
  { query: 'query ($n: Int) { usageExecutions(first: $n) { totalCount } }', variables: { n: 'x' } },
  {
    query: 'query ($d: DateTime) { usageExecutions(filter: {createdFrom: $d}) { totalCount } }',
    variables: { d: 'x' },
  },
  { query: 'subscription { usageExecutionFinished { id } }' },
];

describe.each(THREE_DOORS)('over $name', (door) => {
  it('1,000 wrong names get no hint at a right one, and no name that they did not hold', async () => {
    const operations = [...guesses(namesOf(schema)), ...MISUSED];
    expect(operations.length).toBeGreaterThan(1_000);

    const told: string[] = [];
    const asking = await ASKING[door.name]!(app.url);
    await eachOf(operations, async (operation) => {
      const messages = await asking.ask(operation);
      expect(messages.length).toBeGreaterThan(0);
      for (const message of messages)
        told.push(...toldBy(message, operation).map((what) => `${what}: ${message}`));
    });
    await asking.close();

    expect(told).toEqual([]);
  }, 120_000);

  it('a wrong name gets a hint where introspection is on', async () => {
    const { errors } = await door.ask(open.url, { query: '{ viewer { operation } }' });
    expect(errors?.[0]?.message).toMatch(/on type "Viewer". Did you mean "operations"/);
  });

  it('what the request itself has named is named', async () => {
    const query = 'query ($f: UsageExecutionFilter) { usageExecutions(filter: $f) { totalCount } }';
    const { errors } = await door.ask(app.url, { query, variables: { f: { statuss: 1, mine: true } } });
    expect(errors?.[0]?.message).toMatch(/"statuss" is not defined by type "UsageExecutionFilter"/);
  });
});

/** What a message tells that it should not. */
function toldBy(message: string, { query, variables }: RawOperation): string[] {
  const held = new Set(`${query} ${JSON.stringify(variables ?? {})}`.match(/\w+/g));
  const told = (message.match(/\w+/g) ?? []).filter((name) => types.has(name));
  const quoted = message.match(/"[^"]*"/g)?.flatMap((text) => text.match(/\w+/g) ?? []) ?? [];
  const unasked = [...told, ...quoted.filter((name) => members.has(name))].filter((name) => !held.has(name));
  return /did you mean/i.test(message) ? [...unasked, 'a hint'] : unasked;
}

function namesOf(of: GraphQLSchema): string[] {
  const names = new Set<string>();
  for (const type of Object.values(of.getTypeMap())) {
    names.add(type.name);
    if (isEnumType(type)) for (const { name } of type.getValues()) names.add(name);
    if (isInputObjectType(type) || isObjectType(type) || isInterfaceType(type))
      for (const name of Object.keys(type.getFields())) names.add(name);
  }
  return [...names];
}

/** Each name with a letter too many, at each place in turn. */
function guesses(names: readonly string[]): RawOperation[] {
  return names.flatMap((name, i): RawOperation[] => {
    const wrong = name.slice(0, -1) + name.slice(-1).repeat(2);
    return [
      { query: ON_TYPE[i % ON_TYPE.length]?.(wrong) ?? '' },
      ...[0, 1, 2].flatMap((k) => ELSEWHERE[(3 * i + k) % ELSEWHERE.length]?.(wrong) ?? []),
    ];
  });
}

/** Eight at a time. */
async function eachOf<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const one = async () => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await run(item);
  };
  await Promise.all(Array.from({ length: 8 }, one));
}

interface Asking {
  /** The messages of the errors. */
  ask(operation: RawOperation): Promise<string[]>;
  close(): Promise<unknown>;
}

/** Without a new connection and a new client for each of a thousand operations. */
const ASKING: Readonly<Record<string, (url: string) => Promise<Asking>>> = {
  HTTP: async (url) => ({
    ask: async (operation) => messagesOf((await post(url, operation)).errors),
    close: async () => {},
  }),
  async WebSocket(url) {
    const raw = await openAcknowledged(url);
    let before: Promise<unknown> = Promise.resolve();
    async function turn(payload: RawOperation): Promise<string[]> {
      raw.send({ id: '1', type: 'subscribe', payload });
      const { type, payload: answer } = await raw.message();
      if (type === 'next') await raw.message();
      return messagesOf(type === 'next' ? (answer as { errors: [] }).errors : (answer as []));
    }
    return {
      ask(operation) {
        const asked = before.then(() => turn(operation));
        before = asked.catch(() => {});
        return asked;
      },
      close: () => {
        raw.socket.close();
        return raw.closed;
      },
    };
  },
  'server-sent events': async (url) => ({
    async ask(operation) {
      const headers = { ...authorization('demo-admin'), 'content-type': 'application/json' };
      const accept = 'text/event-stream';
      const body = JSON.stringify(operation);
      const answer = await fetch(`${url}/graphql/stream`, {
        method: 'POST',
        headers: { ...headers, accept },
        body,
      });
      const [, data = ''] = /^data: (\{.*)$/m.exec(await answer.text()) ?? [];
      return messagesOf((JSON.parse(data) as { errors: [] }).errors);
    },
    close: async () => {},
  }),
};

function messagesOf(errors: readonly { readonly message: string }[] = []): string[] {
  return errors.map(({ message }) => message);
}
