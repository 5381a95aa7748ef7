import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived, its body read. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers one request; what it does not end stays open until the server stops. */
export type Script = (request: ReceivedRequest, response: ServerResponse) => void | Promise<void>;

export interface ScriptedServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Everything that arrived so far. */
  readonly received: readonly ReceivedRequest[];
}

/** Runs `use` against a real HTTP server on a free loopback port; stops it, with all connections, afterwards. */
export async function withScriptedServer<T>(
  script: Script,
  use: (server: ScriptedServer) => Promise<T>,
): Promise<T> {
  const received: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const { method = '', headers } = incoming;
      const body = Buffer.concat(chunks).toString('utf8');
      const request = { method, path: url.pathname, query: url.searchParams, headers, body };
      received.push(request);
      await script(request, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use({ url: `http://127.0.0.1:${port}`, received });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers every request with the same JSON. */
export function always(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (_request, response) => sendJson(response, status, body, headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
