import type { ApolloClient } from '@apollo/client';
import type { DocumentNode } from 'graphql';

import { isNode, type AnyDocument } from './document.js';
import type { GraphQLErrorLike, UsageClient, UsageResponse } from './usage-client.js';

/**
 * Everything through an Apollo Client 4 that you have already. Its link decides how subscriptions go; with an `HttpLink`
 * alone the state is asked for again and again. Results of mutations and subscriptions enter its cache, queries pass it by.
 */
export function fromApollo(client: Pick<ApolloClient, 'query' | 'mutate' | 'subscribe'>): UsageClient {
  return {
    async request({ document, variables }, signal) {
      const node = toNode(document);
      const context = { fetchOptions: { signal }, queryDeduplication: false };
      const options = { variables, context, errorPolicy: 'all' as const };
      const { data, error } = isMutation(node)
        ? await client.mutate({ mutation: node, ...options })
        : await client.query({ query: node, fetchPolicy: 'no-cache', ...options });
      return toResponse(data, error);
    },
    subscribe({ document, variables }, sink) {
      const query = toNode(document);
      const subscription = client.subscribe({ query, variables, errorPolicy: 'all' }).subscribe({
        next: ({ data, error }) => (error ? sink.failed(error) : sink.next({ data })),
        error: (cause) => sink.failed(cause),
        complete: () => sink.completed(),
      });
      return () => subscription.unsubscribe();
    },
  };
}

function toNode(document: AnyDocument): DocumentNode {
  if (isNode(document)) return document as unknown as DocumentNode;
  throw new TypeError('Apollo Client takes parsed documents alone: use `gql`, or typed document nodes.');
}

function isMutation({ definitions }: DocumentNode): boolean {
  return definitions.some((one) => one.kind === 'OperationDefinition' && one.operation === 'mutation');
}

/** GraphQL errors are an answer, also those that came with a status; everything else is a broken network. */
function toResponse(data: unknown, error: Error | undefined): UsageResponse {
  if (!error) return { data };
  const { errors, bodyText } = error as { errors?: readonly GraphQLErrorLike[]; bodyText?: string };
  const answered = errors ?? errorsIn(bodyText);
  if (!answered) throw error;
  return { data, errors: answered };
}

function errorsIn(body: string | undefined): readonly GraphQLErrorLike[] | null {
  try {
    const { errors } = JSON.parse(body ?? '') as { errors?: readonly GraphQLErrorLike[] };
    return errors ?? null;
  } catch {
    return null;
  }
}
