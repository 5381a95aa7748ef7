/**
 * Clients as a frontend team has them: typed documents over real sockets. What the server sends waits in a mailbox
 * until the test asks for it, so nothing has to be listened for in time. `closeClients` belongs into `afterEach`.
 */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type GraphQLFormattedError, print } from 'graphql';
import { createClient as createSseClient, NetworkError } from 'graphql-sse';
import { type Client as WebSocketClient, createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { isCloseEvent, webSocketUrl } from './sockets.js';

export interface Result<T> {
  readonly data?: T | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

export interface HttpResult<T> extends Result<T> {
  readonly status: number;
  readonly headers: Headers;
}

/** How a stream ended: as it should, by a closed socket, or refused before it began. */
export type Ending =
  | { readonly kind: 'completed' }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'broken'; readonly error: unknown };

export interface Stream<T> {
  /** The next result; null once the stream has ended. */
  next(): Promise<Result<T> | null>;
  /** All further results, up to the end. */
  rest(): Promise<Result<T>[]>;
  readonly ended: Promise<Ending>;
  /** Unsubscribes; also settles `ended`. */
  readonly leave: () => void;
}

export type Token = string | null;

/** An operation for which there is no typed document: one that is wrong on purpose. */
export interface RawOperation {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
}

/** One way into the service for operations that may answer more than once. */
export interface Door {
  readonly name: 'WebSocket' | 'server-sent events';
  subscribe<T, V>(url: string, document: TypedDocumentNode<T, V>, variables: V, token?: Token): Stream<T>;
  send(url: string, operation: RawOperation, token?: Token): Stream<Record<string, unknown>>;
}

const ADMIN = 'demo-admin';
const open = new Set<() => unknown>();

/** Ends everything that the clients of this file still have open. */
export async function closeClients(): Promise<void> {
  const closing = [...open].map((close) => close());
  open.clear();
  await Promise.all(closing);
}

/** `POST /graphql`. */
export function execute<T, V>(
  url: string,
  document: TypedDocumentNode<T, V>,
  variables: V,
  token: Token = ADMIN,
): Promise<HttpResult<T>> {
  return post(url, { query: print(document), variables }, token) as Promise<HttpResult<T>>;
}

/** `POST /graphql` with any body. */
export async function post(
  url: string,
  body: unknown,
  token: Token = ADMIN,
): Promise<HttpResult<Record<string, unknown>>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(token) },
    body: JSON.stringify(body),
  });
  const result = (await response.json()) as Result<Record<string, unknown>>;
  return { ...result, status: response.status, headers: response.headers };
}

/** The data of a result that must have no errors. */
export function dataOf<T>({ data, errors }: Result<T>): T {
  if (errors || !data) throw new Error(`no data: ${JSON.stringify(errors)}`);
  return data;
}

export function authorization(token: Token): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** A WebSocket that several operations may share. */
export function openWebSocket(url: string, token: Token = ADMIN): WebSocketClient {
  const client = createWebSocketClient({
    url: webSocketUrl(url),
    webSocketImpl: WebSocket,
    connectionParams: authorization(token),
    retryAttempts: 0,
  });
  open.add(() => client.dispose());
  return client;
}

/** One operation on a socket that is open already. */
export function subscribeOn<T, V>(
  client: WebSocketClient,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Stream<T> {
  return overWebSocket(client, { query: print(document), variables: variables as Record<string, unknown> });
}

export const webSocketDoor: Door = {
  name: 'WebSocket',
  subscribe: (url, document, variables, token = ADMIN) =>
    subscribeOn(openWebSocket(url, token), document, variables),
  send: (url, operation, token = ADMIN) => overWebSocket(openWebSocket(url, token), operation),
};

export const serverSentEventsDoor: Door = {
  name: 'server-sent events',
  subscribe: <T, V>(url: string, document: TypedDocumentNode<T, V>, variables: V, token: Token = ADMIN) => {
    const operation = { query: print(document), variables: variables as Record<string, unknown> };
    return overEventStream<T>(url, operation, token);
  },
  send: (url, operation, token = ADMIN) => overEventStream(url, operation, token),
};

export const DOORS: readonly Door[] = [webSocketDoor, serverSentEventsDoor];

function overWebSocket<T>(client: WebSocketClient, operation: RawOperation): Stream<T> {
  const mailbox = createMailbox<T>();
  const unsubscribe = client.subscribe<T>(operation, {
    next: (result) => mailbox.put(result as Result<T>),
    complete: () => mailbox.end({ kind: 'completed' }),
    error(error) {
      // The protocol's `error` message is the last one of its operation.
      if (Array.isArray(error)) {
        mailbox.put({ errors: error as GraphQLFormattedError[] });
        mailbox.end({ kind: 'completed' });
      } else if (isCloseEvent(error)) {
        mailbox.end({ kind: 'closed', code: error.code, reason: error.reason });
      } else mailbox.end({ kind: 'broken', error });
    },
  });
  return mailbox.stream(unsubscribe);
}

function overEventStream<T>(url: string, operation: RawOperation, token: Token): Stream<T> {
  const mailbox = createMailbox<T>();
  const client = createSseClient({
    url: `${url}/graphql/stream`,
    headers: authorization(token),
    retryAttempts: 0,
  });
  open.add(() => client.dispose());
  const unsubscribe = client.subscribe<T>(operation, {
    next: (result) => mailbox.put(result as Result<T>),
    complete: () => mailbox.end({ kind: 'completed' }),
    error: (error) => mailbox.end(toEnding(error)),
  });
  return mailbox.stream(unsubscribe);
}

async function toEnding(error: unknown): Promise<Ending> {
  if (!(error instanceof NetworkError) || !error.response) return { kind: 'broken', error };
  const response = error.response as Response;
  return { kind: 'refused', status: response.status, body: await response.json() };
}

function createMailbox<T>() {
  const results: Result<T>[] = [];
  const ending = Promise.withResolvers<Ending>();
  const state = { over: false };
  let wakeUp = () => {};
  const stream = (leave: () => void): Stream<T> => ({
    ended: ending.promise,
    async next() {
      while (results.length === 0 && !state.over) await new Promise<void>((resolve) => (wakeUp = resolve));
      return results.shift() ?? null;
    },
    async rest() {
      await ending.promise;
      return results.splice(0);
    },
    leave,
  });
  return {
    stream,
    put(result: Result<T>): void {
      results.push(result);
      wakeUp();
    },
    end(how: Ending | Promise<Ending>): void {
      state.over = true;
      ending.resolve(how);
      wakeUp();
    },
  };
}
