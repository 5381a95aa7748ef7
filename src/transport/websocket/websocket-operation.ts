/** One operation of a WebSocket, as a stream that gives back what it holds however it ends. */
import type { ExecutionResult } from 'graphql';

import { type Leave, leavingAtEnd } from '../admission/connection-limits.js';
import type { Delivery, ResultSink } from '../delivery/delivery.js';
import type { OperationTrace } from '../../domain/ports/operation-traces.js';
import type { GraphQLPipeline, OperationArgs } from '../graphql-pipeline.js';
import { runToEnd } from '../operation-trace.js';
import type { OpenStreams } from './open-streams.js';
import { withRequestId } from '../request-id.js';
import type { Authorization } from '../admission/token-watch.js';

export type SocketArgs = OperationArgs & {
  readonly gone: AbortController;
  readonly authorization: Authorization;
  /** Of the connection. */
  readonly streams: OpenStreams;
  /** Gives back the operation's place. */
  readonly leave: Leave;
  /** Null: there is no tracer. */
  readonly trace: OperationTrace | null;
  /** For results of a subscription. Answers are not held back: whoever asks for many has to read them, or is closed. */
  readonly sink: ResultSink;
};

type Results = AsyncGenerator<ExecutionResult, void, void>;

export function executed(args: SocketArgs, pipeline: GraphQLPipeline): Results {
  const forget = args.streams.add({ return: () => stream.return() });
  const stream = leavingAtEnd(leavable(args, pipeline), () => {
    forget();
    args.leave();
    args.gone.abort();
  });
  return stream;
}

export async function subscribed(
  { leave, authorization, sink, streams, gone, trace, ...args }: SocketArgs,
  pipeline: GraphQLPipeline,
): Promise<Delivery | ExecutionResult> {
  let forget = () => {};
  const onOver = () => {
    forget();
    leave();
    gone.abort();
  };
  try {
    const { requestId } = args.contextValue;
    const results = await withRequestId(requestId, () =>
      runToEnd(trace, () => pipeline.subscribe(args, { authorization, sink, onOver })),
    );
    if (Symbol.asyncIterator in results) forget = streams.add(results);
    return results;
  } catch (error) {
    onOver();
    throw error;
  }
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
      const result = withRequestId(requestId, () => runToEnd(args.trace, () => pipeline.execute(args))).then(
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
