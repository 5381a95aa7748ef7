import type { FetcherParams, Observable } from '@graphiql/toolkit';
import type { ExecutionResult } from 'graphql';
import { CloseCode, createClient } from 'graphql-ws';
import { isRecord } from './json';
import { type Shown, failure, show } from './shown';

export type StreamEnd = 'completed' | 'failed' | 'stopped';

export interface StreamListener {
  onStart(): void;
  onEvent(result: Shown): void;
  onEnd(end: StreamEnd): void;
}

/** One subscription on a WebSocket of its own, which takes the token with it and closes with it. */
export function openStream(
  endpoint: string,
  params: FetcherParams,
  authorization: string | undefined,
  listener: StreamListener,
): Observable<ExecutionResult> {
  return {
    subscribe(observer: { next(value: ExecutionResult): void; complete(): void }) {
      let over = false;
      let refused = false;
      const end = (how: StreamEnd): void => {
        if (over) return;
        over = true;
        listener.onEnd(how);
        if (how !== 'stopped') observer.complete();
        void client.dispose();
      };
      const next = (result: Shown): void => {
        if (over) return;
        refused = result.errors !== undefined && !result.data;
        listener.onEvent(result);
        observer.next(show(result));
      };

      const client = createClient({
        url: webSocketUrl(endpoint),
        connectionParams: authorization === undefined ? {} : { authorization },
        retryAttempts: 3,
        on: {
          connecting: (isRetry) => isRetry && listener.onEvent(failure('Connection lost, trying again.')),
        },
        // Subscribing again gives the present state, so a lost connection is no loss. A refusal is final.
        shouldRetry: (event) => isRecord(event) && event.code !== CloseCode.Forbidden,
      });
      listener.onStart();
      const unsubscribe = client.subscribe(toPayload(params), {
        next,
        error(error) {
          next(toFailure(error));
          end('failed');
        },
        complete: () => end(refused ? 'failed' : 'completed'),
      });
      return {
        unsubscribe() {
          end('stopped');
          unsubscribe();
        },
      };
    },
  } as Observable<ExecutionResult>;
}

function webSocketUrl(endpoint: string): string {
  const url = new URL(endpoint, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

function toPayload({ query, operationName, variables }: FetcherParams) {
  return { query, operationName: operationName ?? null, variables: isRecord(variables) ? variables : null };
}

/** graphql-ws reports GraphQL errors as a list, a closed socket as its event, the rest as an Error. */
function toFailure(error: unknown): Shown {
  if (Array.isArray(error)) return { errors: error };
  if (error instanceof CloseEvent) {
    const reason = error.reason || 'no reason given';
    return failure(`The server closed the connection: ${error.code} ${reason}.`, { closeCode: error.code });
  }
  return failure(error instanceof Error ? error.message : 'No connection to the server.');
}
