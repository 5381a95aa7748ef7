/** What a person does on the GraphiQL page. */
import type { Locator, Page } from 'playwright-core';

/** The caller's token into the field at the top; the page then reads the schema. */
export async function giveToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Bearer token').fill(token);
  await page.getByRole('button', { name: /^(Use|Replace)$/ }).click();
  await page.getByText('Sent with every request.').waitFor();
}

/** Runs a prepared tab. */
export async function runTab(page: Page, tab: string): Promise<void> {
  await page.getByRole('button', { name: tab, exact: true }).click();
  await page.locator('.graphiql-execute-button').click();
}

/** Runs a query of the test's own in a tab of its own; where it declares `$id`, once the page has filled it in. */
export async function runText(page: Page, query: string): Promise<void> {
  await page.getByRole('button', { name: 'New tab' }).click();
  await page.locator('.graphiql-query-editor .monaco-editor').first().click();
  // On one line: the editor would close braces at the end of each.
  await page.keyboard.insertText(query.replace(/\s+/g, ' '));
  if (query.includes('$id')) await page.locator('.graphiql-editor-tool').getByText(/exe_/).first().waitFor();
  await page.locator('.graphiql-execute-button').click();
}

/** What is typed into the headers editor goes before the token field. */
export async function typeHeaders(page: Page, headers: Readonly<Record<string, string>>): Promise<void> {
  await page.getByRole('button', { name: 'Headers', exact: true }).click();
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(JSON.stringify(headers));
}

export const panelOf = (page: Page): Locator => page.getByRole('region', { name: 'Usage panel' });

/** A view of the panel, by the title of its tab. */
export async function openView(page: Page, title: string): Promise<void> {
  await panelOf(page).getByRole('tab', { name: title, exact: true }).click();
}

/** The chart once it is drawn; its label says in words what it shows. */
export async function chartOf(page: Page): Promise<Locator> {
  const chart = panelOf(page).getByRole('img').and(page.locator('.chart'));
  await chart.locator('svg path').first().waitFor({ state: 'attached' });
  return chart;
}

export async function showAs(page: Page, as: 'Chart' | 'Table'): Promise<void> {
  await panelOf(page).getByRole('button', { name: as, exact: true }).click();
}
