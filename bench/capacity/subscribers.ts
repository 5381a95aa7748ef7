/** What subscribers cost a node and its PostgreSQL when they come, and while nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocket } from 'ws';

import { startExecution, startNodes } from '../budget/nodes.ts';
import { rounded } from '../lib/summary.ts';
import { watchUse } from './use.ts';

export interface Subscribers {
  readonly count: number;
  /** Of the node and of PostgreSQL for each that comes, with a token that the node does not know. */
  readonly nodeCpuMsToConnect: number;
  readonly databaseCpuMsToConnect: number;
  /** While nothing happens, for each in a minute. */
  readonly nodeCpuMsAMinute: number;
  readonly databaseCpuMsAMinute: number;
  readonly upstreamCallsAMinute: number;
  readonly commitsAMinute: number;
}

const SUBSCRIPTION =
  'subscription ($id: ID!) { usageExecutionFinished(id: $id) { status rows(first: 100) { nodes { date requests } } } }';

/** Each with a token of its own, all at one execution that runs. */
export async function subscribersOf(count: number): Promise<Subscribers> {
  const nodes = await startNodes({
    count: 1,
    durations: () => 3_600_000,
    rateLimitPerMinute: 1_000_000,
    // Nothing but the subscribers is to be seen.
    env: {
      POLL_INITIAL_MS: '600000',
      POLL_MAX_MS: '3600000',
      MAX_CONNECTIONS_PER_IDENTITY: '0',
      MAX_CONNECTIONS_PER_ADDRESS: '0',
    },
  });
  try {
    const url = nodes.programs[0]?.url ?? '';
    const id = await startExecution(url, nodes.simulator.tokens.issue());
    const open = (many: number) =>
      Promise.all(Array.from({ length: many }, () => subscribe(url, nodes.simulator.tokens.issue(), id)));
    await open(50);
    const coming = await watchUse(nodes);
    for (let i = 0; i < count; i += 20) await open(20);
    await sleep(1_000);
    const come = await coming();
    const callsBefore = nodes.simulator.requests.length;
    const waiting = await watchUse(nodes);
    await sleep(60_000);
    const waited = await waiting();
    const calls = nodes.simulator.requests.length - callsBefore;
    const all = count + 50;
    const found = {
      count,
      nodeCpuMsToConnect: rounded(come.nodeMs / count),
      databaseCpuMsToConnect: rounded(come.databaseMs / count),
      nodeCpuMsAMinute: rounded(waited.nodeMs / all),
      databaseCpuMsAMinute: rounded(waited.databaseMs / all),
      upstreamCallsAMinute: rounded(calls / all),
      commitsAMinute: rounded(waited.commits / all),
    };
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return found;
  } finally {
    await nodes.stop();
  }
}

function subscribe(url: string, token: string, id: string): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  socket.on('message', (data: Buffer) => {
    if (!data.includes('connection_ack')) return;
    send({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION, variables: { id: `exe_${id}` } } });
    resolve(socket);
  });
  socket.on('error', reject);
  // The node ends it when it stops.
  return promise;
}
