/**
 * Starts a usage query, waits for its end over a WebSocket, and prints the busiest clients: with `@apollo/client` 4 (and
 * its peer `rxjs`), `graphql-ws`, and documents whose types are generated.
 *
 *   node examples/apollo-client/main.ts [interval]
 *
 * USAGE_SERVER says where the service is, USAGE_TOKEN or USAGE_TOKEN_FILE what to come with. See docs/clients/apollo-client.md.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';

import { ReadUsage, StartUsage, WatchUsage } from './documents.ts';
import type { UsageStateFragment } from './generated/graphql.ts';

const SERVER = (process.env['USAGE_SERVER'] ?? 'http://127.0.0.1:4000').replace(/\/$/, '');
/** A state says when the next one is due. When nothing has come so long after that, the push is taken to be blocked. */
const SILENCE_MS = 10_000;
/** With the pauses between them, about a minute: what takes longer is no hiccup, and somebody should look at it. */
const ATTEMPTS = 10;
/** A few seconds: a token that is refused so often is not one that is just being renewed. */
const TOKEN_ATTEMPTS = 4;

const socket = new GraphQLWsLink(
  createClient({
    url: `${SERVER.replace(/^http/, 'ws')}/graphql`,
    // Called for every connection, so that one that was closed for its token comes back with a new one.
    connectionParams: () => ({ authorization: `Bearer ${freshToken()}` }),
    // The client subscribes again by itself, and the server begins with the present state: nothing is missed.
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (retries) => sleep(pauseMs(retries + 1)),
    on: {
      closed: (event) => {
        const { code, reason } = event as { code: number; reason: string };
        if (code !== 1000) console.error(`connection closed: ${code} ${reason}`);
      },
    },
  }),
);
/** Asked anew for every request. */
const authorization = new SetContextLink(() => ({ headers: { authorization: `Bearer ${freshToken()}` } }));
const http = new HttpLink({
  uri: `${SERVER}/graphql`,
  fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(30_000) }),
});

const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    socket,
    authorization.concat(http),
  ),
  // Executions have an id, so what is pushed reaches every component that shows the same one.
  cache: new InMemoryCache(),
});

/** With a key of its own a start may be repeated when its answer was lost: it gives the same execution. */
async function start(interval: string): Promise<UsageStateFragment> {
  const idempotencyKey = randomUUID();
  const { data } = await patiently(() =>
    client.mutate({
      mutation: StartUsage,
      variables: { input: { interval, granularity: 'DAY', groupBy: ['OAUTH_CLIENT'], idempotencyKey } },
    }),
  );
  const { execution, userErrors = [] } = data?.queryOrganizationUsage ?? {};
  if (execution) return execution;
  throw new Error(userErrors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

/** The final state as the server pushes it; null when pushing does not work here. */
function watch(id: string): Promise<UsageStateFragment | null> {
  return new Promise((resolve) => {
    const settle = (final: UsageStateFragment | null) => {
      clearTimeout(silence);
      subscription.unsubscribe();
      resolve(final);
    };
    const giveUp = () => settle(null);
    let silence = setTimeout(giveUp, SILENCE_MS);

    const subscription = client.subscribe({ query: WatchUsage, variables: { id } }).subscribe({
      next({ data, error }) {
        // Whatever it is, such as an execution that has expired: polling still works, or says what is wrong.
        if (error) return giveUp();
        if (!data) return;
        const execution = data.usageExecutionUpdated;
        progress(execution);
        if (execution.done) return settle(execution);
        clearTimeout(silence);
        silence = setTimeout(giveUp, (execution.pollAfterMs ?? 0) + SILENCE_MS);
      },
    });
  });
}

/** For networks that let no WebSocket pass: asks as often as the server says that there may be news. */
async function poll(id: string): Promise<UsageStateFragment> {
  console.error('no news over the WebSocket: polling');
  for (;;) {
    const { data } = await patiently(() =>
      client.query({ query: ReadUsage, variables: { id }, fetchPolicy: 'network-only' }),
    );
    const execution = data?.usageExecution;
    if (!execution) throw new Error(`NOT_FOUND: ${id} is unknown or has expired`);
    progress(execution);
    if (execution.done) return execution;
    await sleep(execution.pollAfterMs ?? 0);
  }
}

/** Asks, and again when it failed for a reason that may pass. */
async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const problem = CombinedGraphQLErrors.is(error) ? error.errors[0] : undefined;
      const { code, retryable, retryAfterSeconds } = problem?.extensions ?? {};
      const message = problem ? `${String(code)}: ${problem.message}` : (error as Error).message;
      // A refused token may pass, too: the next attempt asks for a new one. What is no GraphQL error is the network.
      const attempts =
        code === 'UNAUTHENTICATED' ? TOKEN_ATTEMPTS : !problem || retryable === true ? ATTEMPTS : 1;
      if (attempt >= attempts) throw new Error(message, { cause: error });
      console.error(`${message}; trying again`);
      await sleep(typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1000 : pauseMs(attempt));
    }
  }
}

/** A half to one second at first, twice as long each time, ten at most; chance keeps clients from coming back as a herd. */
function pauseMs(attempt: number): number {
  return Math.min(10_000, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/** Asked for before every request and every connection: put your own renewal here. */
function freshToken(): string {
  const file = process.env['USAGE_TOKEN_FILE'];
  return file ? readFileSync(file, 'utf8').trim() : (process.env['USAGE_TOKEN'] ?? 'demo-admin');
}

function lastWeek(): string {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  return `${daysAgo(7)}/${daysAgo(1)}`;
}

function progress({ status, version, pollCount }: UsageStateFragment): void {
  console.error(`${status} (version ${version}, upstream was asked ${pollCount} times)`);
}

function show({ id, version, status, error, totals, groups }: UsageStateFragment): void {
  console.log(`${status} ${id} version ${version}`);
  if (status !== 'SUCCEEDED') throw new Error(error ? `${error.code}: ${error.message}` : status);
  console.log(`${totals.requests} requests, ${((totals.errorRate ?? 0) * 100).toFixed(1)} % errors`);
  for (const { key, totals: sums } of groups) {
    console.log(`${String(sums.requests).padStart(12)}  ${key[0]?.name ?? key[0]?.value}`);
  }
}

try {
  const started = await start(process.argv[2] ?? lastWeek());
  show(started.done ? started : ((await watch(started.id)) ?? (await poll(started.id))));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  // An open socket would keep the process alive. Rejects when a connection that was being opened just then has failed.
  await Promise.resolve(socket.client.dispose()).catch(() => {});
}
