/**
 * `/metrics`, for Prometheus: on the port of everything else, or on one of its own that no load balancer leads to. It has
 * no tenant's data, asks nobody for a token, counts against nobody's rate limit, and answers also when the database is
 * away: that is when it is wanted.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { FastifyInstance } from 'fastify';

import type { Logger } from '../../lib/logger.js';
import { toStartupError, urlOf } from '../listen-address.js';
import { BARE_SECURITY_HEADERS } from './bare-headers.js';

export interface MetricsPage {
  readonly contentType: string;
  render(): Promise<string>;
}

const PATH = '/metrics';

export function addMetrics(fastify: FastifyInstance, page: MetricsPage): void {
  fastify.get(PATH, async (_request, reply) => {
    const text = await page.render();
    await reply.header('cache-control', 'no-store').header('content-type', page.contentType).send(text);
  });
}

export interface MetricsServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly page: MetricsPage;
  readonly log: Logger;
}

export interface MetricsServer {
  /** `http://host:port` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Throws `StartupError` when the port is taken. */
export async function startMetricsServer({
  host,
  port,
  page,
  log,
}: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url?.split('?')[0] !== PATH) return answer(response, 404, 'Only /metrics is here.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(response, 405, 'Only GET is allowed here.\n', { allow: 'GET, HEAD' });
    page.render().then(
      (text) => answer(response, 200, text, { 'content-type': page.contentType }),
      (error: unknown) => {
        log.error({ err: error }, 'the metrics could not be shown');
        answer(response, 500, 'The metrics could not be shown.\n');
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toStartupError(error, host, port, 'METRICS')));
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: urlOf(host, bound),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...BARE_SECURITY_HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
