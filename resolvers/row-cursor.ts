/** Cursors of rows: the position of the row, bound to the execution and to the order in which it was met. */
import { orderFingerprint, type RowOrder } from '../src/domain/row-query.js';
import { fromCursor, toCursor } from './paging.js';

const REFUSAL =
  "after must be a cursor of this execution's rows, from a page with the same orderBy. Leave it out to begin at the start.";

export function toRowCursor(executionId: string, order: readonly RowOrder[], position: number): string {
  return toCursor(listOf(executionId, order), String(position));
}

/** Position of the row behind which the page begins; 0 without a cursor. */
export function fromRowCursor(
  executionId: string,
  order: readonly RowOrder[],
  cursor: string | null,
): number {
  return Number(fromCursor(listOf(executionId, order), cursor, /^[1-9]\d{0,8}$/, REFUSAL) ?? 0);
}

function listOf(executionId: string, order: readonly RowOrder[]): string {
  return [executionId, ...(order.length > 0 ? [orderFingerprint(order)] : [])].join(' ');
}
