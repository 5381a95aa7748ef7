/** Every adapter, with a client of its library as its users have it. */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client as UrqlClient, fetchExchange, subscriptionExchange } from '@urql/core';
import { OperationTypeNode } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient, type Client as WebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { fromApollo } from '../../client/src/apollo.js';
import { fromGraphQLSse } from '../../client/src/graphql-sse.js';
import { fromGraphQLWs } from '../../client/src/graphql-ws.js';
import { fromFetch, type UsageClient } from '../../client/src/index.js';
import { fromUrql } from '../../client/src/urql.js';
import { authorization, type Token } from '../support/clients.js';
import { webSocketUrl } from '../support/sockets.js';

export interface Way {
  /** Of the service for queries and mutations, such as `http://127.0.0.1:4000`. */
  readonly http: string;
  /** The same for subscriptions, which may go another way. */
  readonly push: string;
  readonly token: Token;
}

const cleanUp: (() => unknown)[] = [];

/** Ends what the clients of this file still have open. */
export async function closeLibraries(): Promise<void> {
  for (const clean of cleanUp.splice(0)) await clean();
}

export const ADAPTERS: Readonly<Record<string, (way: Way) => UsageClient>> = {
  fetch: ({ http, token, push }) => {
    const pushed = fromFetch({ url: `${push}/graphql`, headers: authorization(token) });
    const asked = fromFetch({ url: `${http}/graphql`, headers: authorization(token) });
    return { ...pushed, request: (...request) => asked.request(...request) };
  },
  'graphql-ws': (way) => fromGraphQLWs(openSocket(way), toHttp(way)),
  'graphql-sse': (way) => {
    const { push, token } = way;
    const client = createSseClient({
      url: `${push}/graphql/stream`,
      headers: authorization(token),
      retryAttempts: 0,
    });
    cleanUp.push(() => client.dispose());
    return fromGraphQLSse(client, toHttp(way));
  },
  'Apollo Client': (way) => {
    const http = new HttpLink({ uri: `${way.http}/graphql`, headers: authorization(way.token) });
    const isSubscription = ({ operationType }: ApolloLink.Operation) =>
      operationType === OperationTypeNode.SUBSCRIPTION;
    const link = ApolloLink.split(isSubscription, new GraphQLWsLink(openSocket(way)), http);
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    cleanUp.push(() => client.stop());
    return fromApollo(client);
  },
  urql: (way) => {
    const socket = openSocket(way);
    const client = new UrqlClient({
      url: `${way.http}/graphql`,
      preferGetMethod: false,
      fetchOptions: { headers: authorization(way.token) },
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query = '', variables }) => ({
            subscribe: (sink) => {
              const next = (result: object) => sink.next(result);
              const operation = { query, variables: variables as Record<string, unknown> };
              return { unsubscribe: socket.subscribe(operation, { ...sink, next }) };
            },
          }),
        }),
      ],
    });
    return fromUrql(client);
  },
  'fetch without push': (way) => fromFetch({ ...toHttp(way), push: false }),
};

export function openClient(adapter: string, url: string, given: Partial<Way> = {}): UsageClient {
  const open = ADAPTERS[adapter];
  if (!open) throw new Error(`no adapter ${adapter}`);
  return open({ http: url, push: url, token: 'demo-admin', ...given });
}

function openSocket({ push, token }: Way): WebSocketClient {
  const client = createWebSocketClient({
    url: webSocketUrl(push),
    webSocketImpl: WebSocket,
    connectionParams: authorization(token),
    retryAttempts: 0,
  });
  cleanUp.push(() => client.dispose());
  return client;
}

function toHttp({ http, token }: Way) {
  return { url: `${http}/graphql`, headers: authorization(token) };
}
