/**
 * The way of an operation behind the two streaming doors: parse, validate, execute or subscribe, format errors. The
 * HTTP door has Apollo for the same steps; schema, limits, context and error formatter are shared.
 */
import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  parse,
  type ParseOptions,
} from 'graphql';

import type { RequestContext } from '../services/request-context.js';
import type { Logger } from '../lib/logger.js';
import { Delivery, type DeliveryOptions, toGraphQLError } from './delivery/delivery.js';
import { formatGraphQLError } from './graphql-errors.js';
import type { AdmittedDocument, OperationGate } from './documents/operation-gate.js';
import { currentTrace } from './operation-trace.js';
import { withRequestId } from './request-id.js';
import { createSharedSelections } from './delivery/shared-selections.js';
import { isRecord } from '../lib/is-record.js';

/** As the protocols deliver them: nothing is checked yet. */
export interface OperationParams {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
  readonly documentId?: unknown;
}

export type OperationArgs = ExecutionArgs & { readonly contextValue: RequestContext };

export interface GraphQLPipeline {
  /** Arguments for `run`, or the errors for which the operation is refused. */
  prepare(params: OperationParams, context: RequestContext): OperationArgs | readonly GraphQLError[];
  /** Queries and mutations. */
  execute(args: OperationArgs): Promise<ExecutionResult>;
  /**
   * Results go to the sink of the operation, and are shared with whoever asks the same thing with the same rights; the
   * stream that is given tells the end alone. An error inside becomes the last result, never a broken connection, and
   * so does the end of the authorization, which is asked for each result.
   */
  subscribe(args: OperationArgs, to: Recipient): Promise<Delivery | ExecutionResult>;
}

export type Recipient = Pick<DeliveryOptions, 'authorization' | 'sink' | 'onOver' | 'onState'>;

export interface GraphQLPipelineOptions {
  readonly schema: GraphQLSchema;
  readonly gate: OperationGate;
  readonly log: Logger;
}

export function createGraphQLPipeline({ schema, gate, log }: GraphQLPipelineOptions): GraphQLPipeline {
  const selections = createSharedSelections((args, requestId) =>
    withRequestId(requestId, () => execute(args)),
  );

  function format(errors: readonly GraphQLError[], requestId: string): readonly GraphQLFormattedError[] {
    return errors.map((error) => formatGraphQLError(error, log, requestId));
  }

  /** `GraphQLError` again, because that is what the protocol libraries print. */
  function formatResult(result: ExecutionResult, args: OperationArgs): ExecutionResult {
    if (!result.errors) return result;
    const asked = { text: args.document.loc?.source.body, variables: args.variableValues };
    const errors = format(result.errors, args.contextValue.requestId);
    // Without data the variables did not fit, and nothing was executed.
    const shown = 'data' in result ? gate.shown.ofFields(errors, asked) : gate.shown.refusals(errors, asked);
    return { ...result, errors: shown.map(asGraphQLError) };
  }

  function validated(admitted: AdmittedDocument): DocumentNode | readonly GraphQLError[] {
    // An empty text is one that is missing, as far as the source of documents is concerned, and a syntax error here.
    const document = admitted.document ?? parseDocument(String(admitted.text), gate.parseOptions);
    if (document instanceof GraphQLError) return [document];
    const errors = gate.validate(document);
    return errors.length === 0
      ? document
      : errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
  }

  function check(params: OperationParams, contextValue: RequestContext) {
    const { operationName, variables } = params;
    if (!isNullish(operationName) && typeof operationName !== 'string') {
      return [refusal('operationName must be a string.', 'BAD_REQUEST')];
    }
    if (!isNullish(variables) && !isRecord(variables))
      return [refusal('variables must be an object.', 'BAD_REQUEST')];
    const admitted = gate.admit(params);
    if (typeof admitted.text !== 'string') return [refusal('query must be a string.', 'BAD_REQUEST')];
    const document = validated(admitted);
    if (!('kind' in document)) return document;
    if (!getOperationAST(document, operationName)) return [unresolved(operationName)];
    gate.weigh(admitted, { document, operationName, variables });
    return {
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: variables ?? null,
      contextValue,
      options: gate.executionOptions,
    };
  }

  function checkOrFail(params: OperationParams, context: RequestContext) {
    try {
      return check(params, context);
    } catch (error) {
      return [toGraphQLError(error)];
    }
  }

  return {
    prepare(params, context) {
      const checked = checkOrFail(params, context);
      if ('document' in checked) return checked;
      const asked = { text: params.query, variables: params.variables };
      return gate.shown.refusals(format(checked, context.requestId), asked).map(asGraphQLError);
    },
    async execute(args) {
      return formatResult(await execute(args), args);
    },
    async subscribe(args, to) {
      const source = await createSourceEventStream(args);
      if (Symbol.asyncIterator in source)
        return new Delivery({
          ...to,
          source,
          args,
          selection: selections.join(args),
          format: formatResult,
          push: currentTrace()?.push(),
        });
      to.onOver();
      return formatResult(source, args);
    },
  };
}

function parseDocument(query: string, options: ParseOptions): DocumentNode | GraphQLError {
  try {
    return parse(query, options);
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

function asGraphQLError({ message, extensions, path, locations }: GraphQLFormattedError): GraphQLError {
  const error = new GraphQLError(message, { path, extensions });
  // Positions can not be given to the constructor without the source that they lie in.
  Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
  return error;
}

function isNullish(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
