/** The way to the service: queries over HTTP, subscriptions over a WebSocket. Knows nothing of Relay; environment.ts does. */
import { createClient, type Sink } from 'graphql-ws';

export interface Network {
  request(text: string, variables: Record<string, unknown>): Promise<Result>;
  /** Gives the function that unsubscribes. */
  subscribe(text: string, variables: Record<string, unknown>, sink: Sink<Result>): () => void;
  stop(): void;
}
export interface Result {
  data?: Record<string, unknown> | null;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

/** `freshToken` is asked before every request and every connection. */
export function createNetwork(server: string, freshToken: () => Promise<string>): Network {
  const authorization = async () => ({ authorization: `Bearer ${await freshToken()}` });
  const socket = createClient({
    url: `${server.replace(/^http/, 'ws')}/graphql`,
    connectionParams: authorization,
    // The client subscribes again by itself, and the server begins with the present state: nothing is missed.
    retryAttempts: Infinity,
    shouldRetry: () => true,
  });
  return {
    async request(query, variables) {
      const response = await fetch(`${server}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(await authorization()) },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Result;
    },
    subscribe: (query, variables, sink) =>
      socket.subscribe<Record<string, unknown>>({ query, variables }, sink),
    stop() {
      // Rejects when a connection that was being opened just then has failed: nobody needs it any more.
      Promise.resolve(socket.dispose()).catch(() => {});
    },
  };
}
