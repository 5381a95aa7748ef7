import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { type TestApp, startAppWithSimulator } from '../support/app.js';
import { NO_CHROMIUM, type WatchedPage, chromiumPath, openPage } from '../support/browser.js';
import {
  chartOf,
  giveToken,
  openView,
  panelOf,
  runTab,
  runText,
  showAs,
  typeHeaders,
} from '../support/graphiql-page.js';
import { until } from '../support/until.js';

if (chromiumPath === null) console.warn(`Usage panel not tested: ${NO_CHROMIUM}.`);
const describeWithBrowser = chromiumPath === null ? describe.skip : describe;

describeWithBrowser('the usage panel of the GraphiQL page', () => {
  let app: TestApp;
  let opened: WatchedPage;

  beforeAll(async () => {
    app = await startAppWithSimulator();
    opened = await openPage(`${app.url}/graphiql`);
    await opened.page.setViewportSize({ width: 1280, height: 800 });
    await giveToken(opened.page, 'demo-admin');
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await app?.stop();
  });
  afterEach(() => app?.simulator.faults.clear());

  it('moves a running execution with its subscription, tells each state once, and ends with the chart', async () => {
    const { page } = opened;
    const panel = panelOf(page);
    const running = app.simulator.faults.inject({ kind: 'job-status', queryStatus: 'Running' });
    await runTab(page, 'Step1_Start');
    await panel.getByRole('list', { name: 'Progress' }).waitFor();
    await runTab(page, 'Step2_Wait');
    await panel.getByRole('status').getByText('Execution: Running.').waitFor({ state: 'attached' });
    const elapsed = panel.locator('dt', { hasText: 'Elapsed' }).locator('+ dd');
    const first = await elapsed.innerText();
    await panel.locator('dt', { hasText: 'Polls' }).locator('+ dd', { hasText: /[1-9]/ }).waitFor();
    await elapsed.filter({ hasNotText: first }).waitFor();
    await panel.locator('dt', { hasText: 'Next poll' }).waitFor();
    await page.screenshot({ path: 'artifacts/panel-running.png' });

    running.remove();
    await panel.getByRole('tab', { name: 'Over time', selected: true }).waitFor();
    expect(await (await chartOf(page)).getAttribute('aria-label')).toMatch(
      /Succeeded [\d,]+ .*Throttled [\d,]+/,
    );
    expect(await panel.getByRole('status').first().textContent()).toContain('Execution: Succeeded.');
  });

  it('says why an execution waits', async () => {
    const { page } = opened;
    app.simulator.faults.inject({ kind: 'status', status: 503 }, { stage: 'results' });
    await runText(
      page,
      `mutation Fresh { queryOrganizationUsage(input: { interval: "2026-09-01/2026-09-07", reuse: { maxAgeSeconds: 0 } }) {
        execution { id } } }`,
    );
    await page.locator('.result-window').getByText('exe_').waitFor();
    await runText(
      page,
      'subscription Watch($id: ID!) { watched: usageExecutionUpdated(id: $id) { state: status wait: delay { reason message upstreamStatus } } }',
    );
    await panelOf(page).getByText('It waits: Upstream failing').waitFor();
    await panelOf(page).getByText('upstream status 503').waitFor();
    await page.screenshot({ path: 'artifacts/panel-delay.png' });
    await page.locator('.graphiql-execute-button').click(); // stops the subscription
  });

  it('draws an execution over time, and has its rows in a table that sorts', async () => {
    const { page } = opened;
    await runTab(page, 'Step1_Start');
    await panelOf(page).getByText('Succeeded', { exact: true }).first().waitFor();
    await runTab(page, 'Step3_RowsAndTotals');
    await openView(page, 'Rows');
    await showAs(page, 'Table');
    const table = panelOf(page).getByRole('table');
    await table.getByRole('button', { name: 'Throttled (429)' }).click();
    expect(await table.getByRole('columnheader', { name: /^Throttled/ }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    const throttled = await columnNumbers(6);
    expect(throttled).toHaveLength(1_000);
    expect(throttled).toEqual([...throttled].sort((a, b) => b - a));
    expect(throttled[0]).toBeGreaterThan(0);
    await panelOf(page)
      .getByText(/^1,000 of 1,\d\d\d rows/)
      .waitFor();
    await table.getByRole('button', { name: 'Throttled (429)' }).click();
    expect((await columnNumbers(6))[0]).toBe(0);
    // The table scrolls; the page stays as it is.
    expect(await page.evaluate('document.documentElement.scrollHeight <= window.innerHeight')).toBe(true);
    await showAs(page, 'Chart');
    await openView(page, 'Over time');
    await chartOf(page);
  });

  it('draws clients as bars, and who was throttled by what was asked for', async () => {
    const { page } = opened;
    await runTab(page, 'Step3_RowsAndTotals');
    await openView(page, 'Execution');
    await runTab(page, 'Step4_GroupByClient');
    // What was chosen in one tab is not kept in another.
    await panelOf(page).getByRole('tab', { name: 'By OAuth client', selected: true }).waitFor();
    await (await chartOf(page)).getByText('Salesforce CTI Adapter').waitFor();
    await runTab(page, 'Step5_WhoWasThrottled');
    const throttled = panelOf(page).getByRole('button', { name: /^Throttled/ });
    const rest = panelOf(page).getByRole('button', { name: /^Other requests/ });
    await throttled.and(page.locator('[aria-pressed=true]')).waitFor();
    expect(await rest.getAttribute('aria-pressed')).toBe('false');
    await rest.click();
    expect(await rest.getAttribute('aria-pressed')).toBe('true');
    expect(await (await chartOf(page)).getAttribute('aria-label')).toContain('Other requests');
  });

  it('draws the difference between two weeks, whose ids nobody has copied', async () => {
    const { page } = opened;
    await runTab(page, 'Step6_StartTwoWeeks');
    await panelOf(page).getByRole('tab', { name: 'Execution · current' }).waitFor();
    await runTab(page, 'Step7_CompareWeeks');
    await panelOf(page).getByRole('tab', { name: 'Comparison', selected: true }).waitFor();
    expect(await (await chartOf(page)).getAttribute('aria-label')).toMatch(
      /^Comparison\. Requests: \d+ more, \d+ fewer/,
    );
    await panelOf(page).getByRole('button', { name: 'Throttled', exact: true }).click();
    await page.getByRole('img', { name: /^Comparison\. Throttled \(429\): / }).waitFor();
    await showAs(page, 'Table');
    await panelOf(page).getByRole('columnheader', { name: 'Difference' }).waitFor();
    await showAs(page, 'Chart');
  });

  it('looks right with nothing, with one value, and with a response that holds neither', async () => {
    const { page } = opened;
    const rows = (filter: string) =>
      `query One($id: ID!) { e: usageExecution(id: $id) { r: rows(filter: ${filter}, first: 1) { n: nodes { d: date c: requests } } } }`;
    await runText(page, rows('{ httpMethods: [] }'));
    await panelOf(page).getByText('Nothing here.').waitFor();
    await page.screenshot({ path: 'artifacts/panel-empty.png' });
    await runText(page, rows('{}'));
    expect(await (await chartOf(page)).getAttribute('aria-label')).toMatch(
      /^Rows: .* Requests [\d,]+\. Highest/,
    );
    await page.screenshot({ path: 'artifacts/panel-one-value.png' });
    await runText(page, 'query Who { viewer { organization { name } } }');
    await panelOf(page).getByText('Nothing to draw in this response.').waitFor();
  });

  it('is used with the keyboard alone', async () => {
    const { page } = opened;
    await runTab(page, 'Step3_RowsAndTotals');
    await openView(page, 'Over time');
    await page.keyboard.press('ArrowRight');
    await panelOf(page)
      .getByRole('tab', { name: 'Rows', selected: true })
      .and(page.locator(':focus'))
      .waitFor();
    await page.keyboard.press('Home');
    await panelOf(page).getByRole('tab', { name: 'Execution', selected: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await panelOf(page).getByRole('button', { name: 'JSON Lines' }).waitFor();
    await page.keyboard.press('Escape');
    await panelOf(page)
      .getByRole('button', { name: 'Export', expanded: false })
      .and(page.locator(':focus'))
      .waitFor();
  });

  it.each(['csv', 'jsonl'] as const)(
    'saves all rows as %s, byte for byte what the server gives',
    async (format) => {
      const { page } = opened;
      await runTab(page, 'Step8_Export');
      const saved = await save(format === 'csv' ? 'CSV' : 'JSON Lines');
      const [id] = /exe_[0-9a-f]{32}/.exec(saved.name) ?? [];
      const answer = await fetch(`${app.url}/executions/${id}/rows.${format}`, {
        headers: { authorization: 'Bearer demo-admin' },
      });
      expect(saved.content.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
      expect(saved.content.length).toBeGreaterThan(10_000);
    },
  );

  it('saves the chart as SVG and as PNG, with a title and a legend', async () => {
    const { page } = opened;
    await runTab(page, 'Step3_RowsAndTotals');
    await openView(page, 'Over time');
    await chartOf(page);
    const svg = (await save('SVG')).content.toString();
    for (const text of ['<svg ', '>Usage · Over time<', '>Throttled<']) expect(svg.includes(text)).toBe(true);
    const png = (await save('PNG')).content;
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2_000, 1_000]);
  });

  it('says what the server said when an export is refused, and goes on', async () => {
    const { page } = opened;
    await runTab(page, 'Step8_Export');
    await panelOf(page).getByRole('list', { name: 'Progress' }).waitFor();
    await typeHeaders(page, { Authorization: 'Bearer demo-other-org' });
    await panelOf(page).getByRole('button', { name: 'Export' }).click();
    await panelOf(page).getByRole('button', { name: 'CSV' }).click();
    await panelOf(page).getByRole('alert').getByText('The server refused the export (404)').waitFor();
    await page.screenshot({ path: 'artifacts/panel-refused.png' });
    expect(opened.errors.splice(0).join('\n')).toMatch(/^404 .*rows.csv\n.*404.*$/);
    await typeHeaders(page, {});
    await save('CSV');
  });

  it('keeps tokens, of the field and of the headers editor, in memory only', async () => {
    const { page } = opened;
    await typeHeaders(page, { Authorization: 'Bearer typed-by-hand' });
    await runText(page, 'query Typed { __typename }');
    await until('the tab to be stored', () =>
      page.evaluate(`localStorage.getItem('graphiql:tabState')?.includes('__typename')`),
    );
    const kept = await page.evaluate(`(async () => JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state,
      await indexedDB.databases(), await caches.keys()]))()`);
    expect(kept).toContain('graphiql:tabState');
    expect(kept).not.toMatch(/demo-admin|typed-by-hand|bearer/i);
    await page.reload();
    await page.getByText('Nothing is sent before there is a token.').waitFor();
  });

  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)(
    'fits %d pixels in %s, and is photographed',
    async (width, colorScheme) => {
      const { page } = opened;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.reload();
      await giveToken(page, 'demo-admin');
      for (const [tab, name] of PHOTOGRAPHED) {
        await runTab(page, tab);
        await panelOf(page).getByRole('tab', { selected: true }).waitFor();
        if (name === 'state') continue;
        await chartOf(page);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        const path = `artifacts/panel-${name}-${width}-${colorScheme}.png`;
        await page.screenshot({ path, fullPage: width < 760, animations: 'disabled' });
      }
    },
    60_000,
  );

  it('asks no other origin for anything and logs no error', () => {
    expect(opened.foreignRequests).toEqual([]);
    expect(opened.errors).toEqual([]);
  });

  /** The cells of a column as numbers, from the top. */
  async function columnNumbers(column: number): Promise<number[]> {
    const cells = panelOf(opened.page).locator(`tbody td:nth-child(${column + 1})`);
    return (await cells.allInnerTexts()).map((text) => Number(text.replaceAll(',', '')));
  }

  async function save(what: string): Promise<{ name: string; content: Buffer }> {
    const { page } = opened;
    await panelOf(page).getByRole('button', { name: 'Export', exact: true }).click();
    const download = page.waitForEvent('download');
    await panelOf(page).getByRole('button', { name: what, exact: true }).click();
    const file = await download;
    return { name: file.suggestedFilename(), content: await readFile(await file.path()) };
  }
});

const PHOTOGRAPHED = [
  ['Step1_Start', 'state'],
  ['Step3_RowsAndTotals', 'over-time'],
  ['Step4_GroupByClient', 'clients'],
  ['Step6_StartTwoWeeks', 'state'],
  ['Step7_CompareWeeks', 'comparison'],
] as const;
