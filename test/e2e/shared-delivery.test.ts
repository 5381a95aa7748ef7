/**
 * Subscribers share the execution of their selection. What each of them gets is compared with what a query of his own
 * gives him, which is executed for him alone: for random selections, several callers, and both transports.
 */
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import pg from 'pg';

import { silentLogger } from '../../src/lib/logger.js';
import { DEMO_ORGANIZATION } from '../../src/simulator/organizations.js';
import { createDatabase, type Database } from '../../src/store/database.js';
import { createExecutionStore } from '../../src/store/execution-store.js';
import { LIGHT_DOORS, type LightSubscriber } from '../faults/support/light-clients.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { post, type Result } from '../support/clients.js';
import { intent, LEASE_MS, NODE, SUCCEEDED, TTL_MS, usageRow } from '../support/store.js';
import { until } from '../support/until.js';

let app: TestApp;
let database: Database;
const open: LightSubscriber[] = [];
beforeAll(async () => {
  app = await startAppWithSimulator({ env: { RATE_LIMIT_PER_MINUTE: '1000000' } });
  database = createDatabase(app.databaseUrl, silentLogger);
});
afterEach(() => {
  for (const subscriber of open.splice(0)) subscriber.leave();
});
afterAll(async () => {
  await database?.stop();
  await app?.stop();
});

const SELECTIONS = 16;
/** On each door. */
const OF_EACH_CALLER = 3;
const SEED = 20_260_315;

/** Some depend on the caller's permissions or on who it is, and some fail. */
const FIELDS = [
  'version status done operation',
  'request { metrics groupBy }',
  'truncated exportUrl(format: CSV)',
  'totals { requests rowCount errorRate }',
  'rows(first: 7) { nodes { date requests oauthClient { id name } } }',
  'named: rows(first: 5) { nodes { user { id name } } }',
  'filtered: rows(filter: { httpMethods: [GET] }) { totalCount nodes { templateUri } }',
  'clients: groups(by: [OAUTH_CLIENT]) { key { value name } totals { requests } }',
  'people: groups(by: [USER]) { key { value name } totals { requests } }',
  'own: groups(by: [ORGANIZATION]) { key { value name } }',
  'refused: rows(first: 5000) { nodes { date } }',
  'twice: groups(by: [DATE, DATE]) { key { value } }',
];

/** Always the same ones: a failure can be looked at. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

const random = randomFrom(SEED);
const fragmentOf = (fields: readonly string[]) =>
  `fragment Asked on UsageExecution { id ${fields.join(' ')} }`;
const SELECTED = Array.from({ length: SELECTIONS }, (_, i) =>
  // The failing ones come alone, too: they leave no data for the others to be seen in.
  fragmentOf(i < FIELDS.length ? [FIELDS[i] ?? ''] : FIELDS.slice(0, -2).filter(() => random() < 0.5)),
);

const store = () => createExecutionStore(database.db);
const [client] = DEMO_ORGANIZATION.clients;
const rows = Array.from({ length: 20 }, (_, i) =>
  usageRow({
    requests: i,
    oauthClientId: client?.id ?? null,
    oauthClientName: null,
    userId: DEMO_ORGANIZATION.users[i % 3]?.id ?? null,
    organizationId: DEMO_ORGANIZATION.id,
  }),
);

async function running() {
  const owner = { organizationId: DEMO_ORGANIZATION.id, scope: 'tenant', subjectId: 'somebody' };
  const claim = await store().create(intent({ operation: 'OAUTH_CLIENT_QUERY', owner }), NODE, LEASE_MS);
  await store().recordSubmitted(claim, 'upstream-1', LEASE_MS);
  return { id: claim.execution.id, finish: () => store().finish(claim, SUCCEEDED, rows, TTL_MS) };
}

function callers(): Record<string, string> {
  const { tokens } = app.simulator;
  return {
    one: tokens.issue(),
    another: tokens.issue(),
    withoutNames: tokens.issue({ permissions: ['usage:client:view'] }),
    otherRightsSameNames: tokens.issue({ permissions: ['oauth:client:view', 'usage:client:view'] }),
  };
}

/** As the protocols print it. */
function asSent(door: string, { data, errors }: Result<unknown>): string {
  const [first, last] = [errors ? { errors } : {}, data === undefined ? {} : { data }];
  return door === 'WebSocket'
    ? JSON.stringify({ id: '1', type: 'next', payload: { ...last, ...first } })
    : `event: next\ndata: ${JSON.stringify({ ...first, ...last })}`;
}

