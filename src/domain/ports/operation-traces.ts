/** A port: clients' operations and what is pushed to them, for whoever follows a request across programs. */

export type TracedDoor = 'HTTP' | 'WEBSOCKET' | 'EVENT_STREAM';

/** The W3C trace context that a client has sent; nothing is checked yet, and what is malformed counts as not sent. */
export interface TraceCarrier {
  readonly traceparent?: unknown;
  readonly tracestate?: unknown;
}

export interface OperationTraces {
  /** A client's operation begins, as a part of the client's trace if there is one. */
  begin(door: TracedDoor, carrier: TraceCarrier): OperationTrace;
}

/** One operation. Nothing here throws, and what comes after `end` is ignored. */
export interface OperationTrace {
  /** Whatever `work` starts belongs to this operation. */
  run<T>(work: () => T): T;
  /** What it has turned out to be. */
  resolved(operation: { readonly type: string; readonly name: string | null }): void;
  /** One of the codes that clients are shown. */
  failed(code: string): void;
  /** Its answer was given, or its subscription is set up. `status`: of HTTP. */
  end(status?: number): void;
  /** For one subscriber, as long as it is there. */
  push(): PushTrace;
}

/** What is pushed to one subscriber; `state` is what its result is made of. */
export interface PushTrace {
  begins(state: unknown): void;
  /** The result has left the process, or never will. */
  left(state: unknown): void;
}
