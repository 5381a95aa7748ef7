/** `usage query`: starts a query, waits for it, shows its rows. */
import { followUsageExecution, runUsageQuery, startUsageQuery } from '../../client/src/index.js';
import { type StartKind, startDocument, TABLE, type TableData } from './documents.js';
import type { CliIo } from './io.js';
import { startProgressLine } from './progress-line.js';
import { type RowsFormat, writeRows } from './rows-output.js';
import { connect, type Server, type ServerOptions } from './server.js';
import { renderTable } from './table.js';
import { painter } from './text.js';

export interface ShowOptions extends ServerOptions {
  readonly watch?: boolean;
  readonly format: 'table' | RowsFormat;
  readonly limit: number;
  readonly giveUpAfter: number;
}

export interface QueryOptions extends ShowOptions {
  readonly interval: string;
  readonly granularity?: string;
  readonly groupBy?: readonly string[];
  readonly metric?: readonly string[];
  readonly client?: readonly string[];
  readonly aggregates?: boolean;
  readonly fresh?: boolean;
  readonly detach?: boolean;
}

export async function query(options: QueryOptions, io: CliIo): Promise<void> {
  const server = await connect(options, io);
  const { kind, input } = toStart(options);
  const document = startDocument(kind);
  if (options.detach) {
    const { id } = await startUsageQuery(server.client, document, { input }, { signal: io.signal });
    io.stdout.write(`${id}\n`);
    return;
  }
  await waitAndShow(server, options, io, (wait) =>
    runUsageQuery(server.client, document, { input }, { ...wait, cancelOnAbort: true }),
  );
}

/** Waits for an execution that somebody has started; leaving does not end it. */
export async function watch(id: string, server: Server, options: ShowOptions, io: CliIo): Promise<void> {
  await waitAndShow(server, options, io, (wait) => followUsageExecution(server.client, id, wait));
}

/** The operation that fits the clients that are asked for: all, one, or some of them. */
export function toStart(options: QueryOptions): { readonly kind: StartKind; readonly input: object } {
  const { interval, granularity, groupBy, metric: metrics, client: clients = [] } = options;
  const reuse = options.fresh ? { reuse: { maxAgeSeconds: 0 } } : {};
  const input = { interval, granularity, groupBy, metrics, ...reuse };
  const [clientId] = clients;
  // Only the newer generation narrows the whole organization to some clients.
  if (clients.length > 1)
    return { kind: 'organizationAggregates', input: { ...input, oauthClientIds: clients } };
  if (clientId !== undefined)
    return { kind: options.aggregates ? 'clientAggregates' : 'client', input: { ...input, clientId } };
  return { kind: options.aggregates ? 'organizationAggregates' : 'organization', input };
}

type Wait = ReturnType<typeof waitOptions>;

function waitOptions(options: ShowOptions, io: CliIo, show: ReturnType<typeof startProgressLine>['show']) {
  const resultVariables = { first: options.format === 'table' ? options.limit : 1 };
  const giveUpAfterMs = options.giveUpAfter * 1_000;
  return { signal: io.signal, onProgress: show, result: TABLE, resultVariables, giveUpAfterMs };
}

async function waitAndShow(
  server: Server,
  options: ShowOptions,
  io: CliIo,
  run: (wait: Wait) => Promise<TableData>,
): Promise<void> {
  const line = startProgressLine(io.stderr, options.watch ?? false);
  const execution = await run(waitOptions(options, io, line.show)).finally(line.stop);
  if (options.format === 'table') io.stdout.write(renderTable(execution, painter(io.stdout)));
  else {
    const { totals: _totals, rows: _rows, ...facts } = execution;
    await writeRows(server, facts, options.format, io);
  }
}
