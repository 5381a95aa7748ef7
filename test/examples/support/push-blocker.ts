/** A proxy as some companies have it: plain HTTP passes, WebSockets and event streams do not. */
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PushBlocker {
  readonly url: string;
  /** Upgrades and event streams that were refused. */
  readonly refused: () => number;
  stop(): Promise<void>;
}

export async function startPushBlocker(target: string): Promise<PushBlocker> {
  let refused = 0;
  const server = createServer((request, response) => {
    const { method, url = '/', headers } = request;
    const passed = forward(new URL(url, target), { method, headers }, (answer) => {
      if (answer.headers['content-type']?.startsWith('text/event-stream')) {
        refused += 1;
        answer.destroy();
        response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Blocked by policy</h1>');
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.on('upgrade', (_request, socket) => {
    refused += 1;
    socket.on('error', () => {});
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused: () => refused,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
