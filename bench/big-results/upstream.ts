/**
 * The simulated upstream in a process of its own, whose organization queries all end at once with the same result of
 * 100,000 rows: `node upstream.ts <rows>`. The bytes lie ready, so that sending them costs upstream next to nothing. It
 * tells its parent of each such answer when it was asked for and when its last byte had gone out.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createSimulator } from '../../dist/src/simulator/simulator.js';

/** Milliseconds since 1970, with fractions: comparable between processes. */
export interface Sent {
  readonly askedAt: number;
  readonly lastByteAt: number;
}
export interface Ready {
  readonly url: string;
  readonly bytes: number;
}

const RESULTS = /^\/api\/v2\/usage\/query\/[^/]+\/results/;
const HEADERS = { authorization: 'Bearer demo-admin', 'content-type': 'application/json' };

const now = () => performance.timeOrigin + performance.now();
const rows = Number(process.argv[2]);
const simulator = await createSimulator({ durations: () => 0, rateLimitPerMinute: 100_000 });
const body = await bigResult();

async function bigResult(): Promise<Buffer> {
  const fault = simulator.faults.inject({ kind: 'rows', count: rows }, { stage: 'results' });
  const query = { interval: '2026-09-01/2026-09-30', granularity: 'Day', groupBy: ['OAuthClientId'] };
  const started = await fetch(`${simulator.url}/api/v2/usage/query`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify(query),
  });
  const { resultsUri } = (await started.json()) as { resultsUri: string };
  const results = await fetch(`${simulator.url}${resultsUri}`, { headers: HEADERS });
  fault.remove();
  return Buffer.from(await results.arrayBuffer());
}

function answer(incoming: IncomingMessage, response: ServerResponse): void {
  if (!RESULTS.test(incoming.url ?? '')) return pass(incoming, response);
  const askedAt = now();
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body, () => process.send?.({ askedAt, lastByteAt: now() } satisfies Sent));
}

function pass(incoming: IncomingMessage, response: ServerResponse): void {
  const { method = 'GET', url = '/', headers } = incoming;
  const onward = request(`${simulator.url}${url}`, { method, headers }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  });
  incoming.pipe(onward);
}

const server = createServer(answer).listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.send?.({ url, bytes: body.length } satisfies Ready);
});
