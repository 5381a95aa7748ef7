import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type BuiltPage, buildReactPage } from '../examples/support/react-page.js';
import { type PushBlocker, startPushBlocker } from '../examples/support/push-blocker.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { chromiumPath, NO_CHROMIUM, openPage, type WatchedPage } from '../support/browser.js';
import { type Proxy, startProxy } from '../support/proxy.js';

if (chromiumPath === null) console.warn(`React example not tested: ${NO_CHROMIUM}.`);
const describeWithBrowser = chromiumPath === null ? describe.skip : describe;

/** A browser, a build and the silence of a blocked push, on a machine that is busy. */
const TIMEOUT_MS = 90_000;
const PATIENTLY = { timeout: 60_000 };

describeWithBrowser('the React example', () => {
  let app: TestApp;
  let built: BuiltPage;
  let opened: WatchedPage;
  const open: { stop(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    [app, built] = await Promise.all([startAppWithSimulator(), buildReactPage()]);
  }, TIMEOUT_MS);
  beforeEach(() => {
    app.simulator.faults.clear();
  });
  afterEach(async () => {
    await opened?.close();
    for (const one of open.splice(0).toReversed()) await one.stop();
  });
  afterAll(async () => {
    await built?.remove();
    await app?.stop();
  });

  /** The page in a browser; what it asks goes through `server`. */
  async function show(server: string): Promise<void> {
    const served = await built.serve(server);
    open.push(served);
    opened = await openPage(served.url);
  }

  async function start(days: number, token = 'demo-admin'): Promise<void> {
    const { page } = opened;
    await page.getByText(`${days} days`).click();
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Show usage' }).click();
  }

  const status = (text: string) => opened.page.getByRole('status').getByText(text, { exact: true });
  const alert = (text: string | RegExp) => opened.page.getByRole('alert').getByText(text);

  it(
    'starts a query, shows that it runs, and draws what it has brought',
    async () => {
      const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
      await show(app.url);
      const { page } = opened;
      await start(28);
      await status('RUNNING').waitFor();
      await page.getByText('live').waitFor();
      await page.screenshot({ path: 'artifacts/react-example-running.png' });
      running.remove();

      await status('SUCCEEDED').waitFor(PATIENTLY);
      expect(await page.getByRole('img', { name: /^Requests a day: [\d,]+ on 28 days$/ }).isVisible()).toBe(
        true,
      );
      expect(
        await page
          .getByRole('img', { name: /^What went wrong: / })
          .locator('.bar')
          .count(),
      ).toBe(28);
      expect(
        await page
          .getByRole('listitem')
          .filter({ hasText: /% throttled/ })
          .count(),
      ).toBe(8);
      await page.screenshot({ path: 'artifacts/react-example.png', fullPage: true });
      expect(opened.foreignRequests).toEqual([]);
      expect(opened.errors).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'can be read on a phone and in the dark, and needs no scrolling sideways',
    async () => {
      await show(app.url);
      const { page } = opened;
      await page.setViewportSize({ width: 390, height: 844 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await start(28);
      await status('SUCCEEDED').waitFor(PATIENTLY);
      await page.getByRole('img', { name: /^What went wrong: / }).waitFor();
      await page.screenshot({ path: 'artifacts/react-example-phone.png', fullPage: true });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(16, 20, 27)');
    },
    TIMEOUT_MS,
  );

  it(
    'says that the network is gone, and draws what has ended meanwhile when it is back',
    async () => {
      const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
      const proxy: Proxy = await startProxy(app.url);
      open.push(proxy);
      await show(proxy.url);
      await start(7);
      await status('RUNNING').waitFor(PATIENTLY);
      await proxy.cut();
      await alert('The connection is lost').waitFor();
      running.remove();
      await proxy.mend();
      await status('SUCCEEDED').waitFor(PATIENTLY);
      await opened.page.getByRole('img', { name: /^Requests a day: / }).waitFor();
      expect(await opened.page.getByRole('alert').count()).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'polls where nothing can be pushed, and says so',
    async () => {
      const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
      const blocker: PushBlocker = await startPushBlocker(app.url);
      open.push(blocker);
      await show(blocker.url);
      await start(90);
      await opened.page.getByText('polling').waitFor(PATIENTLY);
      expect(blocker.refused()).toBeGreaterThan(0);
      running.remove();
      await status('SUCCEEDED').waitFor(PATIENTLY);
    },
    TIMEOUT_MS,
  );

  it(
    'says that a token is refused, before and while a query runs, and goes on with another one',
    async () => {
      const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
      const token = app.simulator.tokens.issue({ organization: 'other' });
      await show(app.url);
      await start(7, 'nobody');
      await alert('UNAUTHENTICATED').waitFor();
      await start(7, token);
      await status('RUNNING').waitFor(PATIENTLY);
      expect(await opened.page.getByRole('alert').count()).toBe(0);
      app.simulator.tokens.revoke(token);
      // By the closed socket or, when it has been silent for so long that the page asks by itself, by the answer.
      await alert(/refused|UNAUTHENTICATED/).waitFor(PATIENTLY);
      await opened.page.getByLabel('Token').fill('demo-other-org');
      running.remove();
      await status('SUCCEEDED').waitFor(PATIENTLY);
    },
    TIMEOUT_MS,
  );
});
