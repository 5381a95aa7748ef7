/** What an operation may return, in rows, before it is executed. Fields bear their price in the schema. */
import {
  type DocumentNode,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
} from 'graphql';
import {
  type ComplexityEstimator,
  createComplexityRule,
  fieldExtensionsEstimator,
} from 'graphql-query-complexity';

import { RequestError } from '../../domain/error-codes.js';

export interface Weighing {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/** Of a field without a price: a row with all its fields costs about two. */
const FIELD_COST = 0.05;
/** Aliases alone can ask for one value many times in each of a thousand rows, which nobody needs. */
const fieldCost: ComplexityEstimator = ({ node, childComplexity }) =>
  (node.alias ? 2 * FIELD_COST : FIELD_COST) + childComplexity;
const ESTIMATORS = [fieldExtensionsEstimator(), fieldCost];

/**
 * Null when nothing will be executed: there is no such operation, or its variables do not fit. Throws `GraphQLError`
 * when an argument can't be read, since what stands beside it would be executed unweighed. The document must be valid,
 * and its shape be checked, because every spread of a fragment is followed.
 */
export function costOf({ schema, document, operationName, variables }: Weighing): number | null {
  const operation = getOperationAST(document, operationName);
  if (!operation) return null;
  const given = { ...variables };
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 1 });
  if (errors) return null;
  try {
    return Math.ceil(weigh(schema, document, operation, given));
  } catch (error) {
    throw error instanceof GraphQLError ? unreadable(error) : error;
  }
}

/** Without the library's own walk over every node of the document, which looks for nothing but the operation. */
function weigh(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const errors: GraphQLError[] = [];
  const context = new ValidationContext(schema, document, new TypeInfo(schema), (error) =>
    errors.push(error),
  );
  const visitor = createComplexityRule({
    maximumComplexity: Infinity,
    estimators: ESTIMATORS,
    // Prices of fields may keep something here for the field above them.
    context: {},
    variables,
  })(context);
  visitor.onOperationDefinitionEnter(operation);
  if (errors[0]) throw errors[0];
  return visitor.complexity;
}

/** Throws `RequestError` `QUERY_TOO_COMPLEX`. */
export function checkCost(cost: number | null, most: number): void {
  if (cost === null || cost <= most) return;
  const message =
    `The operation may return too much: it costs ${cost}, and ${most} is the most. ` +
    'Ask for smaller pages, or in several requests.';
  throw new RequestError('QUERY_TOO_COMPLEX', message);
}

function unreadable({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}
