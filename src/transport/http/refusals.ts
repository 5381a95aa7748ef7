/**
 * Requests that never become an operation: no such path, no such method, a body or a header too many. Fastify and
 * `node:http` have answers of their own for them; here they get the one shape that all our errors have.
 */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { RequestError } from '../../domain/error-codes.js';
import { errorCode } from '../../lib/file-error.js';
import type { Logger } from '../../lib/logger.js';
import { formatGraphQLError, HTTP_STATUS } from '../graphql-errors.js';
import { inPlainWords } from '../plain-words.js';
import { BARE_SECURITY_HEADERS } from './bare-headers.js';

/** Thrown where a request is refused before anything of it was done; the message is for the client. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';
  constructor(
    readonly statusCode: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

const MAX_MESSAGE_LENGTH = 200;
const PLACES =
  'GraphQL is at POST /graphql, event streams at /graphql/stream, exports at GET /executions/{id}/rows.csv or rows.jsonl.';
const NO_STORE = { 'cache-control': 'no-store' };

/** Answers a failure before an operation began, by its status, in the shape of all errors. */
export async function sendError(
  reply: FastifyReply,
  error: unknown,
  log: Logger,
  statuses: typeof HTTP_STATUS = HTTP_STATUS,
): Promise<void> {
  const known = error instanceof RequestError ? error : null;
  if (known?.retryAfterSeconds) void reply.header('retry-after', String(known.retryAfterSeconds));
  await reply
    .code(known ? (statuses[known.code] ?? 500) : 500)
    .headers(NO_STORE)
    .send({ errors: [formatGraphQLError(error, log, reply.request.id)] });
}

/** Everything that Fastify would answer in its own words. */
export function addRefusals(fastify: FastifyInstance, log: Logger): void {
  fastify.setErrorHandler(async (error, _request, reply) => refuse(error, reply, log));
  fastify.setNotFoundHandler(async (request, reply) =>
    send(reply, 404, `There is nothing at ${request.method} ${pathOf(request)}. ${PLACES}`),
  );
}

/** For paths that exist: every method but those given is refused with 405, as HTTP has it. */
export function addOtherMethods(fastify: FastifyInstance, url: string, allowed: readonly string[]): void {
  const method = ['DELETE', 'PATCH', 'PUT'].filter((other) => !allowed.includes(other));
  const allow = allowed.join(', ');
  fastify.route({
    method,
    url,
    // Before the body is read.
    onRequest: async (request, reply) =>
      send(
        reply.header('allow', allow),
        405,
        `${request.method} is not taken here. Use ${allowed.join(' or ')}.`,
      ),
    handler: async () => {},
  });
}

/** For what Fastify refuses before it has a route: an address that can't be decoded, a parameter too long. */
export async function refuse(error: unknown, reply: FastifyReply, log: Logger): Promise<void> {
  const status = statusOf(error);
  if (status >= 500 || !(error instanceof Error)) return sendError(reply, error, log);
  if (error instanceof RefusedRequestError) void reply.headers(error.headers);
  // What is left of a body that is too large would have to be read to keep the connection.
  if (status === 413) void reply.header('connection', 'close');
  // Fastify puts the address into some of its messages, however long it is.
  return send(reply, status, inPlainWords(error.message).slice(0, MAX_MESSAGE_LENGTH));
}

/** For what `node:http` refuses: it never becomes a request, and there is only the socket to answer on. */
export function refuseConnection(error: Error, socket: Duplex): void {
  if (!socket.writable || errorCode(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = CLIENT_ERRORS[errorCode(error) ?? ''] ?? [400, 'This is not an HTTP request.'];
  socket.end(bareAnswer(status, message));
  // What the client goes on sending is not read; without an end it could hold the connection by that.
  socket.destroySoon?.();
}

declare module 'node:stream' {
  interface Duplex {
    /** Of `net.Socket`: destroyed as soon as everything is written. */
    destroySoon?(): void;
  }
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large: 16 kB at most.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};

/** A whole answer, for a socket without a request or an upgrade that is refused. The connection ends with it. */
export function bareAnswer(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const body = JSON.stringify(bodyOf(status, message));
  const all = {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': randomUUID(),
    ...BARE_SECURITY_HEADERS,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

async function send(reply: FastifyReply, status: number, message: string): Promise<void> {
  await reply.code(status).headers(NO_STORE).send(bodyOf(status, message));
}

function bodyOf(status: number, message: string) {
  const codes: Readonly<Record<number, string>> = {
    403: 'FORBIDDEN',
    404: 'NOT_FOUND',
    429: 'RATE_LIMITED',
  };
  return { errors: [{ message, extensions: { code: codes[status] ?? 'BAD_REQUEST' } }] };
}

function statusOf(error: unknown): number {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500;
  return typeof status === 'number' ? status : 500;
}

function pathOf({ url }: FastifyRequest): string {
  // Shown back: short, and without what may be a secret.
  return (url.split('?', 1)[0] ?? '').slice(0, 100);
}
