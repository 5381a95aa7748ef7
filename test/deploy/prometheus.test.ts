/** The dashboard and the alerts ask for what the program shows, and the runbook explains each alert. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { describeMetrics, USED_OF_PROCESS } from '../../src/tools/reference/metrics-page.js';
import { query } from '../store/embedded/scratch.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { anchorsOf, codeBlocks, type Page, pages, ROOT } from '../support/markdown.js';
import { type Scrape, scrape, untilMetrics } from '../support/metrics.js';
import { readPromQL } from '../support/promql.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** Prometheus adds these to every series, and `up` to every target. */
const OF_PROMETHEUS = ['job', 'instance'];
const UP = 'up';

const text = (path: string) => readFile(new URL(path, ROOT), 'utf8');
const { groups } = parse(await text('deploy/prometheus/alerts.yaml')) as {
  groups: { name: string; rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(await text('deploy/grafana/usage-graphql.json')) as { panels: Panel[] };
/** Grafana writes its variables over before it asks. */
const panelQueries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({
    title,
    expr: expr.replaceAll('$__rate_interval', '5m'),
    legendFormat,
  })),
);

let app: TestApp;
let shown: Scrape;
let all: Page[];
beforeAll(async () => {
  app = await startAppWithSimulator();
  const collections = 'nodejs_gc_duration_seconds_count';
  // Which the scrapes themselves bring about.
  await untilMetrics(app.url, 'garbage', (metrics) => metrics.value(collections) !== null);
  shown = await scrape(app.url);
  all = await pages();
});
afterAll(() => app?.stop());

/** The values of each label of a metric. */
function labelsOf(metric: string): Map<string, Set<string>> | null {
  const found = new Map<string, Set<string>>();
  const samples = shown.samples.filter(({ name }) => name === metric);
  for (const { labels } of samples)
    for (const [label, value] of Object.entries(labels))
      found.set(label, (found.get(label) ?? new Set()).add(value));
  return samples.length > 0 || metric === UP ? found : null;
}

/** What is wrong with an expression; nothing, when it can find something. */
function problemsOf(expression: string): string[] {
  const { selectors, groupings } = readPromQL(expression);
  const matched = selectors.flatMap(({ metric, matchers }) => {
    const labels = labelsOf(metric);
    if (!labels) return [`there is no ${metric}`];
    return matchers.flatMap(({ label, operator, value }) => {
      if (OF_PROMETHEUS.includes(label)) return [];
      const values = labels.get(label);
      if (!values) return [`${metric} has no label ${label}`];
      const wanted = operator.includes('~') ? value.split('|') : [value];
      return wanted.filter((each) => !values.has(each)).map((each) => `${metric}: ${label} is never ${each}`);
    });
  });
  const grouped = groupings.flatMap(({ label, metrics }) =>
    metrics
      .filter((metric) => !OF_PROMETHEUS.includes(label) && !labelsOf(metric)?.has(label))
      .map((metric) => `${metric} has no label ${label} to group by`),
  );
  return [...matched, ...grouped];
}

describe('the test itself', () => {
  it.each([
    ['usage_graphql_no_such_metric', 'there is no'],
    ['sum(rate(usage_graphql_starts_total{tenant="a"}[5m]))', 'has no label tenant'],
    ['usage_graphql_starts_total{source="STOLEN"} > 1', 'is never STOLEN'],
    ['usage_graphql_starts_total{source=~"FRESH|STOLEN"}', 'is never STOLEN'],
    ['sum by (tenant) (usage_graphql_starts_total)', 'to group by'],
    ['1 + max(sum(usage_graphql_starts_total) by (job, tenant))', 'to group by'],
  ])('finds what is wrong with %s', (expression, problem) => {
    expect(problemsOf(expression)).toEqual([expect.stringContaining(problem)]);
  });

  it('takes what is no PromQL for an error', () => {
    expect(() => readPromQL('sum(rate(usage_graphql_starts_total[5m])')).toThrow('not PromQL');
  });
});

describe('alerts', () => {
  it.each(rules)('$alert asks for what is shown', ({ expr }) => {
    expect(problemsOf(expr)).toEqual([]);
  });

  it.each(rules)('$alert says how bad it is, what it means, and where to read on', (rule) => {
    expect(['critical', 'warning']).toContain(rule.labels['severity']);
    for (const name of ['summary', 'description']) expect(rule.annotations[name]?.length).toBeGreaterThan(10);
    expect(rule.annotations['runbook_url']).toBe(`docs/runbook.md#${rule.alert.toLowerCase()}`);
  });

  it('have a heading in the runbook each, in their order, and no heading is left over', () => {
    const runbook = all.find(({ path }) => path === 'docs/runbook.md');
    const headings = [...(runbook ? anchorsOf(runbook) : [])].filter((anchor) => anchor !== 'runbook');
    expect(headings).toEqual(rules.map(({ alert }) => alert.toLowerCase()));
  });

  it('pass promtool, where it is installed', async () => {
    const cwd = new URL('deploy/prometheus/', ROOT);
    const promtool = (...args: string[]) => promisify(execFile)('promtool', args, { cwd });
    const version = await promtool('--version').catch(() => null);
    if (!version) return console.info('promtool is not on the PATH: its check of the alerts was left out');
    await promtool('check', 'rules', 'alerts.yaml');
    await promtool('test', 'rules', 'alerts.test.yaml');
  });
});

describe('the dashboard', () => {
  it.each(panelQueries)('$title asks for what is shown: $expr', ({ expr, legendFormat }) => {
    expect(problemsOf(expr)).toEqual([]);
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    const { selectors } = readPromQL(expr);
    for (const label of named.filter((name) => !OF_PROMETHEUS.includes(name)))
      for (const { metric } of selectors) expect(labelsOf(metric)?.has(label)).toBe(true);
  });

  it('shows every metric of the service', async () => {
    const asked = new Set(
      panelQueries.flatMap(({ expr }) => readPromQL(expr).selectors).map((one) => one.metric),
    );
    const parts = (name: string, type: string) => (type === 'Histogram' ? `${name}_bucket` : name);
    const missing = (await describeMetrics()).filter(({ name, type }) => !asked.has(parts(name, type)));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('has no two panels in one place', () => {
    const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});

describe('docs/metrics.md', () => {
  it('describes exactly what the service shows', async () => {
    const page = all.find(({ path }) => path === 'docs/metrics.md');
    const described = [...(page?.text.matchAll(/^### `(\w+)`$/gm) ?? [])].map(([, name = '']) => name);
    const types = [...shown.text.matchAll(/^# TYPE (usage_graphql_\w+) /gm)].map(([, name = '']) => name);
    expect(described.toSorted()).toEqual(types.toSorted());
    const names = new Set([...shown.text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name));
    expect(Object.keys(USED_OF_PROCESS).filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('docs/runbook.md', () => {
  it('has only SQL that the schema understands', async () => {
    const statements = (await codeBlocks())
      .filter(({ path, language }) => path === 'docs/runbook.md' && language === 'sql')
      .map((block) => block.text);
    expect(statements.length).toBeGreaterThan(8);
    for (const statement of statements) await query(app.databaseUrl, statement);
  });
});
