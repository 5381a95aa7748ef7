/**
 * What somebody does wrong on the first day, by each door that can be missed. An answer has to tell what is wrong and
 * what to do about it, so that nobody has to look for the documentation: both are held to here, with the exact code.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import {
  closeClients,
  dataOf,
  post,
  serverSentEventsDoor,
  type Token,
  webSocketDoor,
} from '../support/clients.js';
import { openAcknowledged, openRawSocket } from '../support/sockets.js';
import { DEMO_CLIENT_ID, finishedId, INTERVAL, startedId } from '../support/starts.js';

/** What the newcomer reads. */
interface Told {
  readonly code: unknown;
  readonly message: string;
}

let app: TestApp;
/** A node as in production: it names nothing of the schema. */
let closed: { readonly url: string };
let finished: string;
let running: string;

const JSON_TYPE = { 'content-type': 'application/json' };
const TOKEN = { authorization: 'Bearer demo-admin' };
const VIEWER = '{ viewer { permissions } }';
const START =
  'mutation ($input: QueryOrganizationUsageInput!) { queryOrganizationUsage(input: $input) { source userErrors { code message } } }';
const CLIENT =
  'mutation ($input: QueryOAuthClientUsageInput!) { queryOAuthClientUsage(input: $input) { source userErrors { code message } } }';
const AGGREGATE =
  'mutation ($input: AggregateOrganizationUsageInput!) { aggregateOrganizationUsage(input: $input) { source userErrors { code message } } }';
const SEARCH =
  'mutation ($input: SearchUsageInput!) { searchUsage(input: $input) { source userErrors { code message } } }';
const SUMMARY =
  'mutation ($input: SummarizeOAuthClientUsageInput!) { summarizeOAuthClientUsage(input: $input) { source userErrors { code message } } }';
const ROWS =
  'query ($id: ID!, $first: Int, $after: String, $orderBy: [UsageRowOrder!]) { usageExecution(id: $id) { rows(first: $first, after: $after, orderBy: $orderBy) { pageInfo { endCursor } } } }';

beforeAll(async () => {
  app = await startAppWithSimulator();
  closed = await app.startNode({ INTROSPECTION: 'off' });
  finished = await finishedId(app.url);
  // From now on nothing ends.
  app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' }, { stage: 'results' });
  running = await startedId(app.url);
});
afterEach(closeClients);
afterAll(() => app?.stop());

