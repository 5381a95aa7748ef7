/** Tables of what was found, and how they sort. */
import { COUNTER_NAMES, type Counter, type Counters } from './counters.js';
import { type ExecutionFacts, elapsedMs } from './execution.js';
import {
  formatDuration,
  formatInstant,
  formatNumber,
  formatShare,
  formatSigned,
  formatSignedShare,
} from './format.js';
import {
  type ComparisonRecord,
  DIMENSION_NAMES,
  type Label,
  type UsageRecord,
  labelText,
  presentCounters,
} from './records.js';

export interface Column {
  readonly header: string;
  readonly numeric: boolean;
}

/** Shown as `text`, sorted by `value`. Null: not known, always last. */
export interface Cell {
  readonly text: string;
  readonly value: string | number | null;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Order {
  readonly column: number;
  readonly descending: boolean;
}

/** Equals stay in their order. Names are sorted as people do: `b` before `C`, `2` before `10`. */
export function sortRows(table: Table, order: Order | null): readonly (readonly Cell[])[] {
  if (order === null) return table.rows;
  const sign = order.descending ? -1 : 1;
  return [...table.rows].sort((a, b) => {
    const [left, right] = [a[order.column]?.value ?? null, b[order.column]?.value ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

const collator = new Intl.Collator('en', { numeric: true });

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));

/** The next order when a header is pressed: numbers from the largest, the rest from the first. */
export function nextOrder(order: Order | null, column: number, numeric: boolean): Order {
  return order?.column === column
    ? { column, descending: !order.descending }
    : { column, descending: numeric };
}

export function recordsTable(records: readonly UsageRecord[]): Table {
  const counters = presentCounters(records.map((record) => record.counters));
  const rates = RATES.filter(({ key }) => records.some((record) => record[key] !== null));
  return {
    columns: [
      ...labelColumns(records),
      ...counters.map((counter) => numeric(COUNTER_NAMES[counter])),
      ...rates.map(({ header }) => numeric(header)),
    ],
    rows: records.map((record) => [
      ...record.labels.map(labelCell),
      ...counterCells(counters, record.counters),
      ...rates.map(({ key }) => cell(record[key], formatShare)),
    ]),
  };
}

const RATES = [
  { key: 'share', header: 'Share' },
  { key: 'errorRate', header: 'Error rate' },
  { key: 'throttledRate', header: 'Throttled rate' },
] as const;

export function comparisonTable(records: readonly ComparisonRecord[], counter: Counter): Table {
  return {
    columns: [...labelColumns(records), ...['Before', 'After', 'Difference', 'Change'].map(numeric)],
    rows: records.map((record) => {
      const before = record.baseline?.[counter] ?? null;
      const difference = record.difference[counter];
      return [
        ...record.labels.map(labelCell),
        cell(before, formatNumber),
        cell(record.current?.[counter] ?? null, formatNumber),
        cell(difference, formatSigned),
        cell(before && difference !== null ? difference / before : null, formatSignedShare),
      ];
    }),
  };
}

export function executionsTable(executions: readonly ExecutionFacts[], now: number): Table {
  const columns: [Column, (execution: ExecutionFacts) => Cell][] = [
    [text('Status'), ({ status }) => cell(status, words)],
    [text('Operation'), ({ operation }) => cell(operation, words)],
    [text('Started'), ({ createdAt }) => cell(createdAt, formatInstant)],
    [numeric('Took'), (execution) => cell(elapsedMs(execution, now), formatDuration)],
    [numeric('Polls'), ({ pollCount }) => cell(pollCount, formatNumber)],
    [numeric('Requests'), ({ totals }) => cell(totals?.counters.requests ?? null, formatNumber)],
    [text('Error'), ({ error }) => cell(error?.code ?? null, words)],
    [text('Id'), ({ id }) => cell(id, (value) => value)],
  ];
  const known = columns.filter(([, toCell]) => executions.some((one) => toCell(one).value !== null));
  return {
    columns: known.map(([column]) => column),
    rows: executions.map((execution) => known.map(([, toCell]) => toCell(execution))),
  };
}

/** `TIMED_OUT` as `Timed out`. */
export function words(constant: string): string {
  const lower = constant.toLowerCase().replaceAll('_', ' ').replace('oauth', 'OAuth');
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

function labelColumns(records: readonly { readonly labels: readonly Label[] }[]): Column[] {
  return (records[0]?.labels ?? []).map(({ dimension }) => text(DIMENSION_NAMES[dimension]));
}

function labelCell(label: Label): Cell {
  const known = label.name !== null || label.value !== null;
  return { text: known ? labelText(label) : '–', value: known ? labelText(label) : null };
}

const counterCells = (counters: readonly Counter[], values: Counters): Cell[] =>
  counters.map((counter) => cell(values[counter], formatNumber));

function cell<T extends string | number>(value: T | null, format: (value: T) => string): Cell {
  return { text: value === null ? '–' : format(value), value };
}

const numeric = (header: string): Column => ({ header, numeric: true });
const text = (header: string): Column => ({ header, numeric: false });
