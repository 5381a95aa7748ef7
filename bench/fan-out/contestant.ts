/**
 * A server in a process of its own, named by its argument. All but the real program have the rows in memory already, and
 * are told to publish; nothing of theirs checks a token or a limit.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { PubSub } from 'graphql-subscriptions';
// The one that the protocol's library uses: a peer's own copy may lie nearer.
import { buildSchema, type GraphQLSchema } from '../../node_modules/graphql/index.js';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';

import { createApp } from '../../dist/src/app.js';
import { parseConfig } from '../../dist/src/config.js';
import { silentLogger } from '../../dist/src/lib/logger.js';

export type Order =
  | { readonly kind: 'publish'; readonly execution: object; readonly message: string }
  | { readonly kind: 'memory' };

export type Report =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'published'; readonly at: string }
  | { readonly kind: 'memory'; readonly rss: number; readonly heapUsed: number };

type Publish = (order: Extract<Order, { kind: 'publish' }>) => unknown;

const TOPIC = 'finished';

const report = (news: Report) => process.send?.(news);

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', 4096, () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** The contract with plain resolvers over an object in memory. */
function schemaInMemory(pubSub: PubSub): GraphQLSchema {
  const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
  const field = schema.getSubscriptionType()?.getFields()['usageExecutionFinished'];
  if (!field) throw new Error('the contract has changed');
  field.subscribe = () => pubSub.asyncIterableIterator(TOPIC);
  field.resolve = (execution: unknown) => execution;
  return schema;
}

async function raw(): Promise<[string, Publish]> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
  sockets.on('connection', (socket: WebSocket) => {
    socket.on('message', (data: Buffer) => {
      if (data.includes('connection_init')) socket.send('{"type":"connection_ack"}');
    });
  });
  const publish: Publish = ({ message }) => {
    const bytes = Buffer.from(JSON.stringify(JSON.parse(message)));
    for (const socket of sockets.clients) socket.send(bytes, { binary: false });
  };
  return [await listen(server), publish];
}

async function rawEventStream(): Promise<[string, Publish]> {
  const open = new Set<{ write(bytes: Buffer): unknown }>();
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    open.add(response);
  });
  const publish: Publish = ({ message }) => {
    const bytes = Buffer.from(`event: next\ndata: ${JSON.stringify(JSON.parse(message).payload)}\n\n`);
    for (const response of open) response.write(bytes);
  };
  return [await listen(server), publish];
}

async function graphqlWs(): Promise<[string, Publish]> {
  const pubSub = new PubSub();
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer({ schema: schemaInMemory(pubSub) }, sockets);
  return [await listen(server), ({ execution }) => pubSub.publish(TOPIC, execution)];
}

async function mercurius(): Promise<[string, Publish]> {
  const [{ default: fastify }, { default: plugin }] = await Promise.all([
    import('fastify'),
    import('mercurius'),
  ]);
  const app = fastify();
  const schema = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
  const pubsubTopic = TOPIC;
  await app.register(plugin, {
    schema: schema.replaceAll(/^scalar DateTime$|^scalar Date$/gm, '$&'),
    resolvers: {
      Subscription: {
        usageExecutionFinished: {
          subscribe: (_root: unknown, _args: unknown, { pubsub }: never) =>
            (pubsub as { subscribe(topic: string): never }).subscribe(pubsubTopic),
          resolve: (execution: unknown) => execution,
        },
      },
    },
    jit: 1,
    subscription: { fullWsTransport: true },
  } as never);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const { pubsub } = (app as unknown as { graphql: { pubsub: { publish(event: object): void } } }).graphql;
  return [url, ({ execution }) => pubsub.publish({ topic: TOPIC, payload: execution })];
}

async function ours(): Promise<[string, Publish]> {
  const app = createApp(parseConfig(process.env), silentLogger);
  await app.start();
  return [app.url, () => {}];
}

const CONTESTANTS = { raw, rawEventStream, graphqlWs, mercurius, ours };

async function compacted(): Promise<NodeJS.MemoryUsage> {
  const collect = globalThis.gc as unknown as (options: object) => void;
  // What an idle process comes to by itself after a while.
  for (let i = 0; i < 4; i += 1) {
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await delay(50);
  }
  return process.memoryUsage();
}

const name = process.argv[2] as keyof typeof CONTESTANTS;
const [url, publish] = await CONTESTANTS[name]();
process.on('message', (order: Order) => {
  if (order.kind === 'memory') {
    void compacted().then(({ rss, heapUsed }) => report({ kind: 'memory', rss, heapUsed }));
    return;
  }
  const at = String(process.hrtime.bigint());
  publish(order);
  report({ kind: 'published', at });
});
report({ kind: 'listening', url });
