import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '../lib/logger.js';
import type { Answer } from './answer.js';
import { ApiError, notFound, toErrorBody } from './api-error.js';
import { deliver, pause } from './delivery.js';
import type { FaultBoard, MetFaults } from './faults.js';
import type { RateLimit } from './rate-limit.js';
import { parseJson, readBody } from './request-reader.js';
import type { RequestLog } from './request-log.js';
import { createRouter, type Exchange, type Route, type RouteMatch } from './routes.js';
import type { Tokens } from './tokens.js';

export interface ServerParts {
  routes: readonly Route[];
  tokens: Tokens;
  rateLimit: RateLimit;
  faults: FaultBoard;
  requestLog: RequestLog;
  log: Logger;
}

/** Stands for a request target that is no path (`*`, `//`): no route fits it. */
const NOWHERE = new URL('http://simulator/');

/** The HTTP server, not yet listening. */
export function createApiServer(parts: ServerParts): Server {
  const match = createRouter(parts.routes);
  return createServer((request, response) => {
    const url = URL.parse(`http://simulator${request.url}`) ?? NOWHERE;
    const found = match(request.method ?? '', url.pathname);
    respond(parts, found, url, request, response).catch((error: unknown) => {
      const level = response.destroyed ? 'debug' : 'error'; // a client that leaves is its own business
      parts.log[level](
        { err: error, path: url.pathname },
        'simulated upstream: the answer did not get through',
      );
      response.destroy();
    });
  });
}

async function respond(
  parts: ServerParts,
  found: RouteMatch | undefined,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? '';
  const path = url.pathname + url.search;
  const correlationId = randomUUID();
  const record = parts.requestLog.open(method, path, parts.tokens.labelOf(request.headers.authorization));
  response.once('close', () => {
    if (!response.writableFinished) record.abandoned = true;
  });
  const { stage, operation } = found?.route ?? {};
  const faults = parts.faults.meet({ stage, operation, path, method });
  if (faults.reset?.when === 'before') return reset(request);
  const exchange = toExchange(found?.params ?? {}, url, request, faults);
  const answer = await answerOrError(parts, found, exchange, correlationId);
  request.resume(); // a body that nobody has read would keep the connection from its next request
  if (faults.reset?.when === 'after') return reset(request);
  if (faults.delay) await pause(faults.delay.ms, response);
  response.setHeader('ININ-Correlation-Id', correlationId);
  record.status = faults.html ? 200 : answer.status;
  parts.log.debug({ ...record, correlationId }, 'simulated upstream: request');
  await deliver(answer, response, faults);
}

/** An abrupt RST instead of an orderly end: what a crashed proxy or a dropped connection looks like. */
function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

function toExchange(
  params: Record<string, string>,
  url: URL,
  request: IncomingMessage,
  faults: MetFaults,
): Exchange {
  return {
    params,
    query: url.searchParams,
    authorization: request.headers.authorization,
    faults,
    readJson: async () => parseJson(await readBody(request, 'application/json')),
    readForm: async () => new URLSearchParams(await readBody(request, 'application/x-www-form-urlencoded')),
  };
}

async function answerOrError(
  parts: ServerParts,
  found: RouteMatch | undefined,
  exchange: Exchange,
  correlationId: string,
): Promise<Answer> {
  try {
    return await answerWithFaults(parts, found, exchange);
  } catch (error) {
    if (!(error instanceof ApiError))
      parts.log.error({ err: error, correlationId }, 'simulated upstream: bug');
    const known =
      error instanceof ApiError ? error : new ApiError(500, 'internal.server.error', 'unexpected error');
    return { status: known.status, headers: known.headers, body: toErrorBody(known, correlationId) };
  }
}

async function answerWithFaults(
  parts: ServerParts,
  found: RouteMatch | undefined,
  exchange: Exchange,
): Promise<Answer> {
  const { status, redirect } = exchange.faults;
  if (exchange.faults['revoke-token']) revoke(parts.tokens, exchange.authorization);
  if (redirect) return { status: redirect.status ?? 302, headers: { Location: redirect.location } };
  if (status === undefined) return dispatch(parts, found, exchange);
  if (status.afterHandling === true) await dispatch(parts, found, exchange);
  throw forced(status);
}

function revoke(tokens: Tokens, authorization: string | undefined): void {
  tokens.revoke((authorization ?? '').replace(/^Bearer +/i, ''));
}

function dispatch(
  parts: ServerParts,
  found: RouteMatch | undefined,
  exchange: Exchange,
): Answer | Promise<Answer> {
  if (found === undefined) throw notFound('path');
  if (found.route.stage === 'login') return found.route.handle(exchange);
  const caller = parts.tokens.authenticate(exchange.authorization);
  parts.rateLimit.count(caller.label);
  return found.route.handle(exchange, caller);
}

const CODES: Readonly<Record<number, string>> = {
  400: 'bad.request',
  401: 'bad.credentials',
  403: 'not.authorized',
  404: 'not.found',
  408: 'client.timeout',
  409: 'general.conflict',
  429: 'too.many.requests.retry.after',
  500: 'internal.server.error',
  503: 'service.unavailable',
  504: 'request.timeout',
};

function forced({ status, code, retryAfter }: NonNullable<MetFaults['status']>): ApiError {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
  return new ApiError(
    status,
    code ?? CODES[status] ?? '',
    `status ${status} was asked for by a fault`,
    [],
    headers,
  );
}
