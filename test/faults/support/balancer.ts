/**
 * The least that any load balancer does: it sends each request to the next node that says it is ready, over connections
 * that it keeps, and to another one only when a connection was refused.
 */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  readonly url: string;
  /** Nodes that are ready by its latest look. */
  readonly ready: number;
  add(url: string): void;
  stop(): Promise<void>;
}

interface Backend {
  readonly url: string;
  ready: boolean;
}

const NONE = 502;

/** @param lookEveryMs between two looks at `/health/ready` */
export async function startBalancer(lookEveryMs: number): Promise<Balancer> {
  const backends: Backend[] = [];
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  async function look(backend: Backend): Promise<void> {
    const answer = await fetch(`${backend.url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => null,
    );
    backend.ready = answer?.ok ?? false;
  }

  /** @param tried those that have refused */
  function forward(
    incoming: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
    tried: readonly Backend[],
  ): void {
    const usable = backends.filter((backend) => backend.ready && !tried.includes(backend));
    const backend = usable[(turn += 1) % Math.max(1, usable.length)];
    if (!backend) return void outgoing.writeHead(NONE).end('no node');
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    const onward = request(
      `${backend.url}${incoming.url}`,
      { method: incoming.method, headers, agent },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? NONE, { 'content-type': answer.headers['content-type'] });
        answer.pipe(outgoing);
      },
    );
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') return forward(incoming, body, outgoing, [...tried, backend]);
      outgoing.writeHead(NONE).end(`${error.code}: ${error.message}`);
    });
    onward.end(body);
  }

  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => forward(incoming, Buffer.concat(parts), outgoing, []));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const looking = setInterval(() => backends.forEach((backend) => void look(backend)), lookEveryMs);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get ready() {
      return backends.filter(({ ready }) => ready).length;
    },
    add: (url) => void backends.push({ url, ready: false }),
    async stop() {
      clearInterval(looking);
      agent.destroy();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
