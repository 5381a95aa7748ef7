import type { Client } from 'graphql-ws';

import { toText } from './document.js';
import { type HttpOptions, requestOverHttp } from './http.js';
import type { UsageClient } from './usage-client.js';

/**
 * Push through a client of `graphql-ws` that you have already, whose token is in its `connectionParams`; everything else
 * over HTTP, so that a blocked WebSocket is no obstacle.
 */
export function fromGraphQLWs(socket: Pick<Client, 'subscribe'>, http: HttpOptions): UsageClient {
  return {
    request: (operation, signal) => requestOverHttp(http, operation, signal),
    subscribe: ({ document, variables }, sink) =>
      socket.subscribe(
        { query: toText(document), variables },
        {
          next: (result) => sink.next(result),
          error: (cause) => sink.failed(cause),
          complete: () => sink.completed(),
        },
      ),
  };
}
