/** `usage show`, `list`, `cancel`, `export`: what can be done with executions that are there. */
import { UsageQueryError } from '../../client/src/index.js';
import { CANCEL, EXECUTION, type ExecutionData, EXECUTIONS } from './documents.js';
import { CliError, EXIT } from './exit-code.js';
import type { CliIo } from './io.js';
import { type ShowOptions, watch } from './query-command.js';
import { type RowsFormat, writeRows } from './rows-output.js';
import { connect, type Server, type ServerOptions } from './server.js';
import { renderExecution, renderExecutions } from './table.js';
import { painter } from './text.js';

export interface ListOptions extends ServerOptions {
  readonly limit: number;
  readonly status?: readonly string[];
  readonly format: 'table' | 'json';
}

export interface ExportOptions extends ServerOptions {
  readonly format: RowsFormat;
}

/** The rows when it has succeeded; before that, its state, or with `--watch` the rows as soon as they are there. */
export async function show(id: string, options: ShowOptions, io: CliIo): Promise<void> {
  const server = await connect(options, io);
  const execution = await find(server, id);
  if (execution.status === 'SUCCEEDED' || options.watch) return watch(id, server, options, io);
  const facts =
    options.format === 'table' ? renderExecution(execution, painter(io.stdout)) : toJson(execution);
  io.stdout.write(facts);
  if (execution.done) throw new CliError(`${id} ended as ${execution.status}.`, EXIT.failed);
}

export async function list(options: ListOptions, io: CliIo): Promise<void> {
  const server = await connect(options, io);
  const filter = options.status ? { status: options.status } : {};
  const { usageExecutions } = await server.ask(EXECUTIONS, { first: options.limit, filter });
  const { nodes } = usageExecutions;
  io.stdout.write(options.format === 'json' ? toJson(nodes) : renderExecutions(nodes, painter(io.stdout)));
}

export async function cancel(id: string, options: ServerOptions, io: CliIo): Promise<void> {
  const server = await connect(options, io);
  const { cancelUsageExecution } = await server.ask(CANCEL, { input: { id } });
  const { execution, userErrors } = cancelUsageExecution;
  const [first] = userErrors;
  if (first) {
    throw new UsageQueryError(first.message, {
      kind: 'refused',
      code: first.code,
      retryable: false,
      userErrors,
    });
  }
  const rest = execution?.upstreamMayStillRun
    ? ' Genesys Cloud, which has no cancel, may still work on it.'
    : '';
  io.stdout.write(`Canceled ${id}.${rest}\n`);
}

export async function exportRows(id: string, options: ExportOptions, io: CliIo): Promise<void> {
  const server = await connect(options, io);
  await writeRows(server, await find(server, id), options.format, io);
}

async function find(server: Server, id: string): Promise<ExecutionData> {
  const { usageExecution } = await server.ask(EXECUTION, { id });
  if (usageExecution) return usageExecution;
  throw new CliError(
    `NOT_FOUND: there is no execution ${id} for this caller: unknown, foreign, or expired.`,
    EXIT.notFound,
  );
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
