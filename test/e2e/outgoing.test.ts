import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { UsageOperation } from '../../src/domain/operation.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { closeClients } from '../support/clients.js';
import { type ScriptedServer, always, withScriptedServer } from '../support/scripted-server.js';
import { DEMO_CLIENT_ID, finalStatus, INTERVAL, startedId } from '../support/starts.js';
import { type AnyDoor, THREE_DOORS } from '../support/three-doors.js';

/** Everything that may ever be asked of upstream's API, each id in its place and nothing behind it. */
const ID = '[A-Za-z0-9-]{1,64}';
const ASKED = new RegExp(
  `^/api/v2/(${[
    'tokens/me',
    'users/me\\?expand=authorization',
    'usage/query',
    `usage/query/${ID}/results`,
    `oauth/clients/${ID}/usage/query`,
    `oauth/clients/${ID}/usage/summary\\?days=7`,
    `oauth/clients/${ID}/usage/query/results/${ID}`,
    'usage/simplesearch',
    `usage/simplesearch/${ID}/results\\?pageSize=1000(&after=[^&/?#]*)?`,
    `usage(/client/${ID})?/aggregates/query/jobs`,
    `usage(/client/${ID})?/aggregates/query/jobs/${ID}\\?pageSize=1000(&after=[^&/?#]*)?`,
  ].join('|')})$`,
);

let app: TestApp;
let stop: () => Promise<void>;
/** Somebody else's server: a host of an attacker's, or one that only machines inside can reach. */
let elsewhere: ScriptedServer;
beforeAll(async () => {
  app = await startAppWithSimulator();
  const started = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const running = withScriptedServer(always(200, {}), async (server) => {
    elsewhere = server;
    started.resolve();
    await over.promise;
  });
  await started.promise;
  stop = async () => {
    over.resolve();
    await running;
  };
});
afterEach(async () => {
  app.simulator.faults.clear();
  await closeClients();
});
afterAll(async () => {
  await app?.stop();
  await stop?.();
});

/** What upstream was asked while `run` ran. */
async function asked(run: () => Promise<unknown>): Promise<string[]> {
  const before = app.simulator.requests.length;
  await run();
  return app.simulator.requests.slice(before).map(({ path }) => path);
}

const PER_CLIENT = {
  queryOAuthClientUsage: `interval: "${INTERVAL}"`,
  summarizeOAuthClientUsage: '',
  aggregateOAuthClientUsage: `interval: "${INTERVAL}"`,
};
type Mutation = keyof typeof PER_CLIENT;
const MUTATIONS = Object.keys(PER_CLIENT) as Mutation[];

async function startFor(door: AnyDoor, mutation: Mutation, clientId: string, asLiteral = false) {
  const written = asLiteral ? JSON.stringify(clientId) : '$id';
  const input = `{clientId: ${written}, reuse: {maxAgeSeconds: 0}, ${PER_CLIENT[mutation]}}`;
  const fields = '{ execution { id } userErrors { code field } }';
  const query = `mutation ${asLiteral ? '' : '($id: ID!)'} { ${mutation}(input: ${input}) ${fields} }`;
  const { data, errors } = await door.ask(app.url, {
    query,
    ...(asLiteral ? {} : { variables: { id: clientId } }),
  });
  const payload = (data?.[mutation] ?? null) as {
    execution: object | null;
    userErrors: { code: string }[];
  } | null;
  return { payload, errors };
}

const evilIds = () => [
  '',
  ' ',
  '.',
  '..',
  '../../../api/v2/users',
  `${DEMO_CLIENT_ID}/../../users`,
  `${DEMO_CLIENT_ID}/`,
  `${DEMO_CLIENT_ID}?days=1`,
  `${DEMO_CLIENT_ID}#`,
  `${DEMO_CLIENT_ID};x=1`,
  `${DEMO_CLIENT_ID}\r\nHost: metadata`,
  `${DEMO_CLIENT_ID}\n`,
  `${DEMO_CLIENT_ID}\u2028`,
  `${DEMO_CLIENT_ID}\u0000`,
  '%2e%2e%2f%2e%2e',
  '%2F',
  '%0d%0aX-Evil:%201',
  '%',
  '%%32%65',
  '..%c0%af',
  '\\..\\..',
  '//169.254.169.254/latest/meta-data',
  'http://169.254.169.254/',
  '@169.254.169.254',
  ':80@evil.example',
  '[::1]',
  elsewhere.url,
  `${elsewhere.url.replace('http:', '')}/x`,
  '\u{ff0e}\u{ff0e}\u{ff0f}',
  '\ud800',
  'x'.repeat(65),
  'x'.repeat(5_000),
];

