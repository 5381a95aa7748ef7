/** `usage query`: starts a query, waits for it, shows its rows. */
import {
  followUsageExecution,
  runUsageQuery,
  startUsageQuery,
  type UsageDocument,
  type WaitOptions,
} from '../../client/src/index.js';
import { EXECUTION, type ExecutionData, type StartKind, startDocument, TABLE } from './documents.js';
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

/** Ends with what the document of the wait selects. */
type Run = <T extends ExecutionData>(wait: WaitOptions & Wanted<T>) => Promise<T>;

interface Wanted<T> {
  readonly result: UsageDocument<{ usageExecution: T | null }, { id: string; first: number }>;
  readonly resultVariables: { readonly first: number };
}

async function waitAndShow(server: Server, options: ShowOptions, io: CliIo, run: Run): Promise<void> {
  const { format, limit: first } = options;
  const line = startProgressLine(io.stderr, options.watch ?? false);
  const giveUpAfterMs = options.giveUpAfter * 1_000;
  const wait = { signal: io.signal, onProgress: line.show, giveUpAfterMs, resultVariables: { first } };
  if (format === 'table') {
    const execution = await run({ ...wait, result: TABLE }).finally(line.stop);
    io.stdout.write(renderTable(execution, painter(io.stdout)));
  } else {
    const execution = await run({ ...wait, result: EXECUTION }).finally(line.stop);
    await writeRows(server, execution, format, io);
  }
}
