import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { OperationTypeNode } from 'graphql';
import { lastValueFrom, map, toArray } from 'rxjs';

import {
  Execution,
  ExecutionFinished,
  ExecutionUpdated,
  QueryOrganizationUsage,
} from '../documents/usage.graphql.js';
import { startAppWithSimulator, type TestApp } from '../support/app.js';
import { authorization, closeClients, openWebSocket } from '../support/clients.js';
import { INTERVAL, startedId } from '../support/starts.js';

let app: TestApp;
let client: ApolloClient;

beforeAll(async () => {
  app = await startAppWithSimulator();
});
afterEach(async () => {
  client.stop();
  await closeClients();
});
afterAll(() => app?.stop());

/** As in Apollo's own guide: subscriptions over the socket, everything else over HTTP. */
function connect(token: string): ApolloClient {
  const http = new HttpLink({ uri: `${app.url}/graphql`, headers: authorization(token) });
  const socket = new GraphQLWsLink(openWebSocket(app.url, token));
  const isSubscription = ({ operationType }: ApolloLink.Operation) =>
    operationType === OperationTypeNode.SUBSCRIPTION;
  client = new ApolloClient({
    link: ApolloLink.split(isSubscription, socket, http),
    cache: new InMemoryCache(),
  });
  return client;
}

describe('Apollo Client', () => {
  it('starts a query over HTTP and follows it over its WebSocket to the end', async () => {
    const apollo = connect('demo-admin');
    const input = { interval: INTERVAL };
    const started = await apollo.mutate({ mutation: QueryOrganizationUsage, variables: { input } });
    const id = started.data?.queryOrganizationUsage.execution?.id ?? '';

    const states = await lastValueFrom(
      apollo.subscribe({ query: ExecutionUpdated, variables: { id } }).pipe(
        map(({ data }) => data?.usageExecutionUpdated),
        toArray(),
      ),
    );

    expect(states.at(-1)).toMatchObject({ id, status: 'SUCCEEDED', done: true });
  });

  it('has the final state in its cache, under the id of the execution', async () => {
    const apollo = connect('demo-admin');
    const id = await startedId(app.url);
    await apollo.query({ query: Execution, variables: { id } });

    await lastValueFrom(apollo.subscribe({ query: ExecutionFinished, variables: { id } }));

    const cached = apollo.readQuery({ query: Execution, variables: { id } });
    expect(cached?.usageExecution).toMatchObject({ id, status: 'SUCCEEDED', done: true });
  });

  it('gets a GraphQL error for a foreign id, not a broken connection', async () => {
    const id = await startedId(app.url);
    const apollo = connect('demo-other-org');

    const result = await lastValueFrom(apollo.subscribe({ query: ExecutionFinished, variables: { id } }));

    expect(result.error).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });
});
