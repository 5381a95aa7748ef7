/**
 * Rows as text. CSV as RFC 4180 has it: CRLF, fields in quotes where they need them, an empty field for null. Since a
 * spreadsheet takes a text that begins like a formula for one, and texts come from outside, such a text gets an
 * apostrophe in front; numbers are left alone. JSON Lines keeps every text as it is.
 */
import type { UsageRow } from '../../domain/execution.js';
import type { ExportFormat } from '../../domain/export.js';

export interface ExportEncoding {
  readonly contentType: string;
  /** What stands before the first row. */
  readonly head: string;
  encode(rows: readonly UsageRow[]): string;
}

const TEXTS = [
  'date',
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

const END_OF_LINE = '\r\n';
const STARTS_LIKE_A_FORMULA = /^[=+\-@\t\r\n]/;
const NEEDS_QUOTES = /[",\r\n]/;

export const EXPORT_ENCODINGS: Readonly<Record<ExportFormat, ExportEncoding>> = {
  CSV: {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: `${[...TEXTS, ...COUNTERS].join(',')}${END_OF_LINE}`,
    encode: (rows) => rows.map(toCsvLine).join(''),
  },
  JSONL: {
    contentType: 'application/jsonl; charset=utf-8',
    head: '',
    encode: (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  },
};

function toCsvLine(row: UsageRow): string {
  let line = '';
  for (const column of TEXTS) line += `${toCsvField(row[column])},`;
  for (const column of COUNTERS) line += `${row[column] ?? ''},`;
  return line.slice(0, -1) + END_OF_LINE;
}

function toCsvField(text: string | null): string {
  if (text === null) return '';
  const harmless = STARTS_LIKE_A_FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
