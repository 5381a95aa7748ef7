/**
 * One peer in a process of its own: `node lib/peer.ts <name> <file with the rows>`. Each serves the same rows from memory
 * behind the same part of the contract, with the settings that its documentation advises for production. "Raw" is
 * a bare `node:http` server that picks the same objects and calls `JSON.stringify`: nothing is checked, nobody is asked.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Rows {
  readonly id: string;
  readonly nodes: readonly object[];
}
interface PageArgs {
  readonly first?: number;
  readonly after?: string | null;
}

const [name = '', file = ''] = process.argv.slice(2);
const { id, nodes } = JSON.parse(readFileSync(file, 'utf8')) as Rows;

const typeDefs = `
  type Query { usageExecution(id: ID!): UsageExecution }
  type UsageExecution { id: ID! status: String! version: Int! done: Boolean! rows(first: Int = 100, after: String): UsageRowConnection! }
  type UsageRowConnection { nodes: [UsageRow!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type OAuthClient { id: ID name: String }
  type User { id: ID! name: String }
  type UsageRow {
    date: String oauthClient: OAuthClient organizationId: ID user: User platform: String httpMethod: String
    templateUri: String requests: Int status200: Int status300: Int status400: Int status429: Int status500: Int
  }`;

function pageOf({ first = 100, after }: PageArgs) {
  const from = after ? Number(Buffer.from(after, 'base64url').toString().split(' ')[1]) : 0;
  const to = from + first;
  const endCursor = Buffer.from(`${id} ${Math.min(to, nodes.length)}`).toString('base64url');
  return { nodes: nodes.slice(from, to), pageInfo: { hasNextPage: to < nodes.length, endCursor } };
}

const EXECUTION = { id, status: 'SUCCEEDED', version: 3, done: true };
const resolvers = {
  Query: { usageExecution: (_: unknown, args: { id: string }) => (args.id === id ? EXECUTION : null) },
  UsageExecution: { rows: (_: unknown, args: PageArgs) => pageOf(args) },
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { query, variables } = JSON.parse(await bodyOf(request)) as { query: string; variables: PageArgs };
  const execution = query.includes('rows(') ? { rows: pageOf({ first: 1_000, ...variables }) } : EXECUTION;
  const body = JSON.stringify({ data: { usageExecution: execution } });
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

const raw: RequestListener = (request, response) => void answer(request, response);

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function mercurius(jit: number): Promise<string> {
  const [{ fastify }, { mercurius: plugin }] = await Promise.all([import('fastify'), import('mercurius')]);
  const app = fastify({ logger: false });
  // Cache of parsed and validated documents is on; jit compiles an operation that has come so often.
  await app.register(plugin, { schema: typeDefs, resolvers, jit, graphiql: false });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

async function yoga(): Promise<string> {
  const { createSchema, createYoga } = await import('graphql-yoga');
  const server = createYoga({
    schema: createSchema({ typeDefs, resolvers }),
    logging: false,
    graphiql: false,
    landingPage: false,
  });
  return listen((request, response) => void server(request, response));
}

async function apollo(): Promise<string> {
  const [{ fastify }, { ApolloServer }, integration] = await Promise.all([
    import('fastify'),
    import('@apollo/server'),
    import('@as-integrations/fastify'),
  ]);
  const server = new ApolloServer({ typeDefs, resolvers, introspection: false });
  await server.start();
  const app = fastify({ logger: false });
  app.post('/graphql', integration.fastifyApolloHandler(server));
  return app.listen({ port: 0, host: '127.0.0.1' });
}

const PEERS: Readonly<Record<string, () => Promise<string>>> = {
  raw: () => listen(raw),
  'mercurius with jit': () => mercurius(1),
  mercurius: () => mercurius(0),
  yoga,
  apollo,
};

const start = PEERS[name];
if (!start) throw new Error(`no peer ${name}`);
process.stdout.write(`${await start()}\n`);
