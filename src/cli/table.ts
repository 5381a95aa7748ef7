/** Results as tables: what was grouped by and asked for, a column each. */
import Table from 'cli-table3';

import type { ExecutionData, RowData, TableData } from './documents.js';
import { toOption } from './options.js';
import { count, harmless, share } from './text.js';

export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string;

interface Column {
  readonly head: string;
  readonly cell: (row: RowData) => string | number | null;
}

const DIMENSION_COLUMNS: Readonly<Record<string, Column>> = {
  DATE: { head: 'date', cell: (row) => row.date },
  OAUTH_CLIENT: { head: 'client', cell: (row) => row.oauthClient?.name ?? row.oauthClient?.id ?? null },
  ORGANIZATION: { head: 'organization', cell: (row) => row.organizationId },
  USER: { head: 'user', cell: (row) => row.user?.name ?? row.user?.id ?? null },
  TEMPLATE_URI: { head: 'endpoint', cell: (row) => row.templateUri },
  HTTP_METHOD: { head: 'method', cell: (row) => row.httpMethod },
  PLATFORM: { head: 'platform', cell: (row) => row.platform },
};

const METRIC_COLUMNS: Readonly<Record<string, Column>> = {
  REQUESTS: { head: 'requests', cell: (row) => row.requests },
  STATUS_200: { head: '2xx', cell: (row) => row.status200 },
  STATUS_300: { head: '3xx', cell: (row) => row.status300 },
  STATUS_400: { head: '4xx', cell: (row) => row.status400 },
  STATUS_429: { head: '429', cell: (row) => row.status429 },
  STATUS_500: { head: '5xx', cell: (row) => row.status500 },
};

/** The first rows, and a line about all of them. */
export function renderTable(execution: TableData, paint: Paint): string {
  const { request, rows, totals } = execution;
  const dimensions = [...new Set([...(request.granularity === null ? [] : ['DATE']), ...request.groupBy])];
  const columns = [
    ...dimensions.flatMap((name) => DIMENSION_COLUMNS[name] ?? []),
    ...request.metrics.flatMap((name) => METRIC_COLUMNS[name] ?? []),
  ];
  const lines = rows.nodes.map((row) => columns.map(({ cell }) => cell(row)));
  const table = layOut(
    columns.map(({ head }) => head),
    lines,
    dimensions.length,
    paint,
  );
  const shown =
    rows.nodes.length < totals.rowCount
      ? `${count(rows.nodes.length)} of ${count(totals.rowCount)} rows`
      : rowsOf(totals.rowCount);
  const facts = [
    shown,
    ...(totals.requests === null ? [] : [`${count(totals.requests)} requests`]),
    ...(totals.errorRate === null ? [] : [`${share(totals.errorRate)} errors`]),
    ...(totals.throttledRate === null ? [] : [`${share(totals.throttledRate)} throttled`]),
    ...(execution.truncated ? ['truncated: upstream has more'] : []),
  ];
  return `${lines.length === 0 ? '' : `${table}\n`}${paint('dim', facts.join(' · '))}\n`;
}

/** One execution a line, newest first. */
export function renderExecutions(executions: readonly ExecutionData[], paint: Paint): string {
  const lines = executions.map((one) => [
    one.id,
    one.status,
    toOption(one.operation),
    one.request.interval ?? `last ${one.request.days ?? 0} days`,
    one.createdAt,
    one.error?.code ?? null,
  ]);
  if (lines.length === 0) return `${paint('dim', 'no executions')}\n`;
  return `${layOut(['id', 'status', 'operation', 'interval', 'created', 'error'], lines, 6, paint)}\n`;
}

/** What is known of one. */
export function renderExecution(execution: ExecutionData, paint: Paint): string {
  const { request, error } = execution;
  const facts: readonly (readonly [string, string | number | null])[] = [
    ['id', execution.id],
    ['status', execution.status],
    ['operation', toOption(execution.operation)],
    ['interval', request.interval ?? `last ${request.days ?? 0} days`],
    ['client', request.clientId],
    ['created', execution.createdAt],
    ['finished', execution.finishedAt],
    ['expires', execution.expiresAt],
    ['polls', execution.pollCount],
    ['error', error === null ? null : `${error.code}: ${error.message}`],
  ];
  const known = facts.filter(([, value]) => value !== null);
  return known
    .map(([name, value]) => `${paint('bold', name.padEnd(10))} ${harmless(String(value))}\n`)
    .join('');
}

function rowsOf(rows: number): string {
  return rows === 1 ? '1 row' : `${count(rows)} rows`;
}

/** Without borders, so that a line can be searched and cut; numbers to the right. */
function layOut(
  head: readonly string[],
  lines: readonly (readonly (string | number | null)[])[],
  textColumns: number,
  paint: Paint,
): string {
  const table = new Table({
    head: head.map((text) => paint('bold', text)),
    chars: NO_BORDERS,
    colAligns: head.map((_text, index) => (index < textColumns ? 'left' : 'right')),
    // Its own colours would come through pipes, too.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const line of lines) table.push(line.map(toCell));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function toCell(value: string | number | null): string {
  if (value === null) return '-';
  return typeof value === 'number' ? count(value) : harmless(value.replace(/\s/g, ' '));
}

const BORDERS = ['top', 'bottom', 'left', 'mid', 'right'].flatMap((side) => [side, `${side}-mid`]);
const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right', 'middle'];
const NO_BORDERS = Object.fromEntries([...BORDERS, ...CORNERS].map((name) => [name, '']));
