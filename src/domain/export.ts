/** A finished execution as a file: where it is to be had, and what it is called. */
import type { Execution } from './execution.js';

export const EXPORT_FORMATS = ['CSV', 'JSONL'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const EXTENSIONS = { CSV: 'csv', JSONL: 'jsonl' } as const satisfies Record<ExportFormat, string>;

/** The path of the file on every node; `id` is the execution's. */
export function exportPath(id: string, format: ExportFormat): string {
  return `/executions/${id}/rows.${EXTENSIONS[format]}`;
}

/** Tells what is inside, such as `usage-organization-query-2026-03-01_2026-03-07-exe_….csv`; letters that every system takes. */
export function exportFileName({ id, operation, request }: Execution, format: ExportFormat): string {
  const kind = operation.toLowerCase().replaceAll('_', '-');
  const range = request.interval?.replace('/', '_') ?? `last-${request.days}-days`;
  return `usage-${kind}-${range}-${id}.${EXTENSIONS[format]}`;
}
