import type { ServerResponse } from 'node:http';

/** One for all: Node would make one with a stack for each request. */
const CLOSED = new DOMException('The response is closed', 'AbortError');

/** Aborted when the response is through or its client has left, whichever comes first. */
export function untilClosed(response: ServerResponse): AbortSignal {
  const closed = new AbortController();
  if (response.closed) closed.abort(CLOSED);
  else response.once('close', () => closed.abort(CLOSED));
  return closed.signal;
}
