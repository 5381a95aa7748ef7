/**
 * A foreign id behaves like one that never was, on every path: whoever asks learns nothing from what is said, nor
 * from what is left out.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';

import { CancelUsageExecution, Executions, ExecutionsFinished } from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients, dataOf, DOORS, execute, post, type RawOperation } from '../support/clients.js';
import { csvPath, download, jsonLinesPath } from '../support/exports.js';
import { finishedId, start, startedId } from '../support/starts.js';
import { THREE_DOORS } from '../support/three-doors.js';
import { until } from '../support/until.js';

/** Of the form that we give out, and never given out. */
const RANDOM_ID = 'exe_0f9a3c5e7b1d4f60a2c4e6081a3c5e7f';

let app: TestApp;
/** Executions of `demo-admin`: one that has ended, and one that runs for the whole suite. */
let secret: { readonly finished: string; readonly running: string };
/** Callers to whom the secrets are foreign: another tenant, a colleague who may do nothing, and a lone OAuth client. */
const strangers = new Map<string, string>();
/** An execution of each stranger, where there may be one. */
const own = new Map<string, string>();

beforeAll(async () => {
  app = await startAppWithSimulator({ env: { EXECUTION_DEADLINE_MS: '600000' } });
  const finished = await finishedId(app.url);
  app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' }, { stage: 'results' });
  const running = await startedId(app.url);
  app.simulator.faults.clear();
  secret = { finished, running };
  strangers.set('another tenant', 'demo-other-org');
  strangers.set('a colleague without permissions', 'demo-none');
  const lone = app.simulator.tokens.issue({ kind: 'client', clientId: 'lone-client' });
  strangers.set('a client-credentials client of the same tenant', lone);
  own.set('demo-other-org', await finishedId(app.url, 'ORGANIZATION_QUERY', {}, 'demo-other-org'));
  own.set(lone, await finishedId(app.url, 'ORGANIZATION_QUERY', {}, lone));
});
afterEach(closeClients);
afterAll(() => app?.stop());

const STATE =
  'id version status operation request { interval } rows(first: 5) { totalCount nodes { requests } }';

/** Every way to name an execution, as an operation that any door takes. */
const OPERATIONS: Record<string, (id: string, ownId: string) => RawOperation> = {
  usageExecution: (id) => ({
    query: `query ($id: ID!) { usageExecution(id: $id) { ${STATE} } }`,
    variables: { id },
  }),
  node: (id) => ({
    query: `query ($id: ID!) { node(id: $id) { id ... on UsageExecution { ${STATE} } } }`,
    variables: { id },
  }),
  cancelUsageExecution: (id) => ({
    query:
      'mutation ($id: ID!) { cancelUsageExecution(input: { id: $id }) ' +
      `{ execution { ${STATE} } userErrors { code message field } } }`,
    variables: { id },
  }),
  'compareUsageExecutions, baseline': (id, current) => ({
    query:
      'query ($id: ID!, $current: ID!) { compareUsageExecutions(baseline: $id, current: $current, by: [DATE]) ' +
      '{ groups { key { value } } } }',
    variables: { id, current },
  }),
  'compareUsageExecutions, current': (id, baseline) => ({
    query:
      'query ($id: ID!, $baseline: ID!) { compareUsageExecutions(baseline: $baseline, current: $id, by: [DATE]) ' +
      '{ groups { key { value } } } }',
    variables: { id, baseline },
  }),
};

const SUBSCRIPTIONS = ['usageExecutionFinished', 'usageExecutionUpdated'].map((field) => ({
  field,
  operation: (id: string): RawOperation => ({
    query: `subscription ($id: ID!) { ${field}(id: $id) { ${STATE} } }`,
    variables: { id },
  }),
}));

/** What was said, with neither the id nor what is drawn anew for each request. */
function said(answer: unknown, id: string): string {
  return JSON.stringify(answer, (key, value: unknown) =>
    key === 'requestId' || key === 'headers' ? undefined : value,
  ).replaceAll(id, '<id>');
}