function parsed(text: string): Result<unknown> {
  const value = JSON.parse(text.replace('event: next\ndata: ', '')) as Result<unknown> & {
    payload?: Result<unknown>;
  };
  return value.payload ?? value;
}

it.each(SELECTED)('gives each subscriber the bytes that he would get alone: %s', async (fragment) => {
  const { id, finish } = await running();
  const query = `${fragment} subscription Watch($id: ID!) { it: usageExecutionFinished(id: $id) { ...Asked } }`;
  const asked = `${fragment} query Watch($id: ID!) { it: usageExecution(id: $id) { ...Asked } }`;
  const told: { readonly token: string; readonly door: string; readonly texts: string[] }[] = [];
  const base = app.node.watching.listeners;
  const variables = { id };
  for (const token of Object.values(callers())) {
    for (const { name, subscribe } of LIGHT_DOORS) {
      for (let i = 0; i < OF_EACH_CALLER; i += 1) {
        const texts: string[] = [];
        told.push({ token, door: name, texts });
        open.push(
          await subscribe({ url: app.url, token, query, variables, onResult: (text) => texts.push(text) }),
        );
      }
    }
  }
  await until('all to listen', () => app.node.watching.listeners === base + told.length);
  await finish();
  await until('all to be told', () => told.every(({ texts }) => texts.length > 0));
  for (const { token, door, texts } of told) {
    const { data, errors } = await post(app.url, { query: asked, variables }, token);
    const [text = ''] = texts;
    const seen = parsed(text);
    expect(texts).toHaveLength(1);
    expect(JSON.stringify(seen.data)).toBe(JSON.stringify(withoutError(data, errors, seen)));
    expect(seen.errors).toEqual(errors);
    expect(text).toBe(asSent(door, seen));
  }
});

/** The field of a query is nullable, that of a subscription is not: an error leaves other nulls behind. */
function withoutError(data: unknown, errors: unknown, seen: Result<unknown>): unknown {
  return errors && seen.data === null ? null : data;
}

it('shows names of clients to whom they may be shown, and to nobody beside them', async () => {
  const { id, finish } = await running();
  const query = `subscription ($id: ID!) {
    usageExecutionFinished(id: $id) { rows(first: 1) { nodes { oauthClient { name } } } } }`;
  const { one = '', withoutNames = '' } = callers();
  const base = app.node.watching.listeners;
  const told = new Map<string, string>();
  for (const token of [one, withoutNames]) {
    for (const { name, subscribe } of LIGHT_DOORS) {
      const onResult = (text: string) => told.set(`${token} ${name}`, text);
      open.push(await subscribe({ url: app.url, token, query, variables: { id }, onResult }));
    }
  }
  await until('all to listen', () => app.node.watching.listeners === base + 4);
  await finish();
  await until('all to be told', () => told.size === 4);
  for (const [who, text] of told) {
    expect(text.includes(`"name":"${client?.name}"`)).toBe(who.startsWith(one));
    expect(text.includes('"name":null')).toBe(who.startsWith(withoutNames));
  }
});

it('reads the rows once for all who ask for the same with the same rights', async () => {
  const { id, finish } = await running();
  const query = `subscription ($id: ID!) {
    usageExecutionFinished(id: $id) { totals { requests } rows(first: 10) { totalCount nodes { requests } } } }`;
  const { one = '', otherRightsSameNames = '' } = callers();
  const base = app.node.watching.listeners;
  let told = 0;
  for (let i = 0; i < 20; i += 1) {
    const token = i % 2 === 0 ? one : otherRightsSameNames;
    for (const { subscribe } of LIGHT_DOORS) {
      const onResult = () => void (told += 1);
      open.push(await subscribe({ url: app.url, token, query, variables: { id }, onResult }));
    }
  }
  await until('all to listen', () => app.node.watching.listeners === base + 40);
  const statements = jest.spyOn(pg.Client.prototype, 'query');
  try {
    await finish();
    await until('all to be told', () => told === 40);
    const texts = statements.mock.calls.map(([statement]) => statement);
    const reads = texts.filter((text) => /SELECT[^]*FROM usage_rows/.test(text));
    // Totals and a page, for two kinds of rights; the count is the totals’ own.
    expect(reads).toHaveLength(4);
  } finally {
    statements.mockRestore();
  }
});
