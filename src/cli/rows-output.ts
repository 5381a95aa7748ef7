/** All rows, streamed from the server's export to standard output in constant memory. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { ExecutionData } from './documents.js';
import { CliError, EXIT } from './exit-code.js';
import type { CliIo } from './io.js';
import type { Server } from './server.js';

export type RowsFormat = 'csv' | 'jsonl' | 'json';

/** `json` is one object: the execution, and its rows as a list. */
export async function writeRows(
  server: Server,
  execution: ExecutionData,
  format: RowsFormat,
  io: CliIo,
): Promise<void> {
  const file = format === 'csv' ? 'rows.csv' : 'rows.jsonl';
  const body = await server.download(`/executions/${encodeURIComponent(execution.id)}/${file}`);
  const bytes = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  const source = format === 'json' ? Readable.from(toJson(execution, bytes)) : bytes;
  try {
    // The stream is the process's: it stays open.
    await pipeline(source, io.stdout, { end: false, signal: io.signal });
  } catch (error) {
    // Whoever reads has enough.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    if (io.signal.aborted) throw error;
    throw new CliError('The connection broke: the rows above are not all of them.', EXIT.unavailable);
  }
}

async function* toJson(execution: ExecutionData, lines: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  yield `{"execution":${JSON.stringify(execution)},"rows":[`;
  const decoder = new TextDecoder();
  let rest = '';
  let separator = '\n';
  for await (const bytes of lines) {
    const whole = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = whole.pop() ?? '';
    if (whole.length === 0) continue;
    yield separator + whole.join(',\n');
    separator = ',\n';
  }
  if (rest !== '') yield separator + rest;
  yield '\n]}\n';
}
