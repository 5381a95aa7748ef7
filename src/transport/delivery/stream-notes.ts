/** For whoever counts what streams do: hooks on the way of every subscription, the same behind both streaming doors. */
import { isRecord } from '../../lib/is-record.js';
import type { GraphQLPipeline, Recipient } from '../graphql-pipeline.js';
import type { ResultSink } from './delivery.js';
import type { SerializedResult } from './serialized-result.js';

export type StreamTransport = 'websocket' | 'sse';
/** Asked for far more than it reads; or no sign of life, or nothing read, for too long. */
export type DropReason = 'too_slow' | 'silent';

/** Called on hot paths: must be cheap, and must not throw. */
export interface StreamNotes {
  subscribed(transport: StreamTransport): void;
  unsubscribed(transport: StreamTransport): void;
  /** A result is written now. `waitedMs`: since its execution ended, null when nobody waited here for that. */
  writing(transport: StreamTransport, waitedMs: number | null): void;
  /** A result took more than a second to leave the process. */
  slow(transport: StreamTransport): void;
  /** We have given up a client. */
  dropped(transport: StreamTransport, reason: DropReason): void;
  /** The store's clock, in milliseconds since the epoch. */
  now(): number;
}

export const noStreamNotes: StreamNotes = {
  subscribed() {},
  unsubscribed() {},
  writing() {},
  slow() {},
  dropped() {},
  now: Date.now,
};

/** Far longer than a client that reads makes us wait, and far shorter than until it is given up. */
const SLOW_MS = 1_000;

/** The same pipeline; `notes` are told of its subscriptions. */
export function withNotes(
  pipeline: GraphQLPipeline,
  transport: StreamTransport,
  notes: StreamNotes,
): GraphQLPipeline {
  return {
    ...pipeline,
    async subscribe(args, to) {
      const noted = new NotedRecipient(to, transport, notes);
      const results = await pipeline.subscribe(args, noted.recipient);
      if (Symbol.asyncIterator in results) noted.begin();
      return results;
    },
  };
}

class NotedRecipient implements ResultSink {
  readonly #since: number;
  #endedAt: number | null = null;
  #isCounted = false;
  #isOver = false;

  constructor(
    private readonly to: Recipient,
    private readonly transport: StreamTransport,
    private readonly notes: StreamNotes,
  ) {
    this.#since = notes.now();
  }

  get recipient(): Recipient {
    return {
      authorization: this.to.authorization,
      sink: this,
      onOver: () => this.#end(),
      onState: (state) => (this.#endedAt = endOf(state)),
    };
  }

  begin(): void {
    if (this.#isOver) return;
    this.#isCounted = true;
    this.notes.subscribed(this.transport);
  }

  room(): Promise<void> | undefined {
    return this.to.sink.room();
  }

  write(result: SerializedResult, onLeft: () => void): void {
    const startedAt = performance.now();
    this.notes.writing(this.transport, this.#waitedMs());
    this.to.sink.write(result, () => {
      if (performance.now() - startedAt > SLOW_MS) this.notes.slow(this.transport);
      onLeft();
    });
  }

  /** Who comes when it is over has not waited for the end, however long ago that was. */
  #waitedMs(): number | null {
    const endedAt = this.#endedAt;
    this.#endedAt = null;
    return endedAt === null || endedAt < this.#since ? null : this.notes.now() - endedAt;
  }

  #end(): void {
    this.#isOver = true;
    if (this.#isCounted) this.notes.unsubscribed(this.transport);
    this.to.onOver();
  }
}

/** Null while it goes on. */
function endOf(state: unknown): number | null {
  const finishedAt = isRecord(state) ? state['finishedAt'] : null;
  return finishedAt instanceof Date ? finishedAt.getTime() : null;
}
