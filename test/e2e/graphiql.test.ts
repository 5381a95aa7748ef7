import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startApp, startAppWithSimulator } from '../support/app.js';

let app: Awaited<ReturnType<typeof startApp>>;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

describe('the GraphiQL page', () => {
  it('is where the root leads', async () => {
    const response = await fetch(app.url, { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/graphiql');
  });

  it.each(['/graphiql', '/graphiql/'])('is at %s, asked for anew each time', async (path) => {
    const response = await fetch(app.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  it('lets scripts come from its own origin alone, and stand in no frame', async () => {
    const policy = (await fetch(`${app.url}/graphiql`)).headers.get('content-security-policy');
    expect(policy).toMatch(/script-src 'self';/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
  });

  it('has parts that browsers may keep', async () => {
    const page = await (await fetch(`${app.url}/graphiql`)).text();
    const script = /src="([^"]+\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? '';
    const response = await fetch(new URL(script, app.url));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toMatch(/immutable/);
    await response.text();
  });

  it.each(['/graphiql/../package.json', '/graphiql/%2e%2e/package.json', '/graphiql/assets/nothing.js'])(
    'gives nothing else away: %s',
    async (path) => {
      expect((await fetch(app.url + path)).status).toBe(404);
    },
  );

  it('is given a demo token while upstream is simulated', async () => {
    const config = await (await fetch(`${app.url}/graphiql/config.json`)).json();
    expect(config).toMatchObject({ simulated: true, demoToken: 'demo-admin', endpoint: '/graphql' });
  });

  it('is given no token for a real upstream', async () => {
    const real = await startAppWithSimulator();
    const config = await (await fetch(`${real.url}/graphiql/config.json`)).json();
    expect(config).toMatchObject({ simulated: false, demoToken: null });
    await real.stop();
  });

  it('can be off; then the root says what this is', async () => {
    const off = await startApp({ GRAPHIQL: 'off' });
    expect(await (await fetch(off.url)).json()).toMatchObject({ graphql: '/graphql' });
    expect((await fetch(`${off.url}/graphiql`)).status).toBe(404);
    await off.stop();
  });
});