interface Errors {
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

function first({ errors }: Errors): Told {
  expect(errors).toHaveLength(1);
  return { code: errors?.[0]?.extensions?.['code'], message: errors?.[0]?.message ?? '' };
}

/** The error of a request that was refused as a whole. */
async function refused(
  query: string,
  variables: Record<string, unknown> = {},
  token?: Token,
  url = app.url,
): Promise<Told> {
  return first(await post(url, { query, variables }, token));
}

/** The user error of a start. */
async function notStarted(query: string, input: Record<string, unknown>, token?: Token): Promise<Told> {
  const [payload] = Object.values(dataOf(await post(app.url, { query, variables: { input } }, token)));
  const { userErrors } = payload as { userErrors: readonly Told[] };
  expect(userErrors).toHaveLength(1);
  return { code: userErrors[0]?.code, message: userErrors[0]?.message ?? '' };
}

/** Any request, with the status in front of the code. */
async function http(path: string, init: RequestInit = {}): Promise<Told> {
  const response = await fetch(app.url + path, { redirect: 'manual', ...init });
  const { code, message } = first((await response.json()) as Errors);
  return { code: `${response.status} ${String(code)}`, message };
}

const posted = (headers: Readonly<Record<string, string>>, body: string, path = '/graphql') =>
  http(path, { method: 'POST', headers, body });
const asked = (headers: Readonly<Record<string, string>>) =>
  posted({ ...JSON_TYPE, ...headers }, JSON.stringify({ query: VIEWER }));

/** How a WebSocket was closed after these messages. */
async function socket(messages: readonly unknown[], protocols?: readonly string[]): Promise<Told> {
  const raw = await openRawSocket(app.url, protocols ? { protocols } : {});
  for (const message of messages) raw.send(message);
  const { code, reason } = await raw.closed;
  return { code, message: reason };
}

const rows = (variables: Record<string, unknown>) => refused(ROWS, { id: finished, ...variables });
const cursor = async () => {
  const answer = dataOf(await post(app.url, { query: ROWS, variables: { id: finished, first: 1 } }));
  return (answer as { usageExecution: { rows: { pageInfo: { endCursor: string } } } }).usageExecution.rows
    .pageInfo.endCursor;
};

/** Title, mistake, code, what is wrong, what to do. */
type Mistake = readonly [string, () => Promise<Told>, string | number, RegExp, RegExp];

const INTERVAL_FORM = /Write an ISO-8601 interval .*"2026-02-01\/2026-02-28"/;
const NEW_TOKEN = /Get a new one\./;
const BODY_FORM = /Send JSON such as \{"query": "/;
const SUBSCRIBE = { id: '1', type: 'subscribe', payload: { query: VIEWER } };

// prettier-ignore
const INPUT: readonly Mistake[] = [
  ['an interval in words', () => refused(START, { input: { interval: 'last week' } }), 'BAD_USER_INPUT', /"last week" at "input\.interval"; This is not an interval/, INTERVAL_FORM],
  ['an interval of a single day', () => refused(START, { input: { interval: '2026-02-01' } }), 'BAD_USER_INPUT', /"2026-02-01" at "input\.interval"; This is not an interval/, INTERVAL_FORM],
  ['an interval of times', () => refused(START, { input: { interval: '08:00/12:00' } }), 'BAD_USER_INPUT', /"08:00\/12:00".* is not an interval/, INTERVAL_FORM],
  ['an interval with a month too many', () => refused(START, { input: { interval: '2026-13-01/2026-13-07' } }), 'BAD_USER_INPUT', /"2026-13-01\/2026-13-07".* is not an interval/, INTERVAL_FORM],
  ['an interval that is wrong in the text', () => refused('mutation { queryOrganizationUsage(input: {interval: "yesterday"}) { source } }'), 'GRAPHQL_VALIDATION_FAILED', /This is not an interval/, INTERVAL_FORM],
  ['no interval', () => refused(START, { input: {} }), 'BAD_USER_INPUT', /Field "interval"/, /required .* was not provided/],
  ['an end before the start', () => notStarted(START, { interval: '2026-10-07/2026-10-01' }), 'INVALID_INTERVAL', /2026-10-07\/2026-10-01 ends before it starts/, /Write the earlier day first: 2026-10-01\/2026-10-07/],
  ['an interval that is too long', () => notStarted(AGGREGATE, { interval: intervalOf(200, 50) }), 'INTERVAL_TOO_LONG', /at most 90 days after the start; .* has 150\./, /Take a shorter interval, or several\./],
  ['an interval that is too old', () => notStarted(AGGREGATE, { interval: '2020-01-01/2020-01-07' }), 'INTERVAL_TOO_OLD', /not 2020-01-01/, /takes a start on or after \d{4}-\d\d-\d\d/],
  ['an interval in the future', () => notStarted(START, { interval: '2099-01-01/2099-01-07' }), 'INTERVAL_IN_FUTURE', /2099-01-01\/2099-01-07 starts after today/, /take an earlier start/],
  ['too many days', () => notStarted(SUMMARY, { clientId: DEMO_CLIENT_ID, days: 1_000 }), 'INVALID_DAYS', /not 1000/, /must be from 1 to 365/],
  ['no client id', () => refused(CLIENT, { input: { interval: INTERVAL } }), 'BAD_USER_INPUT', /Field "clientId"/, /required .* was not provided/],
  ['the name of a client in the place of its id', () => notStarted(CLIENT, { interval: INTERVAL, clientId: 'Reporting sync' }), 'INVALID_ID', /clientId .* not its name/, /must be the id of an OAuth client as Genesys Cloud shows it \(a UUID\)/],
  ['a client id that is no UUID', () => notStarted(CLIENT, { interval: INTERVAL, clientId: 'my-client' }), 'NOT_FOUND', /OAuth client was not found/, /check that clientId is the id of one of this organization/],
  ['a metric that the operation lacks', () => notStarted(SEARCH, { interval: INTERVAL, metrics: ['REQUESTS'] }), 'UNSUPPORTED_METRIC', /SIMPLE_SEARCH does not have REQUESTS/, /It has: STATUS_200, STATUS_300, STATUS_400, STATUS_429, STATUS_500/],
  ['a grouping that the operation lacks', () => notStarted(START, { interval: INTERVAL, groupBy: ['PLATFORM'] }), 'UNSUPPORTED_DIMENSION', /ORGANIZATION_QUERY does not have PLATFORM/, /It has: OAUTH_CLIENT, ORGANIZATION, USER, TEMPLATE_URI, HTTP_METHOD/],
  ['a query that upstream refuses', refusedUpstream, 'UPSTREAM_REJECTED', /Upstream refused the request as invalid/, /Change the input and start anew/],
  ['waiting for too long', () => notStarted(START, { interval: INTERVAL, waitMs: 60_000 }), 'INVALID_WAIT', /not 60000/, /from 0 to 30000.* To wait longer, subscribe/],
  ['a duration with its unit', () => refused(START, { input: { interval: INTERVAL, waitMs: '5s' } }), 'BAD_USER_INPUT', /"5s" at "input\.waitMs"/, /Int cannot represent non-integer value/],
  ['an age below zero', () => notStarted(START, { interval: INTERVAL, reuse: { maxAgeSeconds: -1 } }), 'INVALID_MAX_AGE', /maxAgeSeconds/, /must be 0 \(always a new query\) or more/],
  ['a switch in the place of a policy', () => refused(START, { input: { interval: INTERVAL, reuse: false } }), 'BAD_USER_INPUT', /false at "input\.reuse"/, /to be an object/],
  ['a key without characters', () => notStarted(START, { interval: INTERVAL, idempotencyKey: '' }), 'INVALID_IDEMPOTENCY_KEY', /idempotency key/, /1 to 256 printable characters/],
  ['a key for two inputs', keyReused, 'IDEMPOTENCY_KEY_REUSED', /was used for another request within the last 24 hours/, /Give each request its own/],
];

// prettier-ignore
const DOCUMENT: readonly Mistake[] = [
  ['an enum value that is not there', () => refused(START, { input: { interval: INTERVAL, granularity: 'HOUR' } }), 'BAD_USER_INPUT', /Value "HOUR" does not exist in "UsageGranularity"/, /It has: DAY, WEEK, MONTH\./],
  ['an enum value in lower case', () => refused(START, { input: { interval: INTERVAL, granularity: 'day' } }), 'BAD_USER_INPUT', /Value "day" does not exist/, /Did you mean the enum value "DAY"\?/],
  ['an enum value in quotes', () => refused(`mutation { queryOrganizationUsage(input: {interval: "${INTERVAL}", granularity: "DAY"}) { source } }`), 'GRAPHQL_VALIDATION_FAILED', /non-enum value: "DAY"/, /Did you mean the enum value "DAY"\?/],
  ['a field that is not there', () => refused('{ viewer { permission } }'), 'GRAPHQL_VALIDATION_FAILED', /Cannot query field "permission"/, /Did you mean "permissions"\?/],
  ['a field that is not there, in production', () => refused('{ viewer { permission } }', {}, undefined, closed.url), 'GRAPHQL_VALIDATION_FAILED', /Cannot query field "permission"/, /^(?!.*permissions)(?!.*Did you mean)/],
  ['an input field that is not there', () => refused(START, { input: { interval: INTERVAL, groupby: ['USER'] } }), 'BAD_USER_INPUT', /Field "groupby" is not defined/, /Did you mean "groupBy"\?/],
  ['an enum value that is not there, in production', () => refused(START, { input: { interval: INTERVAL, granularity: 'HOUR' } }, undefined, closed.url), 'BAD_USER_INPUT', /Value "HOUR" does not exist/, /^(?!.*(DAY|WEEK|UsageGranularity))/],
  ['no fields', () => refused('{ viewer }'), 'GRAPHQL_VALIDATION_FAILED', /Field "viewer" .* must have a selection of subfields/, /Did you mean "viewer \{ \.\.\. \}"\?/],
  ['a variable that was not sent', () => refused(START), 'BAD_USER_INPUT', /Variable "\$input"/, /required .* was not provided/],
  ['a brace that was not closed', () => refused('{ viewer { permissions '), 'GRAPHQL_PARSE_FAILED', /Syntax Error/, /Expected Name, found <EOF>/],
  ['two operations and no name', () => refused('query A { __typename } query B { __typename }'), 'OPERATION_RESOLUTION_FAILURE', /multiple operations/, /Must provide operation name/],
  ['a day in the place of an instant', () => refused('{ usageExecutions(filter: {createdFrom: "2026-10-01"}) { totalCount } }'), 'GRAPHQL_VALIDATION_FAILED', /This is not an instant/, /Write it as "2026-02-01T09:30:00Z"/],
  ['a day in words', () => refused(`{ usageExecution(id: "${running}") { rows(filter: {dateFrom: "yesterday"}) { totalCount } } }`), 'GRAPHQL_VALIDATION_FAILED', /This is not a day/, /Write it as "2026-02-01"/],
  ['a subscription by POST', () => refused(`subscription { usageExecutionFinished(id: "${running}") { status } }`), 'BAD_REQUEST', /Subscriptions/, /over WebSocket, at this very path, or as server-sent events at \/graphql\/stream/],
];

// prettier-ignore
const READING: readonly Mistake[] = [
  ['a page that is too large', () => rows({ first: 5_000 }), 'BAD_USER_INPUT', /not 5000/, /from 0 to 1000.* page by page/],
  ['a cursor that is none', () => rows({ after: 'Zm9v' }), 'BAD_USER_INPUT', /must be a cursor of this execution's rows/, /Leave it out to begin at the start/],
  ['a cursor of another order', async () => rows({ after: await cursor(), orderBy: [{ field: 'REQUESTS' }] }), 'BAD_USER_INPUT', /from a page with the same orderBy/, /Leave it out to begin at the start/],
  ['a query for too much', () => refused('{ usageExecutions(first: 100) { nodes { rows(first: 1000) { nodes { date requests } } } } }'), 'QUERY_TOO_COMPLEX', /costs \d+, and 10000 is the most/, /Ask for smaller pages, or in several requests/],
  ['a query that is too deep', () => refused(`${'{ a '.repeat(12)}${'}'.repeat(12)}`), 'QUERY_TOO_COMPLEX', /more than 10 levels of fields/, /Ask for less, or in several requests/],
  ['a group by nothing', () => refused(`{ usageExecution(id: "${finished}") { groups(by: []) { share } } }`), 'BAD_USER_INPUT', /by needs at least one/, /of DATE, OAUTH_CLIENT/],
  ['an id that is not known, subscribed to', subscribedToUnknown, 'NOT_FOUND', /There is no such execution/, /It may have expired \(start it anew\), or the id is not right/],
  ['an id that is not known, exported', () => http('/executions/exe_nobody/rows.csv', { headers: TOKEN }), '404 NOT_FOUND', /There is no such execution/, /start it anew/],
  ['a comparison with an id that is not known', () => refused(`{ compareUsageExecutions(baseline: "${finished}", current: "exe_x", by: [OAUTH_CLIENT]) { current { id } } }`), 'NOT_FOUND', /no such execution to take as current/, /start it anew/],
  ['an export of what has not finished', () => http(`/executions/${running}/rows.csv`, { headers: TOKEN }), '409 NOT_SUCCEEDED', /The execution is RUNNING/, /Subscribe to be told, or try again later/],
  ['an export in a format that there is not', () => http(`/executions/${finished}/rows.xlsx`, { headers: TOKEN }), '404 NOT_FOUND', /There is nothing at GET \/executions\/.*rows\.xlsx/, /rows\.csv or rows\.jsonl/],
];

const NO_TOKEN = /No bearer token came with the request/;
const TOKEN_FORM = /Send the header "Authorization: Bearer <token>", with the word Bearer/;
const ROLE = /Ask an administrator of the organization for a role that has it/;

// prettier-ignore
const TOKENS: readonly Mistake[] = [
  ['no token', () => asked({}), '401 UNAUTHENTICATED', NO_TOKEN, TOKEN_FORM],
  ['a token without Bearer', () => asked({ authorization: 'demo-admin' }), '401 UNAUTHENTICATED', NO_TOKEN, TOKEN_FORM],
  ['a password in the place of a token', () => asked({ authorization: 'Basic ZGVtbzpkZW1v' }), '401 UNAUTHENTICATED', NO_TOKEN, TOKEN_FORM],
  ['an expired token', () => asked({ authorization: `Bearer ${expiredToken()}` }), '401 UNAUTHENTICATED', /Genesys Cloud does not accept the token: it is wrong, expired/, NEW_TOKEN],
  ['a missing permission', () => notStarted(START, { interval: INTERVAL }, 'demo-viewer'), 'FORBIDDEN', /needs the permission oauth:client:view or usage:organization:view/, ROLE],
  ['a missing permission for a list', () => refused('{ oauthClients { id } }', {}, 'demo-none'), 'FORBIDDEN', /needs the permission oauth:client:view/, ROLE],
];

const POST = (type: string) => ({ ...TOKEN, 'content-type': type });
const PLACES = /GraphQL is at POST \/graphql, event streams at \/graphql\/stream/;
const QUERY = JSON.stringify({ query: VIEWER });

// prettier-ignore
const HTTP: readonly Mistake[] = [
  ['a mutation by GET', () => http(`/graphql?query=${encodeURIComponent('mutation { cancelUsageExecution(input: {id: "x"}) { userErrors { code } } }')}`, { headers: { ...TOKEN, 'apollo-require-preflight': '1' } }), '405 BAD_REQUEST', /Only queries can be sent by GET/, /Send mutations by POST/],
  ['a GET without the header', () => http(`/graphql?query=${encodeURIComponent(VIEWER)}`, { headers: TOKEN }), '400 BAD_REQUEST', /A GET needs the header "apollo-require-preflight: 1"/, /Or send a POST/],
  ['text in the place of JSON', () => posted(POST('text/plain'), QUERY), '415 BAD_REQUEST', /Content-Type must be application\/json/, BODY_FORM],
  ['a form', () => posted(POST('application/x-www-form-urlencoded'), 'query={viewer}'), '415 BAD_REQUEST', /Content-Type must be application\/json/, BODY_FORM],
  ['a document in the place of JSON', () => posted(POST('application/json'), VIEWER), '400 BAD_REQUEST', /can not be read as JSON/, BODY_FORM],
  ['an empty body', () => posted(POST('application/json'), ''), '400 BAD_REQUEST', /The body is empty/, BODY_FORM],
  ['a body without a query', () => posted(POST('application/json'), '{}'), '400 BAD_REQUEST', /holds no operation/, BODY_FORM],
  ['a list of operations', () => posted(POST('application/json'), `[${QUERY}]`), '400 BAD_REQUEST', /one operation, not a list/, /Send each by itself/],
  ['another method', () => http('/graphql', { method: 'PUT', headers: TOKEN }), '405 BAD_REQUEST', /PUT is not taken here/, /Use GET or POST/],
  ['an event stream at the wrong path', () => posted({ ...POST('application/json'), accept: 'text/event-stream' }, QUERY), '406 BAD_REQUEST', /Accept header leaves out JSON/, /ask \/graphql\/stream for an event stream/],
  ['an event stream without Accept', () => posted(POST('application/json'), QUERY, '/graphql/stream'), '406 BAD_REQUEST', /answers with an event stream only/, /send "Accept: text\/event-stream"/],
  ['an event stream of text', () => posted({ ...POST('text/plain'), accept: 'text/event-stream' }, QUERY, '/graphql/stream'), '415 BAD_REQUEST', /Content-Type must be application\/json/, BODY_FORM],
  ['an event stream of nothing', () => posted({ ...POST('application/json'), accept: 'text/event-stream' }, '{}', '/graphql/stream'), '400 BAD_REQUEST', /The query is missing/, BODY_FORM],
  ['a typo in the path', () => posted(POST('application/json'), QUERY, '/graphgl'), '404 NOT_FOUND', /There is nothing at POST \/graphgl/, PLACES],
  ['a slash behind the path', () => posted(POST('application/json'), QUERY, '/graphql/'), '404 NOT_FOUND', /There is nothing at POST \/graphql\//, PLACES],
  ['an operation sent to the root', () => posted(POST('application/json'), QUERY, '/'), '404 NOT_FOUND', /There is nothing at POST \//, PLACES],
];

const INIT = { type: 'connection_init', payload: TOKEN };
const INIT_FORM = /Send connection_init with the payload \{"authorization": "Bearer <token>"\}/;

// prettier-ignore
const WEB_SOCKET: readonly Mistake[] = [
  ['the subprotocol of subscriptions-transport-ws', () => socket([], ['graphql-ws']), 4406, /not subscriptions-transport-ws/, /Speak the subprotocol graphql-transport-ws \(npm: graphql-ws\)/],
  ['no subprotocol', () => socket([], []), 4406, /subprotocol/, /Speak the subprotocol graphql-transport-ws/],
  ['an operation before connection_init', () => socket([SUBSCRIBE]), 4401, /before you subscribe/, /Send connection_init first, and wait for connection_ack/],
  ['no token', () => socket([{ type: 'connection_init' }]), 4403, /No bearer token came/, INIT_FORM],
  ['a token without Bearer', () => socket([{ type: 'connection_init', payload: { authorization: 'demo-admin' } }]), 4403, /No bearer token came/, INIT_FORM],
  ['headers in the place of the token', () => socket([{ type: 'connection_init', payload: { headers: TOKEN } }]), 4403, /No bearer token came/, INIT_FORM],
  ['an expired token', () => socket([{ type: 'connection_init', payload: { authorization: `Bearer ${expiredToken()}` } }]), 4403, /does not accept the token: it is wrong, expired/, NEW_TOKEN],
  ['connection_init twice', () => socket([INIT, INIT]), 4429, /connection_init came twice/, /Send it once for each socket/],
  ['words in the place of a message', () => socket(['hello']), 4400, /No JSON of graphql-transport-ws/, /connection_init, ping, pong, subscribe, complete/],
  ['a message of subscriptions-transport-ws', oldMessage, 4400, /No JSON of graphql-transport-ws/, /connection_init, ping, pong, subscribe, complete/],
];

describe.each([
  ['in an input', INPUT],
  ['in a document', DOCUMENT],
  ['in reading', READING],
  ['with a token', TOKENS],
  ['over HTTP', HTTP],
  ['over a WebSocket', WEB_SOCKET],
])('a mistake %s is told with what is wrong and what to do', (_where, mistakes) => {
  it.each(mistakes)('%s', async (_title, make, code, wrong, advice) => {
    const told = await make();

    expect(told).toEqual({ code, message: expect.stringMatching(wrong) });
    expect(told.message).toMatch(advice);
  });
});

it('what a body should look like is told without a name of the schema', async () => {
  for (const body of ['', '{}', VIEWER]) {
    const headers = { ...TOKEN, ...JSON_TYPE };
    const answer = await fetch(`${closed.url}/graphql`, { method: 'POST', headers, body });
    const { message } = first((await answer.json()) as Errors);
    expect(message).toMatch(BODY_FORM);
    expect(message).not.toMatch(/viewer|permissions/);
  }
});

describe('the root of the port', () => {
  it('leads a browser to the page', async () => {
    const { status, headers } = await fetch(app.url, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([302, '/graphiql']);
  });

  it('says where GraphQL is when there is no page', async () => {
    const node = await app.startNode({ GRAPHIQL: 'off' });
    expect(await (await fetch(node.url)).json()).toMatchObject({ graphql: '/graphql' });
  });
});

it('an id that is not known is null where it is read: that is no error', async () => {
  const answer = await post(app.url, { query: '{ usageExecution(id: "exe_nobody") { status } }' });
  expect(answer).toMatchObject({ status: 200, data: { usageExecution: null } });
});

it('an interval of instants is none: it is taken as the days that it touches', async () => {
  const query = START.replace('source', 'execution { request { interval } }');
  const interval = `${INTERVAL.slice(0, 10)}T08:00/${INTERVAL.slice(11)}T12:00`;
  const answer = await post(app.url, { query, variables: { input: { interval } } });
  expect(answer.data).toMatchObject({
    queryOrganizationUsage: { execution: { request: { interval: INTERVAL } }, userErrors: [] },
  });
});

/** The days from `from` to `to` days ago. */
function intervalOf(from: number, to: number): string {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  return `${day(from)}/${day(to)}`;
}

/** Upstream is free to refuse more than its documentation says. */
function refusedUpstream(): Promise<Told> {
  app.simulator.faults.inject(
    { kind: 'status', status: 400, code: 'invalid.value' },
    { stage: 'start', times: 1 },
  );
  return notStarted(START, { interval: INTERVAL, groupBy: ['USER'], reuse: { maxAgeSeconds: 0 } });
}

async function keyReused(): Promise<Told> {
  const input = { interval: INTERVAL, idempotencyKey: 'monday-report' };
  await post(app.url, { query: START, variables: { input } });
  return notStarted(START, { ...input, granularity: 'WEEK' });
}

/** A good token whose time is over. */
function expiredToken(): string {
  return app.simulator.tokens.issue({ lifetimeSeconds: -1 });
}

/** The same through both doors. */
async function subscribedToUnknown(): Promise<Told> {
  const query = 'subscription { usageExecutionFinished(id: "exe_nobody") { status } }';
  const answers = await Promise.all(
    [webSocketDoor, serverSentEventsDoor].map(async (door) =>
      first((await door.send(app.url, { query }).next()) ?? {}),
    ),
  );
  expect(answers[0]).toEqual(answers[1]);
  return answers[0] as Told;
}

async function oldMessage(): Promise<Told> {
  const raw = await openAcknowledged(app.url);
  raw.send({ id: '1', type: 'start', payload: { query: VIEWER } });
  const { code, reason } = await raw.closed;
  return { code, message: reason };
}
