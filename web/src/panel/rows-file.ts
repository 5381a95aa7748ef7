import { isRecord, parseJson } from '../json.js';

export type RowsFormat = 'csv' | 'jsonl';

/** All rows of an execution as a file, with the token that the queries are sent with. Throws what to tell the person. */
export async function fetchRows(id: string, format: RowsFormat, headers: HeadersInit): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(`/executions/${encodeURIComponent(id)}/rows.${format}`, { headers });
  } catch {
    throw new Error('No answer from the server: nothing was exported.');
  }
  if (!response.ok) throw new Error(refusal(response.status, await response.text().catch(() => '')));
  try {
    return await response.blob();
  } catch {
    // A file that is not whole is ended by a reset.
    throw new Error('The file was cut off half way and has not been saved. Try again.');
  }
}

function refusal(status: number, body: string): string {
  const answer = parseJson(body);
  const [error] = isRecord(answer) && Array.isArray(answer.errors) ? answer.errors : [answer];
  const message = isRecord(error) && typeof error.message === 'string' ? error.message : body.slice(0, 200);
  return `The server refused the export (${status}): ${message || 'no reason given'}`;
}

export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by the next task; then the address may go.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
