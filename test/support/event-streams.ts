/** Event streams without a client library, for what such a library would hide. */
import { authorization, type Token } from './clients.js';

export interface RawEventStream {
  readonly status: number;
  readonly headers: Headers;
  /** Everything up to the end. */
  text(): Promise<string>;
  close(): Promise<void>;
}

export async function openEventStream(
  url: string,
  query: string,
  token: Token = 'demo-admin',
  headers: Readonly<Record<string, string>> = {},
): Promise<RawEventStream> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: {
      ...authorization(token),
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  return {
    status: response.status,
    headers: response.headers,
    text: () => response.text(),
    async close() {
      leaving.abort();
      await response.body?.cancel().catch(() => {});
    },
  };
}
