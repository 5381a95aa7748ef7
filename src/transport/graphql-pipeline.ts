/**
 * The way of an operation behind the two streaming doors: parse, validate, execute or subscribe, format errors. The
 * HTTP door has Apollo for the same steps; schema, limits, context and error formatter are shared.
 */
import {
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type ValidationRule,
} from 'graphql';

import type { RequestContext } from '../services/request-context.js';
import type { Logger } from '../lib/logger.js';
import { whileAuthorized } from './authorized-stream.js';
import { formatGraphQLError } from './graphql-errors.js';
import { PARSE_OPTIONS } from './limits.js';
import type { Authorization } from './token-watch.js';

/** As the protocols deliver them: nothing is checked yet. */
export interface OperationParams {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
}

export type OperationArgs = ExecutionArgs & { readonly contextValue: RequestContext };

export interface GraphQLPipeline {
  /** Arguments for `run`, or the errors for which the operation is refused. */
  prepare(params: OperationParams, context: RequestContext): OperationArgs | readonly GraphQLError[];
  /** Queries and mutations. */
  execute(args: OperationArgs): Promise<ExecutionResult>;
  /**
   * A stream of results; an error inside becomes its last result, never a broken connection, and so does the end of
   * the authorization, which is asked for each result.
   */
  subscribe(
    args: OperationArgs,
    authorization: Authorization,
  ): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>;
}

export interface GraphQLPipelineOptions {
  readonly schema: GraphQLSchema;
  /** Beside those of the specification. */
  readonly validationRules: readonly ValidationRule[];
  readonly log: Logger;
}

export function createGraphQLPipeline(options: GraphQLPipelineOptions): GraphQLPipeline {
  const { schema, log } = options;
  const rules = [...specifiedRules, ...options.validationRules];

  /** `GraphQLError` again, because that is what the protocol libraries print. */
  function format(errors: readonly GraphQLError[], requestId: string): readonly GraphQLError[] {
    return errors.map((error) => asGraphQLError(formatGraphQLError(error, log, requestId)));
  }

  function formatResult(result: ExecutionResult, { requestId }: RequestContext): ExecutionResult {
    return result.errors ? { ...result, errors: format(result.errors, requestId) } : result;
  }

  function check({ query, operationName, variables }: OperationParams, contextValue: RequestContext) {
    if (typeof query !== 'string') return [refusal('query must be a string.', 'BAD_REQUEST')];
    if (!isNullish(operationName) && typeof operationName !== 'string') {
      return [refusal('operationName must be a string.', 'BAD_REQUEST')];
    }
    if (!isNullish(variables) && !isRecord(variables))
      return [refusal('variables must be an object.', 'BAD_REQUEST')];
    const document = parseDocument(query);
    if (document instanceof GraphQLError) return [document];
    const errors = validate(schema, document, rules);
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    if (!getOperationAST(document, operationName)) return [unresolved(operationName)];
    return {
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: variables ?? null,
      contextValue,
    };
  }

  return {
    prepare(params, context) {
      try {
        const checked = check(params, context);
        return 'document' in checked ? checked : format(checked, context.requestId);
      } catch (error) {
        return format([toGraphQLError(error)], context.requestId);
      }
    },
    async execute(args) {
      return formatResult(await execute(args), args.contextValue);
    },
    async subscribe(args, authorization) {
      const source = await subscribe(args);
      const { contextValue } = args;
      if (!(Symbol.asyncIterator in source)) return formatResult(source, contextValue);
      const stream = formattedStream(source, (result) => formatResult(result, contextValue));
      return whileAuthorized(stream, authorization, (reason) =>
        formatResult({ errors: [toGraphQLError(reason)] }, contextValue),
      );
    },
  };
}

/** Not a generator function: `return()` must reach the source at once, also while a `next()` is pending. */
function formattedStream(
  source: AsyncGenerator<ExecutionResult, void, void>,
  format: (result: ExecutionResult) => ExecutionResult,
): AsyncGenerator<ExecutionResult, void, void> {
  let failed = false;
  const done = { done: true, value: undefined } as const;
  return {
    async next() {
      if (failed) return done;
      try {
        const result = await source.next();
        return result.done ? done : { done: false, value: format(result.value) };
      } catch (error) {
        failed = true;
        return { done: false, value: format({ errors: [toGraphQLError(error)] }) };
      }
    },
    return: () => source.return(),
    throw: (error) => source.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await source.return();
    },
  };
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, {
    originalError,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
}

function parseDocument(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, PARSE_OPTIONS);
  } catch (error) {
    return withCode(toGraphQLError(error), 'GRAPHQL_PARSE_FAILED');
  }
}

function refusal(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** In the words and with the code of the HTTP door. */
function unresolved(operationName: string | null | undefined): GraphQLError {
  const message = isNullish(operationName)
    ? 'Must provide operation name if query contains multiple operations.'
    : `Unknown operation named "${operationName}".`;
  return refusal(message, 'OPERATION_RESOLUTION_FAILURE');
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions['code'] = code;
  return error;
}

function asGraphQLError({
  message,
  extensions,
  path,
  locations,
}: NonNullable<FormattedErrors>[number]): GraphQLError {
  const error = new GraphQLError(message, { path, extensions });
  // Positions can not be given to the constructor without the source that they lie in.
  Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
  return error;
}

type FormattedErrors = FormattedExecutionResult['errors'];

function isNullish(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
