import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/app.js';
import { NO_CHROMIUM, type WatchedPage, chromiumPath, openPage } from '../support/browser.js';

if (chromiumPath === null) console.warn(`GraphiQL page not tested: ${NO_CHROMIUM}.`);
/** Now and then the simulated upstream takes half a minute, as the real one might. */
const SLOWEST_QUERY = { timeout: 60_000 };
const describeWithBrowser = chromiumPath === null ? describe.skip : describe;

describeWithBrowser('GraphiQL page', () => {
  let app: Awaited<ReturnType<typeof startApp>>;
  let opened: WatchedPage;

  beforeAll(async () => {
    app = await startApp();
    opened = await openPage(new URL('/graphiql', app.url).href);
  });
  afterAll(async () => {
    await opened?.close();
    await app?.stop();
  });

  it('says that the data is simulated', async () => {
    await opened.page.getByText('Simulated data.').waitFor();
  });

  it('carries the started execution over to the subscription and to its rows', async () => {
    await run('Step1_Start');
    // Monaco has only the lines in its document that are in view.
    await opened.page.getByRole('button', { name: 'Response only' }).click();
    const started = await responseWith(/"id": "([^"]+)"/);

    await run('Step2_Wait');
    await opened.page.getByLabel('Events of the subscription').getByText('completed').waitFor(SLOWEST_QUERY);
    const [, finishedId] = await responseWith(/"id": "([^"]+)"[^]*"status": "SUCCEEDED"/);
    expect(finishedId).toBe(started[1]);

    await run('Step3_RowsAndTotals');
    const [, rowCount] = await responseWith(/"rowCount": (\d+)/);
    expect(Number(rowCount)).toBeGreaterThan(0);
    await responseWith(/"byDay": \[\s*\{\s*"key": \[\s*\{\s*"dimension": "DATE"/);
    await opened.page.screenshot({ path: 'artifacts/graphiql.png' });

    await run('Step4_GroupByClient');
    await responseWith(/"clients": \[\s*\{\s*"key": \[\s*\{\s*"dimension": "OAUTH_CLIENT"/);
  }, 90_000);

  it.each([
    ['RecentExecutions', /"status": "SUCCEEDED"/],
    ['Aggregates', /"execution": \{\s*"id": "[^]*"granularity": "WEEK"/],
  ])('runs the prepared tab %s', async (tab, expected) => {
    await run(tab);
    await responseWith(expected);
  });

  it('keeps no token in the browser’s storage', async () => {
    await storedTabsHold(/Step1_Start/);
    expect(await keysHolding(/bearer|demo-admin/i)).toEqual([]);
  });

  it('begins a visit weeks later with fresh prepared tabs, behind them the visitor’s own', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.locator('.graphiql-query-editor .monaco-editor').first().click();
    await page.keyboard.insertText('query Mine { __typename }');
    await storedTabsHold(/Mine/);
    const aged = /\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d/g;
    await page.evaluate(`for (const [key, value] of Object.entries(localStorage))
      localStorage.setItem(key, value.replace(${aged}, '2020-01-06/2020-02-02'));`);

    await page.reload();
    await page.getByText('mutation Step1_Start').waitFor();
    expect(await page.locator('.graphiql-tab-button').allInnerTexts()).toEqual([
      'Step1_Start',
      'Step2_Wait',
      'Step3_RowsAndTotals',
      'Step4_GroupByClient',
      'Step5_WhoWasThrottled',
      'Step6_StartTwoWeeks',
      'Step7_CompareWeeks',
      'Step8_Export',
      'RecentExecutions',
      'Aggregates',
      'Mine',
    ]);
    expect(await page.locator('.graphiql-query-editor .view-lines').innerText()).not.toContain('2020-');
  });

  it('asks no other origin for anything and logs no error', () => {
    expect(opened.foreignRequests).toEqual([]);
    expect(opened.errors).toEqual([]);
  });

  async function run(tab: string): Promise<void> {
    await opened.page.getByRole('button', { name: tab, exact: true }).click();
    await opened.page.locator('.graphiql-execute-button').click();
  }

  /** The keys of localStorage whose value matches. */
  async function keysHolding(pattern: RegExp): Promise<string[]> {
    const { origins } = await opened.page.context().storageState();
    return origins
      .flatMap((origin) => origin.localStorage)
      .filter(({ value }) => pattern.test(value))
      .map(({ name }) => name);
  }

  async function storedTabsHold(pattern: RegExp): Promise<void> {
    while (!(await keysHolding(pattern)).includes('graphiql:tabState')) await opened.page.waitForTimeout(50);
  }

  /** Waits until the response pane matches; a GraphQL error fails at once instead of after the deadline. */
  async function responseWith(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const shown = await responseText();
      const match = pattern.exec(shown);
      if (match) return match;
      if (shown.includes('"errors":') || Date.now() > deadline)
        throw new Error(`${pattern} not in: ${shown}`);
      await opened.page.waitForTimeout(50);
    }
  }

  /** What is in view; the editor writes its spaces as U+00A0. */
  async function responseText(): Promise<string> {
    const text = await opened.page.locator('.result-window .view-lines').innerText();
    return text.replaceAll('\u00a0', ' ');
  }
});
