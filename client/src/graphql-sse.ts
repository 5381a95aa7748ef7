import type { Client } from 'graphql-sse';

import { toText } from './document.js';
import { type HttpOptions, requestOverHttp } from './http.js';
import type { UsageClient } from './usage-client.js';

/** Push through a client of `graphql-sse` that you have already; everything else over HTTP. */
export function fromGraphQLSse(stream: Pick<Client, 'subscribe'>, http: HttpOptions): UsageClient {
  return {
    request: (operation, signal) => requestOverHttp(http, operation, signal),
    subscribe: ({ document, variables }, sink) =>
      stream.subscribe(
        { query: toText(document), variables: { ...variables } },
        {
          next: (result) => sink.next(result),
          error: (cause) => sink.failed(cause),
          complete: () => sink.completed(),
        },
      ),
  };
}
