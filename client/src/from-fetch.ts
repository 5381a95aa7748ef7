import { readEvents } from './event-stream.js';
import { type HttpOptions, post, requestOverHttp } from './http.js';
import type { UsageClient, UsageRequest, UsageSink } from './usage-client.js';

export interface FetchOptions extends HttpOptions {
  /** False: no subscriptions, the state is asked for again and again. @default true */
  readonly push?: boolean | undefined;
}

/** A client without any library: queries over HTTP, push by server-sent events at `{url}/stream`. */
export function fromFetch(options: FetchOptions): UsageClient {
  const request: UsageClient['request'] = (operation, signal) => requestOverHttp(options, operation, signal);
  if (options.push === false) return { request };
  return {
    request,
    subscribe(operation, sink) {
      const stop = new AbortController();
      void listen(options, operation, sink, stop.signal);
      return () => stop.abort();
    },
  };
}

async function listen(options: HttpOptions, operation: UsageRequest, sink: UsageSink, signal: AbortSignal) {
  try {
    const response = await post(options, '/stream', 'text/event-stream', operation, signal);
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !response.body || !type.startsWith('text/event-stream')) {
      await response.body?.cancel();
      throw new Error(`the event stream was answered with ${response.status} ${type}`);
    }
    for await (const { event, data } of readEvents(response.body)) {
      if (event === 'complete') break;
      if (event === 'next') sink.next(JSON.parse(data) as object);
    }
    sink.completed();
  } catch (cause) {
    sink.failed(cause);
  }
}
