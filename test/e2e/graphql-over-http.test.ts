/**
 * The audit suite of `graphql-http` against the HTTP door. Two headers go with each request that the suite does not know
 * of: the token, and the one that a query over GET needs against cross-site requests.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization } from '../support/clients.js';

/** What the suite recommends (SHOULD) and we do not do. docs/http.md tells clients the same. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  '572B': 'A syntax error is 400, whatever the client accepts: proxies, logs and alerts go by the status.',
  FDE2: 'An operation that does not fit the schema is 400, for the same reason.',
  '7B9B': 'Variables that can not be read are 400, for the same reason.',
};

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterAll(() => app?.stop());

const audits = serverAudits({
  url: () => `${app.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, {
      ...init,
      headers: {
        ...(init.headers as Record<string, string>),
        ...authorization('demo-admin'),
        'apollo-require-preflight': '1',
      },
    }),
});

describe('GraphQL over HTTP', () => {
  it('is held to all 61 audits', () => {
    expect(audits).toHaveLength(61);
    expect(Object.keys(DEVIATIONS).length).toBeLessThanOrEqual(3);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s %s',
    async (id, _name, audit) => {
      const result = await audit.fn();

      if (id in DEVIATIONS) expect(result.status).toBe('warn');
      else expect(result).toMatchObject({ status: 'ok' });
    },
  );
});
