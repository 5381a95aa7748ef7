import type { ServerResponse } from 'node:http';

/** Aborted when the response is through or its client has left, whichever comes first. */
export function untilClosed(response: ServerResponse): AbortSignal {
  const closed = new AbortController();
  if (response.closed) closed.abort();
  else response.once('close', () => closed.abort());
  return closed.signal;
}
