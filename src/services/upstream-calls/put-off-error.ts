import type { PutOffReason } from '../../domain/execution.js';

/** Upstream was not asked: it is not the time for it. No failure of the execution, which is put off. */
export class PutOffError extends Error {
  override readonly name = 'PutOffError';
  constructor(
    readonly retryInMs: number,
    readonly reason: PutOffReason,
  ) {
    super(`upstream is not asked within ${retryInMs} ms: ${reason}`);
  }
}
