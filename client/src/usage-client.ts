/** The little that is asked of a GraphQL client. One of your own needs these two functions, and no more. */
import type { AnyDocument } from './document.js';

export interface UsageClient {
  /**
   * Sends a query or a mutation. Resolves with what the server has answered, errors included; rejects with a
   * `UsageQueryError` for what is final, and with anything else when no answer came: then it is asked again where that
   * is safe. Nothing may come from a cache.
   */
  request(operation: UsageRequest, signal: AbortSignal): Promise<UsageResponse>;
  /**
   * Subscribes; the function returned unsubscribes. Left out: the state is asked for again and again, in the rhythm that
   * the server recommends. Whether it reconnects by itself does not matter.
   */
  subscribe?(operation: UsageRequest, sink: UsageSink): () => void;
}

export interface UsageRequest {
  readonly document: AnyDocument;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A GraphQL answer, as the specification has it. */
export interface UsageResponse {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLErrorLike[] | undefined;
}

export interface GraphQLErrorLike {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Where a subscription tells what happens to it. After `failed` or `completed` it says nothing more. */
export interface UsageSink {
  next(response: UsageResponse): void;
  /** It could not be had, was refused, or broke. Why does not matter: the state is then asked for. */
  failed(cause: unknown): void;
  completed(): void;
}
