/** GraphQL over HTTP: Apollo Server on our Fastify. */
import { Readable } from 'node:stream';

import {
  ApolloServer,
  type GraphQLRequestContextDidResolveOperation,
  type GraphQLRequestContextWillSendResponse,
} from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';

import type { RequestContext } from '../services/request-context.js';
import { RequestError } from '../domain/error-codes.js';
import type { Logger } from '../lib/logger.js';
import { formatGraphQLError, toGraphQLError } from './graphql-errors.js';
import { type ApolloRequest, documentParamsOf, toApolloRequest, withText } from './apollo-request.js';
import type { DocumentParams } from './documents.js';
import type { AdmittedDocument, OperationGate } from './operation-gate.js';
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
  readonly gate: OperationGate;
}

/** Adds `POST /graphql` and, for queries, `GET /graphql`. Gives a function that stops Apollo, after the listener. */
export async function addHttpGraphQL(
  fastify: FastifyInstance,
  { schema, scope, admission, log, gate }: HttpGraphQLOptions,
): Promise<() => Promise<void>> {
  const admitted = new WeakMap<object, AdmittedDocument>();
  const apollo = new ApolloServer<RequestContext>({
    schema,
    // Whether introspection is allowed stands among the rules, which all doors share.
    introspection: true,
    validationRules: [...gate.validationRules],
    validationOptions: gate.validationOptions,
    executionOptions: gate.executionOptions,
    parseOptions: gate.parseOptions,
    // The gate has put the text in the place of its hash.
    persistedQueries: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [
      // In the place of a page of Apollo's, with scripts from elsewhere, that a browser would be shown.
      ApolloServerPluginLandingPageDisabled(),
      {
        requestDidStart: async () => ({
          async didResolveOperation(resolved) {
            refuseSubscription(resolved);
            weigh(resolved, admitted, gate);
          },
          willSendResponse: async (sending) => showErrors(sending, gate),
        }),
      },
    ],
    logger: { debug: ignore, info: ignore, warn: toWarn(log), error: toWarn(log) },
    formatError: (_formatted, error) => formatGraphQLError(error, log, currentRequestId()),
  });
  await apollo.start();

  /** Behind Apollo's own look at the headers, and in front of everything else that it does. */
  async function context(request: FastifyRequest, reply: FastifyReply, asked: ApolloRequest) {
    const signal = untilClosed(reply.raw);
    try {
      const caller = await admission.request(request.headers.authorization, request.raw);
      const params = documentParamsOf(asked);
      const found = params && gate.admit(params);
      if (found) admitted.set(asked, found);
      if (typeof found?.text === 'string' && isNamed(params, found)) withText(asked, found.text);
      return scope.context(caller, request.id, signal);
    } catch (error) {
      throw asShown(error);
    }
  }

  fastify.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    async handler(request, reply) {
      const asked = toApolloRequest(request);
      const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: asked,
        context: () => context(request, reply, asked),
      });
      for (const [name, value] of headers) void reply.header(name, value);
      void reply.code(status ?? 200);
      return reply.send(body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator));
    },
  });
  addOtherMethods(fastify, '/graphql', ['GET', 'POST']);
  return () => apollo.stop();
}

function isNamed(params: DocumentParams | null, { text }: AdmittedDocument): boolean {
  return params?.query !== text || hasHash(params?.extensions);
}

/** Anything else in its place is Apollo's to refuse. */
function hasHash(extensions: unknown): boolean {
  return typeof extensions === 'object' && extensions !== null && 'persistedQuery' in extensions;
}

type Resolved = GraphQLRequestContextDidResolveOperation<RequestContext>;

/** Apollo would run it as a query, without a stream to run it on. */
function refuseSubscription({ operation }: Resolved): void {
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
  const message =
    'Subscriptions are made over WebSocket, at this very path, or as server-sent events at /graphql/stream.';
  throw new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** The document is valid by now. */
function weigh(
  { request, document }: Resolved,
  admitted: WeakMap<object, AdmittedDocument>,
  gate: OperationGate,
): void {
  const found = request.http && admitted.get(request.http);
  if (!found) return;
  try {
    gate.weigh(found, { document, operationName: request.operationName, variables: request.variables });
  } catch (error) {
    throw asShown(error);
  }
}

/** All that Apollo has put together passes here; what the gate has refused is short by itself. */
function showErrors(
  { request, source, response }: GraphQLRequestContextWillSendResponse<RequestContext>,
  gate: OperationGate,
): void {
  if (response.body.kind !== 'single') return;
  const result = response.body.singleResult;
  if (!result.errors) return;
  const asked = { text: source, variables: request.variables };
  const errors = gate.shown[result.data === undefined ? 'refusals' : 'ofFields'](result.errors, asked);
  response.body.singleResult = { ...result, errors };
}

function asShown(error: unknown): GraphQLError {
  if (error instanceof RequestError) return toGraphQLError(error);
  return error instanceof GraphQLError ? error : toMasked(error);
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
