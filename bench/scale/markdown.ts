/** Rows and figures as they stand in a document. */

export type Row = readonly (string | number)[];

export const number = (value: number) =>
  Number(value.toPrecision(value >= 100 ? 3 : 2)).toLocaleString('en-US', { maximumFractionDigits: 3 });
export const percent = (share: number) => `${Math.round(share * 100)} %`;
export const seconds = (ms: number) => (ms >= 1_000 ? `${number(ms / 1_000)} s` : `${number(ms)} ms`);

export function table(head: Row, rows: readonly Row[]): string {
  const line = (row: Row) => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