describe.each([
  'another tenant',
  'a colleague without permissions',
  'a client-credentials client of the same tenant',
])('to %s', (name) => {
  const token = () => strangers.get(name) ?? '';
  const ownId = () => own.get(token()) ?? RANDOM_ID;

  describe.each(THREE_DOORS)('over $name', (door) => {
    it.each(Object.keys(OPERATIONS))('%s tells a foreign id and one that never was alike', async (path) => {
      const ask = async (id: string) => {
        const operation = OPERATIONS[path]?.(id, ownId());
        return said(await door.ask(app.url, operation ?? { query: '' }, token()), id);
      };
      const never = await ask(RANDOM_ID);
      expect(await ask(secret.finished)).toBe(never);
      expect(await ask(secret.running)).toBe(never);
      // Control: the one whose it is gets another answer.
      const operation = OPERATIONS[path]?.(secret.finished, secret.finished) ?? { query: '' };
      expect(said(await door.ask(app.url, operation), secret.finished)).not.toBe(never);
    });
  });

  it.each(DOORS.flatMap((door) => SUBSCRIPTIONS.map(({ field, operation }) => ({ field, door, operation }))))(
    '$field over $door.name tells them alike',
    async ({ door, operation }) => {
      const ask = async (id: string) => {
        const stream = door.send(app.url, operation(id), token());
        return said([await stream.rest(), await stream.ended], id);
      };
      const never = await ask(RANDOM_ID);
      expect(never).toContain('NOT_FOUND');
      expect(await ask(secret.finished)).toBe(never);
      expect(await ask(secret.running)).toBe(never);
    },
  );

  it.each(['GET', 'HEAD'] as const)('exports over %s tell them alike, headers included', async (method) => {
    for (const path of [csvPath, jsonLinesPath]) {
      const ask = async (id: string) => {
        const { status, headers, body } = await download(app.url, path(id), { token: token(), method });
        const { date: _date, 'x-request-id': _requestId, ...rest } = headers;
        const text = body.toString().replace(/"requestId":"[^"]*"/, '');
        return said({ status, text, headers: Object.keys(rest).sort(), type: rest['content-type'] }, id);
      };
      const never = await ask(RANDOM_ID);
      expect(await ask(secret.finished)).toBe(never);
      expect(await ask(secret.running)).toBe(never);
    }
  });

  it('no list, count or filter holds them', async () => {
    for (const filter of [
      undefined,
      { status: ['SUCCEEDED' as const] },
      { operation: ['ORGANIZATION_QUERY' as const] },
    ]) {
      const { usageExecutions } = dataOf(
        await execute(app.url, Executions, { first: 100, ...(filter ? { filter } : {}) }, token()),
      );
      const ids = usageExecutions.nodes.map(({ id }) => id);
      expect(ids).not.toContain(secret.finished);
      expect(ids).not.toContain(secret.running);
      expect(usageExecutions.totalCount).toBe(own.has(token()) ? 1 : 0);
    }
  });

  it('an identical query is neither joined nor reused, and the same idempotency key is another key', async () => {
    const choice = {
      interval: '2026-05/2026-06',
      reuse: { maxAgeSeconds: null },
      idempotencyKey: `${name} too`,
    };
    const mine = await start(app.url, 'ORGANIZATION_QUERY', choice);
    const theirs = await start(app.url, 'ORGANIZATION_QUERY', choice, token());
    expect(theirs.execution?.id).not.toBe(mine.execution?.id);
    if (theirs.execution) {
      expect(theirs.source).toBe('FRESH');
      const input = { id: theirs.execution.id };
      await execute(app.url, CancelUsageExecution, { input }, token());
    }
    expect(theirs.userErrors.map(({ code }) => code)).toEqual(theirs.execution ? [] : ['FORBIDDEN']);
    await finishedId(app.url, 'ORGANIZATION_QUERY');
  });

  it.each(DOORS)('usageExecutionsFinished over $name tells nothing of what ends elsewhere', async (door) => {
    const stream = door.subscribe(app.url, ExecutionsFinished, {}, token());
    // Control: opened later, it hears what the other must not.
    const owners = door.subscribe(app.url, ExecutionsFinished, {});
    const heard: unknown[] = [];
    const listening = (async () => {
      for (let next = await owners.next(); next; next = await owners.next()) {
        heard.push(next.data?.usageExecutionsFinished.id);
      }
    })();
    await until('the owner to hear of one', async () => {
      const id = await finishedId(app.url);
      await delay(50);
      return heard.includes(id);
    });
    owners.leave();
    stream.leave();
    await listening;
    const told = (await stream.rest()).flatMap(({ data }) => (data ? [data.usageExecutionsFinished.id] : []));
    expect(told.filter((id) => id !== own.get(token()))).toEqual([]);
  });
});

