/** One operation of a WebSocket, as a stream that gives back what it holds however it ends. */
import { type ExecutionArgs, type ExecutionResult, getOperationAST } from 'graphql';

import { type Leave, leavingAtEnd } from './connection-limits.js';
import type { GraphQLPipeline, OperationArgs } from './graphql-pipeline.js';
import type { OpenStreams } from './open-streams.js';
import { withRequestId } from './request-id.js';
import type { Authorization } from './token-watch.js';

export type SocketArgs = OperationArgs & {
  readonly gone: AbortController;
  readonly authorization: Authorization;
  /** Of the connection. */
  readonly streams: OpenStreams;
  /** Gives back the operation's place. */
  readonly leave: Leave;
};

type Results = AsyncGenerator<ExecutionResult, void, void>;

/** Answers to queries and mutations are not held back: whoever asks for many has to read them, or is closed. */
export function isSubscription({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'subscription';
}

export function executed(args: SocketArgs, pipeline: GraphQLPipeline): Results {
  return kept(leavable(args, pipeline), args);
}

export async function subscribed(
  socketArgs: SocketArgs,
  pipeline: GraphQLPipeline,
): Promise<Results | ExecutionResult> {
  const { leave, authorization, ...args } = socketArgs;
  try {
    const { requestId } = args.contextValue;
    const source = await withRequestId(requestId, () => pipeline.subscribe(args, authorization));
    if (Symbol.asyncIterator in source) return kept(source, socketArgs);
    leave();
    return source;
  } catch (error) {
    leave();
    throw error;
  }
}

function kept(source: Results, { streams, leave, gone }: SocketArgs): Results {
  const forget = streams.add({ return: () => stream.return() });
  const stream = leavingAtEnd(source, () => {
    forget();
    leave();
    gone.abort();
  });
  return stream;
}

/**
 * A query or mutation as a stream of one result: the library tells streams alone that their client has completed the
 * operation or that the socket is closed. Not a generator, whose `return()` would wait behind the pending `next()`.
 */
function leavable(args: SocketArgs, pipeline: GraphQLPipeline): AsyncGenerator<ExecutionResult, void, void> {
  const done = { done: true, value: undefined } as const;
  const left = Promise.withResolvers<typeof done>();
  let asked = false;
  const leave = async () => {
    args.gone.abort();
    left.resolve(done);
    return done;
  };
  return {
    async next() {
      if (asked) return done;
      asked = true;
      const { requestId } = args.contextValue;
      const result = withRequestId(requestId, () => pipeline.execute(args)).then(
        (value) => ({ done: false, value }) as const,
      );
      return Promise.race([result, left.promise]);
    },
    return: leave,
    throw: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await leave();
    },
  };
}
