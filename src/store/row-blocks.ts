/**
 * The rows of a result in blocks, beside the table of single rows: written in the same transaction, gone with the
 * execution. A page in upstream's order is read from here at a tenth of the cost; every other question is for the rows.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

import { type RawBuilder, sql } from 'kysely';

import type { UsageRow } from '../domain/execution.js';
import { toUuid } from '../domain/execution-id.js';
import type { RowBlock } from '../domain/row-block.js';
import { parseBlock, ROWS_PER_BLOCK, toBlockText } from './block-text.js';
import type { Db } from './database.js';

/** Appends the blocks of rows that stand behind position `offset`. */
export async function insertBlocks(
  db: Db,
  uuid: string,
  offset: number,
  rows: readonly UsageRow[],
): Promise<void> {
  const positions: number[] = [];
  const counts: number[] = [];
  const texts: string[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_BLOCK) {
    // A block takes a few milliseconds.
    if (start > 0) await nextTurn();
    const block = rows.slice(start, start + ROWS_PER_BLOCK);
    const text = toBlockText(block);
    // Whoever misses it reads the rows.
    if (text === null) continue;
    positions.push(offset + start + 1);
    counts.push(block.length);
    texts.push(text);
  }
  if (texts.length === 0) return;
  await sql`
    INSERT INTO row_blocks (execution_id, position, row_count, columns)
    SELECT ${uuid}, b.* FROM unnest(${positions}::integer[], ${counts}::integer[], ${texts}::text[]) AS b`.execute(
    db,
  );
}

/** Deletes the blocks that reach behind position `from`. */
export function blocksBehind(uuid: string, from: number): RawBuilder<unknown> {
  return sql`DELETE FROM row_blocks WHERE execution_id = ${uuid} AND position + row_count > ${from}::integer + 1`;
}

interface StoredBlock {
  readonly position: number;
  readonly row_count: number;
  readonly columns: string;
}

/** The `count` rows behind position `after`; null when not all of them stand in blocks. */
export async function readBlocks(
  db: Db,
  executionId: string,
  after: number,
  count: number,
): Promise<readonly RowBlock[] | null> {
  // No block has more rows, so none that begins sooner reaches as far.
  const { rows } = await sql<StoredBlock>`
    SELECT position, row_count, columns FROM row_blocks
    WHERE execution_id = ${toUuid(executionId)}::uuid
      AND position > ${after - ROWS_PER_BLOCK}::integer AND position <= ${after + count}::integer
      AND position + row_count > ${after}::integer + 1
    ORDER BY position`.execute(db);
  const blocks: RowBlock[] = [];
  let next = after + 1;
  for (const { position, row_count: length, columns } of rows) {
    if (position > next) return null;
    const to = Math.min(length, after + count + 1 - position);
    blocks.push(parseBlock(columns, position, next - position, to));
    next = position + to;
  }
  return next === after + count + 1 ? blocks : null;
}
