/** Ports: news of executions. */

/** A change of an execution, or the notice that changes may have been missed and everything must be read again. */
export type ExecutionEvent =
  { readonly type: 'CHANGED'; readonly id: string; readonly version: number } | { readonly type: 'RESYNC' };

/**
 * Tells of changes, on whichever node they were made. A hint for latency: the store is the truth. Listening is
 * effective when the promise is settled; the function that it gives ends it.
 */
export interface ExecutionEvents {
  onExecution(id: string, listener: (event: ExecutionEvent) => void): Promise<() => void>;
  onFinished(organizationId: string, listener: (event: ExecutionEvent) => void): Promise<() => void>;
}

/** Where executions stand: the cheapest question that shows what one has missed. */
export interface ExecutionVersions {
  /** Unknown and expired ones are absent. */
  versionsOf(ids: readonly string[]): Promise<readonly { readonly id: string; readonly version: number }[]>;
}
