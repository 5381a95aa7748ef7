/**
 * A block of rows as a text: JSON of, for each column, its different values and a code for each row. A code is no
 * character where the column has one value, one where it has few, else two; none of them is escaped by JSON.
 */
import type { UsageRow } from '../domain/execution.js';
import type { BlockColumn, RowBlock } from '../domain/row-block.js';

/** A full page: read from the start on, each is one block of some 20 KB. Smaller ones repeat more values. */
export const ROWS_PER_BLOCK = 1_000;

const TEXTS = [
  'oauthClientId',
  'oauthClientName',
  'organizationId',
  'userId',
  'userName',
  'platform',
  'httpMethod',
  'templateUri',
] as const satisfies readonly (keyof UsageRow)[];
const COUNTERS = [
  'requests',
  'status200',
  'status300',
  'status400',
  'status429',
  'status500',
] as const satisfies readonly (keyof UsageRow)[];
/** In this order in the text, which is kept: only ever appended to. */
const COLUMNS = ['date', ...TEXTS, ...COUNTERS] as const satisfies readonly (keyof UsageRow)[];

/** From `0` to `[`; the next one is the backslash. Two digits are enough for a block. */
const RADIX = 44;
const FIRST = 48;

type Value = string | number | null;

/** Null when the database would give a value back in another way than it is here. */
export function toBlockText(rows: readonly UsageRow[]): string | null {
  if (!rows.every(isPlain)) return null;
  return JSON.stringify(COLUMNS.map((column) => toColumn(rows.map((row) => row[column]))));
}

function isPlain(row: UsageRow): boolean {
  return (
    (row.date === null || /^\d{4}-\d\d-\d\d$/.test(row.date)) &&
    COUNTERS.every((counter) => row[counter] === null || Number.isSafeInteger(row[counter]))
  );
}

function toColumn(all: readonly Value[]): readonly [values: readonly Value[], codes: string] {
  const indexes = new Map<Value, number>();
  for (const value of all) if (!indexes.has(value)) indexes.set(value, indexes.size);
  const width = widthOf(indexes.size);
  const codes = width === 0 ? '' : all.map((value) => toCode(indexes.get(value)!, width)).join('');
  return [[...indexes.keys()], codes];
}

function widthOf(values: number): 0 | 1 | 2 {
  if (values <= 1) return 0;
  return values <= RADIX ? 1 : 2;
}

function toCode(index: number, width: 1 | 2): string {
  const low = FIRST + (index % RADIX);
  return width === 1 ? String.fromCharCode(low) : String.fromCharCode(FIRST + Math.floor(index / RADIX), low);
}

/** The rows `from` (0: the first) to `to`, without it, of a block whose first row is at a position. */
export function parseBlock(text: string, position: number, from: number, to: number): RowBlock {
  const parsed = JSON.parse(text) as readonly (readonly [Value[], string])[];
  const columns = Object.fromEntries(
    COLUMNS.map((column, i) => [column, cut(parsed[i]![0], parsed[i]![1], from, to)]),
  );
  return { position: position + from, count: to - from, columns: columns as unknown as RowBlock['columns'] };
}

/** Values that only other rows of the block have are left out. */
function cut(all: readonly Value[], codes: string, from: number, to: number): BlockColumn<Value> {
  const indexes = new Uint16Array(to - from);
  const width = widthOf(all.length);
  if (width === 0) return { values: all, indexes };
  const values: Value[] = [];
  const found = new Int16Array(all.length).fill(-1);
  for (let row = from; row < to; row += 1) {
    const index =
      width === 1
        ? codes.charCodeAt(row) - FIRST
        : twoDigits(codes.charCodeAt(row * 2), codes.charCodeAt(row * 2 + 1));
    if (found[index]! < 0) found[index] = values.push(all[index]!) - 1;
    indexes[row - from] = found[index]!;
  }
  return { values, indexes };
}

function twoDigits(high: number, low: number): number {
  return (high - FIRST) * RADIX + low - FIRST;
}
