import { CANCEL_EXECUTION } from './execution-state.js';
import type { Line } from './line.js';
import { UsageQueryError } from './usage-query-error.js';

/** The error of an abort: says what becomes of the execution, after seeing to it. */
export async function stopped(line: Line, cancel: boolean): Promise<UsageQueryError> {
  const { executionId: id } = line.standing;
  if (id === null) return aborted(line, 'Stopped before the server said whether a query was started.');
  if (!cancel) return aborted(line, `Stopped waiting for ${id}, which goes on at the server.`);
  if (line.source === 'JOINED' || line.source === 'REUSED')
    return aborted(line, `Stopped waiting for ${id}; it was started by another call, and goes on for that.`);
  try {
    return await canceled(line, id);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return aborted(line, `Stopped waiting for ${id}, which could not be canceled: ${why}`);
  }
}

async function canceled(line: Line, id: string): Promise<UsageQueryError> {
  // The line's own signal would end this request, too.
  const unstoppable = new AbortController().signal;
  const data = await line.ask(CANCEL_EXECUTION, { input: { id } }, unstoppable);
  const { execution, userErrors } = data.cancelUsageExecution;
  if (execution) line.take(execution);
  const [refusal] = userErrors;
  if (refusal)
    return aborted(line, `Stopped waiting for ${id}, which was not canceled: ${refusal.message}`, {
      userErrors,
    });
  const rest = execution?.upstreamMayStillRun
    ? ' Genesys Cloud, which has no cancel, may still work on it.'
    : '';
  return aborted(line, `Canceled ${id}.${rest}`, { canceled: true });
}

function aborted(
  line: Line,
  message: string,
  more: { readonly canceled?: boolean; readonly userErrors?: UsageQueryError['userErrors'] } = {},
): UsageQueryError {
  const { standing, signal } = line;
  const options = { kind: 'aborted', code: 'ABORTED', retryable: true, cause: signal.reason } as const;
  return new UsageQueryError(message, { ...options, ...standing, ...more });
}
