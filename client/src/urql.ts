import type { Client, CombinedError } from '@urql/core';
import type { DocumentNode } from 'graphql';

import { isNode, toText, type AnyDocument } from './document.js';
import type { UsageClient, UsageResponse } from './usage-client.js';

/**
 * Everything through a client of urql that you have already. Without a `subscriptionExchange` the state is asked for again
 * and again.
 */
export function fromUrql(client: Pick<Client, 'query' | 'mutation' | 'subscription'>): UsageClient {
  return {
    // No signal is passed on: its `fetchOptions` would take the place of the client's own, token and all.
    async request({ document, variables }) {
      const input = toInput(document);
      const result = isMutation(document)
        ? await client.mutation(input, { ...variables }).toPromise()
        : await client.query(input, { ...variables }, { requestPolicy: 'network-only' }).toPromise();
      return toResponse(result);
    },
    subscribe({ document, variables }, sink) {
      const source = client.subscription(toInput(document), { ...variables });
      const subscription = source.subscribe(({ data, error }) => {
        if (error) sink.failed(error);
        else if (data) sink.next({ data });
      });
      return () => subscription.unsubscribe();
    },
  };
}

function toInput(document: AnyDocument): DocumentNode | string {
  return isNode(document) ? (document as unknown as DocumentNode) : document.toString();
}

function isMutation(document: AnyDocument): boolean {
  return /^\s*mutation\b/m.test(toText(document));
}

/** GraphQL errors are an answer; everything else is a broken network. */
function toResponse({ data, error }: { data?: unknown; error?: CombinedError | undefined }): UsageResponse {
  if (!error) return { data };
  if (error.graphQLErrors.length === 0) throw error.networkError ?? error;
  return { data, errors: error.graphQLErrors };
}
