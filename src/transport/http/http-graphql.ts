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

import type { RequestContext } from '../../services/request-context.js';
import { RequestError } from '../../domain/error-codes.js';
import type { CacheUse } from '../../lib/cache-use.js';
import type { Logger } from '../../lib/logger.js';
import { formatGraphQLError, toGraphQLError } from '../graphql-errors.js';
import { documentParamsOf, toApolloRequest, withText } from './apollo-request.js';
import { createDirectQueries, type Entered, toPlainRequest } from './direct-queries.js';
import type { DocumentParams } from '../documents/documents.js';
import type { AdmittedDocument, OperationGate } from '../documents/operation-gate.js';
import type { OperationTraces } from '../../domain/ports/operation-traces.js';
import { tracedRoute } from '../operation-trace.js';
import { currentRequestId } from '../request-id.js';
import type { Admission } from '../admission/admission.js';
import type { RequestScope } from '../request-scope.js';
import { addOtherMethods } from './refusals.js';
import { untilClosed } from './until-closed.js';

export interface HttpGraphQLOptions {
  readonly schema: GraphQLSchema;
  readonly scope: RequestScope;
  readonly admission: Admission;
  readonly log: Logger;
  readonly gate: OperationGate;
  /** Where look-ups of kept answers are counted. */
  readonly use?: CacheUse | undefined;
  readonly traces: OperationTraces | null;
}

/** Adds `POST /graphql` and, for queries, `GET /graphql`. Gives a function that stops Apollo, after the listener. */
export async function addHttpGraphQL(
  fastify: FastifyInstance,
  { schema, scope, admission, log, gate, use, traces }: HttpGraphQLOptions,
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

  const queries = createDirectQueries({ schema, gate, log, use });
  const heads = createKnownHeads();

  /** Behind Apollo's own look at the headers, and in front of everything else that it does. */
  async function enter(request: FastifyRequest, reply: FastifyReply, params: DocumentParams | null) {
    const signal = untilClosed(reply.raw);
    try {
      const caller = await admission.request(request.headers.authorization, request.raw);
      const found = params && gate.admit(params);
      return { found, context: scope.context(caller, request.id, signal) };
    } catch (error) {
      throw asShown(error);
    }
  }

  async function byApollo(request: FastifyRequest, reply: FastifyReply, entering: Promise<Entered> | null) {
    const asked = toApolloRequest(request);
    return apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: asked,
      async context() {
        const params = documentParamsOf(asked);
        const { found, context } = await (entering ?? enter(request, reply, params));
        if (found) admitted.set(asked, found);
        if (typeof found?.text === 'string' && isNamed(params, found)) withText(asked, found.text);
        return context;
      },
    });
  }

  fastify.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    ...tracedRoute(traces, 'HTTP'),
    async handler(request, reply) {
      // With a body in JSON Apollo sees no forgery, and goes straight on to the context.
      const plain = request.method === 'POST' ? toPlainRequest(request.body) : null;
      const entering = plain && enter(request, reply, request.body as DocumentParams);
      // Whoever waits for it hears of its failure; Apollo may refuse without asking.
      entering?.catch(() => {});
      const head = plain && heads.of(request);
      if (plain && entering && head) {
        const answer = await entering.then(
          (entered) => queries.answer(plain, entered),
          () => null,
        );
        if (answer !== null) return reply.headers(head).send(answer);
      }
      const { status, headers, body } = await byApollo(request, reply, entering);
      if (plain && body.kind === 'complete' && body.string.startsWith('{"data"'))
        heads.keep(request, headers);
      for (const [name, value] of headers) void reply.header(name, value);
      void reply.code(status ?? 200);
      return reply.send(body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator));
    },
  });
  addOtherMethods(fastify, '/graphql', ['GET', 'POST']);
  return () => apollo.stop();
}

/** More ways to say what one accepts have no clients; the one that was learnt first makes room. */
const MOST_HEADS = 50;
const MOST_ACCEPT_LENGTH = 200;

/** The headers of a good answer follow from `accept` alone. They are learnt from Apollo, the first time. */
function createKnownHeads() {
  const heads = new Map<string, Readonly<Record<string, string>>>();
  const acceptOf = ({ headers }: FastifyRequest) => headers.accept ?? '';
  return {
    of: (request: FastifyRequest) => heads.get(acceptOf(request)),
    keep(request: FastifyRequest, headers: Iterable<readonly [string, string]>): void {
      const accept = acceptOf(request);
      if (heads.has(accept) || accept.length > MOST_ACCEPT_LENGTH) return;
      heads.set(accept, Object.fromEntries(headers));
      const [oldest] = heads.keys();
      if (heads.size > MOST_HEADS && oldest !== undefined) heads.delete(oldest);
    },
  };
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
  return (message) => log.warn({ reason: String(message) }, 'Apollo Server warns');
}