describe.each(THREE_DOORS)('an id that could change the address, sent over $name,', (door) => {
  it.each(MUTATIONS)('is refused by %s, and upstream is not asked', async (mutation) => {
    const paths = await asked(async () => {
      for (const id of evilIds()) {
        const { payload, errors } = await startFor(
          door,
          mutation,
          id,
          door.name === 'HTTP' && !id.includes('\ud800'),
        );
        if (errors) expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
        else
          expect([id, payload]).toMatchObject([
            id,
            { execution: null, userErrors: [{ code: 'INVALID_ID' }] },
          ]);
      }
    });
    expect(paths.filter((path) => !/\/(tokens|users)\/me/.test(path))).toEqual([]);
    expect(elsewhere.received).toEqual([]);
  });

  it('is refused whatever it holds, and one that is none of those stays in its place', async () => {
    const piece = fc.constantFrom(
      'a',
      '7',
      '-',
      '.',
      '..',
      '/',
      '\\',
      '%',
      '%2f',
      '%2e',
      '\r',
      '\n',
      '\t',
      '?',
      '#',
      '@',
      ':',
      ';',
      '&',
      '\u0000',
      'é',
      ' ',
    );
    const id = fc.oneof(
      fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.string({ maxLength: 70 }),
    );
    const paths = await asked(() =>
      fc.assert(
        fc.asyncProperty(id, fc.constantFrom(...MUTATIONS), async (clientId, mutation) => {
          const { payload, errors } = await startFor(door, mutation, clientId);
          expect(errors).toBeUndefined();
          if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(clientId)) {
            expect(payload).toMatchObject({ execution: null, userErrors: [{ code: 'INVALID_ID' }] });
          }
        }),
        { numRuns: 100 },
      ),
    );
    expect(paths.filter((path) => !ASKED.test(path))).toEqual([]);
  });

  it.each([
    '2026-01-01/2026-01-02\r\nX-Evil: 1',
    '2026-01-01%2F2026-01-02',
    '2026-01-01/../../users',
    '2026-01-01/2026-01-02?x=1',
    'http://169.254.169.254/',
    '//169.254.169.254/x',
  ])('as the interval %j is refused', async (interval) => {
    const query =
      'mutation ($interval: UsageInterval!) { queryOrganizationUsage(input: {interval: $interval}) { execution { id } } }';
    const paths = await asked(async () => {
      const { data, errors } = await door.ask(app.url, { query, variables: { interval } });
      expect(data ?? null).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    });
    expect(paths.filter((path) => path.includes('usage'))).toEqual([]);
  });
});

/** Links as a broken or bought upstream could send them; the cursor in them is all that counts. */
const evilLinks = () => {
  const { host, port } = new URL(elsewhere.url);
  const own = new URL(app.simulator.url);
  const tail = '/api/v2/usage/aggregates/query/jobs/x?after=abc';
  return {
    'another host': `${elsewhere.url}${tail}`,
    'another host without a scheme': `//${host}${tail}`,
    'a user that looks like our host': `http://${own.host}@${host}${tail}`,
    'a password': `http://user:password@${host}${tail}`,
    backslashes: `\\\\${host}${tail}`,
    'a slash and a backslash': `/\\${host}${tail}`,
    'another port': `http://127.0.0.1:${port}${tail}`,
    'another scheme': `ftp://${host}${tail}`,
    'a tab in the scheme': `ht\ttp://${host}${tail}`,
    'another path': `${own.origin}/api/v2/users?after=abc`,
    'a path that climbs': '/api/v2/usage/../users?after=abc',
    'a path that is encoded': '/api/v2/usage%2f..%2fusers?after=abc',
    'a cursor that is a path': '/x?after=../../../users%3Fa%3Db%26c%23',
    'a cursor with line breaks': '/x?after=a%0d%0aHost:%20evil',
    'an address inside': 'http://169.254.169.254/latest/meta-data/?after=abc',
    'an address without a cursor': 'http://169.254.169.254/latest/meta-data/',
    'no address at all': 'http://[',
  };
};

describe('a link in an answer of upstream', () => {
  const operations: UsageOperation[] = [
    'ORGANIZATION_AGGREGATES',
    'OAUTH_CLIENT_AGGREGATES',
    'ORGANIZATION_QUERY',
  ];

  it.each(operations)(
    'is never followed, wherever it leads (%s)',
    async (operation) => {
      const paths = await asked(async () => {
        const statuses: string[] = [];
        for (const link of Object.values(evilLinks())) {
          app.simulator.faults.clear();
          app.simulator.faults.inject({ kind: 'links', nextUri: link, resultsUri: link });
          statuses.push(await finalStatus(app.url, await startedId(app.url, operation)));
        }
        // Pages that can't be followed end in a failure that says so; who has none is not disturbed.
        const expected = operation === 'ORGANIZATION_QUERY' ? ['SUCCEEDED'] : ['FAILED'];
        expect([...new Set(statuses)]).toEqual(expected);
      });
      expect(paths.filter((path) => !ASKED.test(path))).toEqual([]);
      expect(elsewhere.received).toEqual([]);
    },
    60_000,
  );
});

describe('a redirect', () => {
  it.each([302, 307] as const)('(%i) is followed at no stage', async (status) => {
    const location = `${elsewhere.url}/api/v2/usage/query`;
    const token = app.simulator.tokens.issue();
    app.simulator.faults.inject({ kind: 'redirect', location, status }, { stage: 'directory', times: 1 });
    const [http] = THREE_DOORS;
    const answer = await http?.ask(app.url, { query: '{ viewer { operations } }' }, token);
    expect(answer?.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } }]);

    for (const stage of ['start', 'results'] as const) {
      app.simulator.faults.inject({ kind: 'redirect', location, status }, { stage, times: 1 });
      // Taken for an answer that is none: tried again.
      expect(await finalStatus(app.url, await startedId(app.url))).toBe('SUCCEEDED');
    }
    expect(elsewhere.received).toEqual([]);
  });
});
