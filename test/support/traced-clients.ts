/** Clients that have a trace of their own, and say so in the way of each door. */
import { randomBytes } from 'node:crypto';

import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { INTERVAL } from './starts.js';
import { webSocketUrl } from './sockets.js';

export interface ClientTrace {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceparent: string;
}

export function newTrace(flags = '01'): ClientTrace {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

type Headers = Readonly<Record<string, string>>;

/** A start over HTTP; gives the id of its execution and how it came to it. */
export async function startWith(url: string, headers: Headers, input: object = {}) {
  const query = `mutation Begin($input: QueryOrganizationUsageInput!) {
    queryOrganizationUsage(input: $input) { source execution { id } userErrors { code } } }`;
  const variables = { input: { interval: INTERVAL, reuse: { maxAgeSeconds: 0 }, ...input } };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer demo-admin', ...headers },
    body: JSON.stringify({ query, variables, operationName: 'Begin' }),
  });
  const { data } = (await response.json()) as {
    data: { queryOrganizationUsage: { source: string; execution: { id: string } } };
  };
  return { id: data.queryOrganizationUsage.execution.id, source: data.queryOrganizationUsage.source };
}

interface Watching {
  readonly url: string;
  readonly params?: Headers;
  readonly extensions?: Headers;
  readonly id: string;
  readonly onNext?: () => void;
}

/** Settles when the final state was told. */
export function watchOverWebSocket<T>(
  document: TypedDocumentNode<T, { id: string }>,
  { url, params = {}, extensions, id, onNext }: Watching,
): Promise<void> {
  const client = createWebSocketClient({
    url: webSocketUrl(url),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: 'Bearer demo-admin', ...params },
    retryAttempts: 0,
  });
  const operation = { query: print(document), variables: { id }, ...(extensions ? { extensions } : {}) };
  return ended(client, operation, onNext);
}

export function watchOverEventStream<T>(
  document: TypedDocumentNode<T, { id: string }>,
  { url, params = {}, id, onNext }: Watching,
): Promise<void> {
  const client = createSseClient({
    url: `${url}/graphql/stream`,
    headers: { authorization: 'Bearer demo-admin', ...params },
    retryAttempts: 0,
  });
  return ended(client, { query: print(document), variables: { id } }, onNext);
}

interface Subscribing<Operation> {
  subscribe(operation: Operation, sink: object): () => void;
  dispose(): unknown;
}

async function ended<Operation>(
  client: Subscribing<Operation>,
  operation: Operation,
  next: () => void = () => {},
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      client.subscribe(operation, { next, complete: resolve, error: reject });
    });
  } finally {
    await client.dispose();
  }
}