describe('what was made up', () => {
  const BATCH = 20;
  const BATCHES = 250;
  const hex = '0123456789abcdef'.split('');

  /** Close to an id that exists: one character other, another case, more or fewer, wildcards, encodings. */
  const nearId = () =>
    fc.oneof(
      fc
        .tuple(fc.constantFrom(secret.finished, secret.running), fc.nat(35), fc.constantFrom(...hex))
        .map(([id, at, by]) => id.slice(0, at) + by + id.slice(at + 1)),
      fc
        .constantFrom(secret.finished, secret.running)
        .chain((id) =>
          fc.constantFrom(
            id.toUpperCase(),
            ` ${id}`,
            `${id}\n`,
            `${id}\u0000`,
            encodeURIComponent(`${id}%00`),
            id.replace('exe_', ''),
            `${id.slice(0, -1)}%`,
            `${id.slice(0, -1)}_`,
            `' OR id = '${id}`,
            `{"id":"${id}"}`,
            Buffer.from(id).toString('base64'),
            `${id},${id}`,
            id.normalize('NFKD').replace('e', '\uFF45'),
          ),
        ),
      fc.string({ maxLength: 64, unit: 'binary' }),
    );

  const isSecret = (id: string) => id === secret.finished || id === secret.running;

  it(`ids, ${BATCH * BATCHES} of them, lead to nothing and break nothing`, async () => {
    const query = `query (${each((n) => `$i${n}: ID!`)}) { ${each((n) => `i${n}: usageExecution(id: $i${n}) { id }`)} }`;
    await fc.assert(
      fc.asyncProperty(fc.array(nearId(), { minLength: BATCH, maxLength: BATCH }), async (ids) => {
        const asked = ids.map((id) => (isSecret(id) ? RANDOM_ID : id));
        const variables = Object.fromEntries(asked.map((id, n) => [`i${n}`, id]));
        const { data, errors } = await post(app.url, { query, variables }, 'demo-other-org');
        expect({ errors, ids: Object.values(data ?? {}) }).toEqual({
          errors: undefined,
          ids: ids.map(() => null),
        });
      }),
      { numRuns: BATCHES },
    );
  }, 120_000);

  it(`cursors, ${BATCH * BATCHES} of them, show at most what the caller may see anyway`, async () => {
    const ownId = own.get('demo-other-org') ?? '';
    const query =
      `query (${each((n) => `$c${n}: String`)}) { ` +
      each(
        (n) => `c${n}: usageExecutions(first: 1, after: $c${n}) { nodes { id } pageInfo { endCursor } } `,
      ) +
      ' }';
    const rowsQuery =
      `query ($id: ID!, ${each((n) => `$c${n}: String`)}) { usageExecution(id: $id) { ` +
      each((n) => `c${n}: rows(first: 1, after: $c${n}) { nodes { organizationId oauthClient { name } } } `) +
      ' } }';
    const theirs = await cursorsOf('demo-admin', secret.finished);
    const mine = await cursorsOf('demo-other-org', ownId);
    const nearCursor = fc.oneof(
      fc.constantFrom(...theirs),
      fc
        .tuple(fc.constantFrom(...theirs, ...mine), fc.nat(80), fc.base64String({ maxLength: 2 }))
        .map(([cursor, at, by]) => cursor.slice(0, at) + by + cursor.slice(at + 1)),
      fc
        .tuple(fc.constantFrom(secret.finished, secret.running, ownId), fc.string())
        .map(([id, text]) => Buffer.from(`${id} ${text}`).toString('base64url')),
      fc.string({ maxLength: 64, unit: 'binary' }),
    );
    const forbidden = await secretsOf('demo-admin', secret.finished);
    await fc.assert(
      fc.asyncProperty(fc.array(nearCursor, { minLength: BATCH, maxLength: BATCH }), async (cursors) => {
        const variables = Object.fromEntries(cursors.map((cursor, n) => [`c${n}`, cursor]));
        const answers = [
          await post(app.url, { query, variables }, 'demo-other-org'),
          await post(app.url, { query: rowsQuery, variables: { ...variables, id: ownId } }, 'demo-other-org'),
        ];
        for (const { data, errors } of answers) {
          expect(
            (errors ?? []).filter(({ extensions }) => extensions?.['code'] !== 'BAD_USER_INPUT'),
          ).toEqual([]);
          const text = JSON.stringify(data);
          expect(forbidden.filter((word) => text.includes(word))).toEqual([]);
        }
      }),
      { numRuns: BATCHES },
    );
  }, 120_000);

  function each(text: (n: number) => string): string {
    return Array.from({ length: BATCH }, (_, n) => text(n)).join(' ');
  }

  async function cursorsOf(token: string, id: string): Promise<string[]> {
    const query =
      'query ($id: ID!) { usageExecutions(first: 5) { edges { cursor } } ' +
      'usageExecution(id: $id) { rows(first: 5) { edges { cursor } } } }';
    const { data } = await post(app.url, { query, variables: { id } }, token);
    return [...JSON.stringify(data).matchAll(/"cursor":"([^"]+)"/g)].map(([, cursor]) => cursor ?? '');
  }

  /** Words that only the owner's answers hold: ids and names of the tenant and its clients. */
  async function secretsOf(token: string, id: string): Promise<string[]> {
    const query =
      'query ($id: ID!) { viewer { organization { id name } } ' +
      'usageExecution(id: $id) { id rows(first: 100) { nodes { oauthClient { id name } } } } }';
    const { data } = await post(app.url, { query, variables: { id } }, token);
    const words = [...JSON.stringify(data).matchAll(/"(?:id|name)":"([^"]{6,})"/g)].map(
      ([, word]) => word ?? '',
    );
    expect(words.length).toBeGreaterThan(5);
    return words;
  }
});
