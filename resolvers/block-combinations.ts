import type { UsageRow } from '../src/domain/execution.js';
import type { RowBlock } from '../src/domain/row-block.js';

export interface Combinations {
  /** What the columns have together; each combination occurs, and none twice. */
  readonly rows: readonly Partial<UsageRow>[];
  /** Of each row of the block: which of them it has. */
  readonly indexes: Uint16Array;
}

/** One column, or a few that belong together. */
export function combinations(block: RowBlock, [first, ...others]: readonly (keyof UsageRow)[]): Combinations {
  if (!first) throw new Error('there is no combination of no columns');
  const { values, indexes } = block.columns[first];
  const start: Combinations = {
    rows: values.map((value): Partial<UsageRow> => ({ [first]: value })),
    indexes,
  };
  return others.reduce((found, column) => withColumn(found, block, column), start);
}

function withColumn(found: Combinations, block: RowBlock, column: keyof UsageRow): Combinations {
  const { values, indexes: own } = block.columns[column];
  if (values.length === 1) {
    return { ...found, rows: found.rows.map((row) => ({ ...row, [column]: values[0] })) };
  }
  const rows: Partial<UsageRow>[] = [];
  const seen = new Map<number, number>();
  const indexes = found.indexes.map((before, i) => {
    const pair = before * values.length + own[i]!;
    const known = seen.get(pair);
    if (known !== undefined) return known;
    const index = rows.push({ ...found.rows[before], [column]: values[own[i]!] }) - 1;
    seen.set(pair, index);
    return index;
  });
  return { rows, indexes };
}
