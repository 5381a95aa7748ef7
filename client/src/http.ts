/** GraphQL over HTTP with `fetch`, for every adapter whose library has push alone. */
import { toText } from './document.js';
import type { UsageRequest, UsageResponse } from './usage-client.js';
import { invalidAnswer } from './usage-query-error.js';

export interface HttpOptions {
  /** Of the GraphQL endpoint, such as `https://usage.example.com/graphql`; in a browser a path will do. */
  readonly url: string;
  /**
   * Sent with every request: `{ authorization: 'Bearer …' }`. As a function it is called for each one, so that a token
   * that was renewed is used from then on.
   */
  readonly headers?: UsageHeaders | (() => UsageHeaders | Promise<UsageHeaders>) | undefined;
  /** @default the global one */
  readonly fetch?: typeof fetch | undefined;
}

export type UsageHeaders = Readonly<Record<string, string>>;

export async function post(
  options: HttpOptions,
  path: string,
  accept: string,
  request: UsageRequest,
  signal: AbortSignal,
): Promise<Response> {
  const { url, headers } = options;
  const send = options.fetch ?? fetch;
  const given = typeof headers === 'function' ? await headers() : headers;
  return send(`${url}${path}`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...given },
    body: JSON.stringify({ query: toText(request.document), variables: request.variables }),
    signal,
  });
}

/** What `UsageClient.request` is to do. */
export async function requestOverHttp(
  options: HttpOptions,
  request: UsageRequest,
  signal: AbortSignal,
): Promise<UsageResponse> {
  const response = await post(options, '', 'application/json', request, signal);
  const text = await response.text();
  const answer = parse(text);
  if (answer) return answer;
  const what = `${options.url} answered ${response.status} with something that is no GraphQL`;
  // A proxy whose server is away answers in its own words: that passes. The rest does not.
  if (response.status >= 500 || response.status === 429) throw new Error(what);
  throw invalidAnswer(`${what}: is it the address of the GraphQL endpoint?`, {
    executionId: null,
    execution: null,
  });
}

function parse(text: string): UsageResponse | null {
  try {
    const answer = JSON.parse(text) as UsageResponse | null;
    return answer?.data !== undefined || (answer?.errors?.length ?? 0) > 0 ? answer : null;
  } catch {
    return null;
  }
}
