/**
 * Who answers while the program starts, which takes as long as the migrations do: that this process lives, so that nobody
 * kills it in the middle of one, and that it is not ready, so that nobody sends it work. It also holds the port, so
 * that a second start by mistake makes no database and takes no work.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { expectFreeAddress, toStartupError } from '../listen-address.js';
import { BARE_SECURITY_HEADERS } from './bare-headers.js';

export interface StartingDoor {
  /** Gives the port away: whoever listens next comes a moment later. May be called again. */
  close(): Promise<void>;
}

/** Whoever needs longer for a request this small is not a probe. */
const ARRIVAL_MS = 2_000;
const PROBLEM = 'this node is starting';
const REFUSAL = {
  message: 'The service is starting. Try again shortly.',
  extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true },
};

/** Throws `StartupError` when nobody can listen there. With port 0 nobody could know where to ask, and nobody answers. */
export async function openStartingDoor(host: string, port: number): Promise<StartingDoor> {
  if (port === 0) {
    await expectFreeAddress(host, port);
    return { close: async () => {} };
  }
  const server = createServer({ requestTimeout: ARRIVAL_MS, headersTimeout: ARRIVAL_MS }, answer);
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw toStartupError(error, host, port);
  }
  // A start that was given up must not be kept alive by its door.
  server.unref();
  let closing: Promise<void> | undefined;
  return { close: () => (closing ??= close(server)) };
}

function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const [status, body] = answerTo(url.split('?', 1)[0] ?? '');
  response.writeHead(status, {
    ...BARE_SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': randomUUID(),
    // The next one is answered by the program itself.
    connection: 'close',
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  });
  response.end(JSON.stringify(body));
}

function answerTo(path: string): [status: number, body: object] {
  if (path === '/health/live') return [200, { status: 'live' }];
  if (path === '/health/startup') return [503, { status: 'starting' }];
  if (path === '/health/ready') return [503, { status: 'not ready', problems: [PROBLEM], degraded: [] }];
  return [503, { errors: [REFUSAL] }];
}

/** Every whole request was answered at once; what is left of connections has nothing to wait for. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
