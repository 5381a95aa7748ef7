/**
 * The checks that graphql-cop, a common auditor of GraphQL services, makes, against the application as production runs
 * it. Each title says what would be a finding.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';

import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, post } from '../support/clients.js';

let app: TestApp;
beforeAll(async () => {
  app = await startAppWithSimulator({ env: { NODE_ENV: 'production' } });
});
afterAll(() => app?.stop());

const PATHS = ['/graphql', '/graphql/stream'];
const headers = authorization('demo-admin');
const get = (path: string, query: string) =>
  fetch(`${app.url}${path}?query=${encodeURIComponent(query)}`, { headers });

async function refused(query: string): Promise<string> {
  const { status, data, errors } = await post(app.url, { query });
  expect(status).toBe(400);
  expect(data ?? null).toBeNull();
  return JSON.stringify(errors);
}

describe('an auditor finds', () => {
  it('no introspection', async () => {
    const { data } = await post(app.url, { query: getIntrospectionQuery() });
    expect(data ?? null).toBeNull();
    await refused('query cop { __schema { queryType { name } } }');
  });

  it.each(['/', '/graphiql', '/playground', '/console', '/graphql'])(
    'no page to explore from at %s',
    async (path) => {
      const response = await fetch(app.url + path, { headers: { ...headers, accept: 'text/html' } });
      expect(await response.text()).not.toMatch(/<html|<script/i);
    },
  );

  it('no suggestions of fields', async () => {
    for (const query of [
      'query cop { __schema { directive } }',
      '{ viewr { operations } }',
      '{ viewer { operation } }',
    ]) {
      const { errors } = await post(app.url, { query });
      expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
    }
  });

  it.each(PATHS)('no mutation by GET at %s', async (path) => {
    const response = await get(path, 'mutation cop { __typename }');
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain('"data"');
  });

  it.each(PATHS)('no query by a GET that any page can send, at %s', async (path) => {
    const response = await get(path, 'query cop { __typename }');
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain('"data"');
  });

  it.each(PATHS)('no query by a form that any page can send, at %s', async (path) => {
    const response = await fetch(app.url + path, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ query: 'query cop { __typename }' }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).not.toContain('"data"');
  });

  it('no batches of operations', async () => {
    const { status, errors } = await post(
      app.url,
      Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' })),
    );
    expect(status).toBe(400);
    expect(errors).toHaveLength(1);
  });

  it('no trace of how it was answered', async () => {
    const response = await post(app.url, { query: 'query cop { __typename }' });
    expect(response).not.toHaveProperty('extensions');
  });

  it('no answer to 101 aliases', () =>
    refused(`query cop { ${Array.from({ length: 101 }, (_, i) => `alias${i}: __typename`).join(' ')} }`));

  it('no answer to a field 500 times', () => refused(`query cop { ${'__typename '.repeat(500)} }`));

  it('no ten errors for ten directives', async () => {
    const errors = await refused('query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }');
    expect(JSON.parse(errors)).toHaveLength(1);
  });

  it('no answer to introspection in circles', async () => {
    const query =
      'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }';
    const { data } = await post(app.url, { query });
    expect(data ?? null).toBeNull();
  });

  it('no exception that shows itself', async () => {
    for (const query of ['qwerty cop { abc }', 'query { __typename', '\u0000', '{ a(b: "\\ud800") }']) {
      const { errors, status } = await post(app.url, { query });
      expect(status).toBe(400);
      expect(JSON.stringify(errors)).not.toMatch(/exception|stacktrace|node_modules|\.js/i);
    }
  });

  it('no fragments in circles that keep it busy', () =>
    refused('query cop { ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }'));
});
