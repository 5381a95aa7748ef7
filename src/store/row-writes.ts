/** The rows of results on their way into the table, in the text format of PostgreSQL's COPY. */
import { setImmediate as nextTurn } from 'node:timers/promises';

import { sql } from 'kysely';

import type { UsageRow } from '../domain/execution.js';
import { CopyData } from './copy.js';
import type { Db } from './database.js';
import { blocksBehind, insertBlocks } from './row-blocks.js';
import type { RowColumn } from './usage-columns.js';

/** About 1 MB a statement: few round trips, and little that waits in memory for the server. */
const ROWS_PER_STATEMENT = 5_000;
/** Turned into text before the event loop gets its turn: a millisecond or two. */
const ROWS_PER_TURN = 500;

/** In the order of the statement's columns. */
const TEXTS = {
  date: 'date',
  oauth_client_id: 'oauthClientId',
  oauth_client_name: 'oauthClientName',
  organization_id: 'organizationId',
  user_id: 'userId',
  user_name: 'userName',
  platform: 'platform',
  http_method: 'httpMethod',
  template_uri: 'templateUri',
} as const satisfies Partial<Record<RowColumn, keyof UsageRow>>;
const NUMBERS = {
  requests: 'requests',
  status_200: 'status200',
  status_300: 'status300',
  status_400: 'status400',
  status_429: 'status429',
  status_500: 'status500',
} as const satisfies Partial<Record<RowColumn, keyof UsageRow>>;
const TEXT_KEYS = Object.values(TEXTS);
const NUMBER_KEYS = Object.values(NUMBERS);
const COLUMNS = ['execution_id', 'position', ...Object.keys(TEXTS), ...Object.keys(NUMBERS)];

const NULL = '\\N';
const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Appends rows behind position `offset`, inside a transaction that has locked their execution: nothing else asks for it. */
export async function insertRows(
  tx: Db,
  uuid: string,
  offset: number,
  rows: readonly UsageRow[],
): Promise<void> {
  const columns = sql.join(COLUMNS.map((column) => sql.ref(column)));
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const part = rows.slice(start, start + ROWS_PER_STATEMENT);
    const data = await toCopyData(uuid, offset + start, part);
    // The parameter stands in a comment: it is what the statement reads.
    await sql`COPY usage_rows (${columns}) FROM STDIN -- ${data}`.execute(tx);
    await insertBlocks(tx, uuid, offset + start, part);
  }
}

/** All of them, or those behind position `from`. */
export async function deleteRows(db: Db, uuid: string, from = 0): Promise<void> {
  await sql`
    WITH blocks AS (${blocksBehind(uuid, from)})
    DELETE FROM usage_rows WHERE execution_id = ${uuid} AND position > ${from}`.execute(db);
}

async function toCopyData(uuid: string, offset: number, rows: readonly UsageRow[]): Promise<CopyData> {
  const chunks: Buffer[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_TURN) {
    if (start > 0) await nextTurn();
    let lines = '';
    const end = Math.min(rows.length, start + ROWS_PER_TURN);
    for (let i = start; i < end; i += 1) lines += lineOf(uuid, offset + i + 1, rows[i]!);
    chunks.push(Buffer.from(lines));
  }
  return new CopyData(chunks);
}

function lineOf(uuid: string, position: number, row: UsageRow): string {
  let line = `${uuid}\t${position}`;
  for (const key of TEXT_KEYS) line += `\t${textOf(row[key])}`;
  for (const key of NUMBER_KEYS) line += `\t${row[key] ?? NULL}`;
  return `${line}\n`;
}

function textOf(value: string | null): string {
  if (value === null) return NULL;
  return SPECIAL.test(value) ? value.replaceAll(/[\\\t\n\r]/g, (special) => ESCAPES[special]!) : value;
}
