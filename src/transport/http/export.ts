/**
 * A finished execution as a file. Rows go from the store to the socket piece by piece, no faster than the client takes
 * them, so that a file of any size costs the same memory. An answer that fails half way is cut off with a reset, which
 * no client and no proxy takes for the end of a file.
 */
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Caller } from '../../domain/caller.js';
import type { Execution, UsageRow } from '../../domain/execution.js';
import { EXPORT_FORMATS, exportFileName, type ExportFormat, exportPath } from '../../domain/export.js';
import type { Logger } from '../../lib/logger.js';
import type { ExportService } from '../../services/export-service.js';
import { acceptsGzip } from './accept-encoding.js';
import { EXPORT_ENCODINGS, type ExportEncoding } from './export-encoding.js';
import { HTTP_STATUS } from '../graphql-errors.js';
import type { Admission } from '../admission/admission.js';
import { sendError } from './refusals.js';
import type { RequestScope } from '../request-scope.js';
import { untilClosed } from './until-closed.js';

export interface ExportOptions {
  readonly exports: ExportService;
  readonly scope: RequestScope;
  readonly admission: Admission;
  readonly log: Logger;
}

type ExportRequest = FastifyRequest<{ Params: { id: string } }>;

const STATUS: typeof HTTP_STATUS = { ...HTTP_STATUS, NOT_FOUND: 404, NOT_SUCCEEDED: 409 };
/** Three fifths of the work of zlib's default level, for files a tenth larger: rows resemble each other so much. */
const GZIP_LEVEL = 1;

/** Adds `GET` and `HEAD /executions/{id}/rows.csv` and `rows.jsonl`. */
export function addExport(fastify: FastifyInstance, options: ExportOptions): void {
  for (const format of EXPORT_FORMATS) {
    fastify.route({
      method: ['GET', 'HEAD'],
      url: exportPath(':id', format),
      handler: (request: ExportRequest, reply) => answer(options, format, request, reply),
    });
  }
}

async function answer(
  options: ExportOptions,
  format: ExportFormat,
  request: ExportRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { exports, admission, log } = options;
  const left = untilClosed(reply.raw);
  try {
    const caller = await admission.request(request.headers.authorization, request.raw);
    const execution = await exports.find(caller, request.params.id);
    const gzip = acceptsGzip(request.headers['accept-encoding']);
    const headers = headersOf(execution, format, gzip, [reply.getHeader('vary') ?? []].flat().map(String));
    if (request.method === 'HEAD') return await reply.headers(headers).send();
    const rows = exports.rows(caller, execution, left);
    // Read before the answer begins, so that what fails at once is told by a status.
    const first = await rows.next();
    reply.hijack();
    for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...headers }))
      if (value !== undefined) reply.raw.setHeader(name, value);
    const sending = { options, caller, executionId: execution.id, response: reply.raw, gzip };
    await send(sending, textOf(EXPORT_ENCODINGS[format], first, rows));
  } catch (error) {
    if (reply.sent || left.aborted) {
      reply.raw.destroy();
      return reply.hijack();
    }
    await sendError(reply, error, log, STATUS);
  }
  return reply;
}

function headersOf(
  execution: Execution,
  format: ExportFormat,
  gzip: boolean,
  vary: readonly string[],
): Record<string, string> {
  return {
    'content-type': EXPORT_ENCODINGS[format].contentType,
    'content-disposition': `attachment; filename="${exportFileName(execution, format)}"`,
    // May be kept by the client alone, and shown again only after we were asked whether it still may be seen.
    'cache-control': 'private, no-cache',
    vary: [...vary, 'accept-encoding'].join(', '),
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  };
}

async function* textOf(
  encoding: ExportEncoding,
  first: IteratorResult<readonly UsageRow[], void>,
  rest: AsyncIterable<readonly UsageRow[]>,
): AsyncGenerator<string, void, undefined> {
  yield encoding.head + (first.done ? '' : encoding.encode(first.value));
  for await (const rows of rest) yield encoding.encode(rows);
}

interface Sending {
  readonly options: ExportOptions;
  readonly caller: Caller;
  readonly executionId: string;
  readonly response: ServerResponse;
  readonly gzip: boolean;
}

/** Never rejects: by then the answer has begun, and only the connection can tell of a failure. */
async function send(
  { options, caller, executionId, response, gzip }: Sending,
  text: AsyncGenerator<string>,
): Promise<void> {
  const { scope, log } = options;
  const authorization = scope.watch(caller);
  authorization.onEnd(() => reset(response));
  const source = resetOnFailure(text, response, (err) =>
    log.warn({ err, executionId }, 'an export was cut off'),
  );
  try {
    await (gzip ? pipeline(source, createGzip({ level: GZIP_LEVEL }), response) : pipeline(source, response));
  } catch {
    // The client has left, or was cut off.
  } finally {
    authorization.release();
  }
}

async function* resetOnFailure(
  text: AsyncGenerator<string>,
  response: ServerResponse,
  tell: (error: unknown) => void,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* text;
  } catch (error) {
    if (!response.destroyed) tell(error);
    reset(response);
    throw error;
  }
}

/** A mere close would be the regular end of an HTTP/1.0 answer, which is what many a proxy asks us for. */
function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
