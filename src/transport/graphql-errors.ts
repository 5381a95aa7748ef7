/**
 * The one place where an error becomes what a client sees, behind all three doors. Three kinds: what the client can
 * mend (syntax, validation, input) is shown; what we know (`RequestError`) is shown with its code; everything else is
 * logged with the request's id and masked.
 */
import { HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

import { REQUEST_ERROR_CODES, RequestError, type RequestErrorCode } from '../domain/error-codes.js';
import { toRequestError, UpstreamError } from '../domain/upstream-error.js';
import type { Logger } from '../lib/logger.js';
import { currentTrace } from './operation-trace.js';
import { inPlainWords } from './plain-words.js';

/** What a request that fails before its operation begins is answered with. */
export const HTTP_STATUS: Partial<Record<RequestErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UPSTREAM_UNAVAILABLE: 503,
  SERVICE_UNAVAILABLE: 503,
  RATE_LIMITED: 429,
  QUERY_TOO_COMPLEX: 400,
  DOCUMENT_NOT_TRUSTED: 400,
  // As Apollo Server answers: clients read on only with this status.
  PERSISTED_QUERY_NOT_FOUND: 200,
};

/** For failures before execution, such as a bad token: Apollo answers with the status that stands in it. */
export function toGraphQLError(error: RequestError): GraphQLError {
  const status = HTTP_STATUS[error.code];
  const { retryAfterSeconds } = error;
  const headers = new HeaderMap(
    retryAfterSeconds === null ? [] : [['retry-after', String(retryAfterSeconds)]],
  );
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: {
      code: error.code,
      retryable: error.retryable,
      ...(status === undefined ? {} : { http: { status, headers } }),
    },
  });
}

/** What a client may see of an error. `requestId` stands in masked ones and finds the cause in the logs. */
export function formatGraphQLError(error: unknown, log: Logger, requestId: string): GraphQLFormattedError {
  const formatted = format(error, log, requestId);
  currentTrace()?.failed(String(formatted.extensions?.['code']));
  return formatted;
}

function format(error: unknown, log: Logger, requestId: string): GraphQLFormattedError {
  const cause = rootCause(error);
  const known = cause instanceof UpstreamError ? toRequestError(cause) : cause;
  if (known instanceof RequestError) {
    return {
      ...placeOf(error),
      message: known.message,
      extensions: {
        code: known.code,
        retryable: known.retryable,
        ...(known.retryAfterSeconds === null ? {} : { retryAfterSeconds: known.retryAfterSeconds }),
      },
    };
  }
  if (error instanceof GraphQLError && isClientsFault(error)) {
    return { ...placeOf(error), message: inPlainWords(error.message), extensions: { code: codeOf(error) } };
  }
  log.error({ err: cause ?? error, requestId, path: pathOf(error) }, 'an unexpected error was masked');
  const message = `${REQUEST_ERROR_CODES.INTERNAL_SERVER_ERROR} Request id: ${requestId}.`;
  return { ...placeOf(error), message, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } };
}

function rootCause(error: unknown): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/**
 * Errors without a path were found before execution: syntax, validation, variables. Those with one come from a
 * resolver or from a result that does not fit the schema, and then the fault is ours.
 */
function isClientsFault(error: GraphQLError): boolean {
  if (error.extensions['code'] === 'INTERNAL_SERVER_ERROR') return false;
  // An argument that can't be read is found during execution, at the field that takes it; a value of ours that does
  // not fit the schema has no place in the document.
  return (
    error.path === undefined || (error.originalError instanceof GraphQLError && !!error.originalError.nodes)
  );
}

function codeOf(error: GraphQLError): string {
  const code = error.extensions['code'];
  return typeof code === 'string' ? code : 'BAD_USER_INPUT';
}

function placeOf(error: unknown): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  if (!(error instanceof GraphQLError)) return {};
  return {
    ...(error.locations ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
  };
}

function pathOf(error: unknown): string | undefined {
  return error instanceof GraphQLError ? error.path?.join('.') : undefined;
}
