/** GraphQL over HTTP: Apollo Server on our Fastify. */
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema, ValidationRule } from 'graphql';

import type { RequestContext } from '../../resolvers/context.js';
import { RequestError } from '../domain/error-codes.js';
import type { Logger } from '../lib/logger.js';
import { formatGraphQLError, toGraphQLError } from './graphql-errors.js';
import { currentRequestId } from './request-id.js';
import type { RequestScope } from './request-scope.js';

export interface HttpGraphQLOptions {
  readonly schema: GraphQLSchema;
  readonly scope: RequestScope;
  readonly log: Logger;
  readonly validationRules: readonly ValidationRule[];
}

/** Adds `POST /graphql` and, for queries, `GET /graphql`. Gives a function that stops Apollo, after the listener. */
export async function addHttpGraphQL(
  fastify: FastifyInstance,
  { schema, scope, log, validationRules }: HttpGraphQLOptions,
): Promise<() => Promise<void>> {
  const apollo = new ApolloServer<RequestContext>({
    schema,
    // Whether introspection is allowed stands among the rules, which all doors share.
    introspection: true,
    validationRules: [...validationRules],
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: { debug: ignore, info: ignore, warn: toWarn(log), error: toWarn(log) },
    formatError: (_formatted, error) => formatGraphQLError(error, log, currentRequestId()),
  });
  await apollo.start();
  fastify.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: fastifyApolloHandler(apollo, {
      context: async ({ headers, id }) => {
        try {
          return scope.context(await scope.authenticate(headers.authorization), id);
        } catch (error) {
          throw error instanceof RequestError ? toGraphQLError(error) : error;
        }
      },
    }),
  });
  return () => apollo.stop();
}

function ignore(): void {}

function toWarn(log: Logger): (message: unknown) => void {
  return (message) => log.warn({ from: 'apollo' }, String(message));
}
