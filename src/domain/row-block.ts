/** Rows by columns, as pages of whole results are kept: a column has few different values, however many rows there are. */
import type { UsageRow } from './execution.js';

export interface BlockColumn<T> {
  /** The different ones; each of them occurs. */
  readonly values: readonly T[];
  /** Of each row, from the first on: which of the values it has. */
  readonly indexes: Uint16Array;
}

/** Consecutive rows in upstream's order. Their counters are integers that JSON holds exactly. */
export interface RowBlock {
  /** Of the first one; 1 for the first row that upstream gave. */
  readonly position: number;
  readonly count: number;
  readonly columns: { readonly [K in keyof UsageRow]: BlockColumn<UsageRow[K]> };
}
