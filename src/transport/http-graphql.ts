/** GraphQL over HTTP: Apollo Server on our Fastify. */
import { ApolloServer, type GraphQLRequestContextDidResolveOperation } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import { GraphQLError, type GraphQLSchema, OperationTypeNode, type ValidationRule } from 'graphql';

import type { RequestContext } from '../services/request-context.js';
import { RequestError } from '../domain/error-codes.js';
import type { Logger } from '../lib/logger.js';
import { formatGraphQLError, toGraphQLError } from './graphql-errors.js';
import { PARSE_OPTIONS } from './limits.js';
import { currentRequestId } from './request-id.js';
import type { Admission } from './admission.js';
import type { RequestScope } from './request-scope.js';
import { addOtherMethods } from './refusals.js';
import { untilClosed } from './until-closed.js';

export interface HttpGraphQLOptions {
  readonly schema: GraphQLSchema;
  readonly scope: RequestScope;
  readonly admission: Admission;
  readonly log: Logger;
  readonly validationRules: readonly ValidationRule[];
}

/** Adds `POST /graphql` and, for queries, `GET /graphql`. Gives a function that stops Apollo, after the listener. */
export async function addHttpGraphQL(
  fastify: FastifyInstance,
  { schema, scope, admission, log, validationRules }: HttpGraphQLOptions,
): Promise<() => Promise<void>> {
  const apollo = new ApolloServer<RequestContext>({
    schema,
    // Whether introspection is allowed stands among the rules, which all doors share.
    introspection: true,
    validationRules: [...validationRules],
    parseOptions: PARSE_OPTIONS,
    // Not offered at the other doors either.
    persistedQueries: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [{ requestDidStart: async () => ({ didResolveOperation: refuseSubscription }) }],
    logger: { debug: ignore, info: ignore, warn: toWarn(log), error: toWarn(log) },
    formatError: (_formatted, error) => formatGraphQLError(error, log, currentRequestId()),
  });
  await apollo.start();
  fastify.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: fastifyApolloHandler(apollo, {
      context: async ({ headers, id, raw }, reply) => {
        const signal = untilClosed(reply.raw);
        try {
          return scope.context(await admission.request(headers.authorization, raw), id, signal);
        } catch (error) {
          throw error instanceof RequestError ? toGraphQLError(error) : toMasked(error);
        }
      },
    }),
  });
  addOtherMethods(fastify, '/graphql', ['GET', 'POST']);
  return () => apollo.stop();
}

type Resolved = GraphQLRequestContextDidResolveOperation<RequestContext>;

/** Apollo would run it as a query, without a stream to run it on. */
async function refuseSubscription({ operation }: Resolved): Promise<void> {
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
  const message =
    'Subscriptions are made over WebSocket, at this very path, or as server-sent events at /graphql/stream.';
  throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** Apollo puts the message of any other error into its own, which then looks like the client's fault. */
function toMasked(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  const extensions = { code: 'INTERNAL_SERVER_ERROR' };
  return new GraphQLError('The context could not be made', { originalError, extensions });
}

function ignore(): void {}

function toWarn(log: Logger): (message: unknown) => void {
  return (message) => log.warn({ from: 'apollo' }, String(message));
}
