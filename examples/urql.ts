/**
 * Starts a usage query, waits for its end over a WebSocket, and prints the busiest clients. Needs `@urql/core` (what
 * `urql` for React builds on) and `graphql-ws`.
 *
 *   node examples/urql.ts [interval]
 *
 * USAGE_SERVER says where the service is, USAGE_TOKEN or USAGE_TOKEN_FILE what to come with. See docs/clients/urql.md.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  Client,
  CombinedError,
  fetchExchange,
  gql,
  type OperationResult,
  subscriptionExchange,
} from '@urql/core';
import { createClient } from 'graphql-ws';

interface Execution {
  id: string;
  version: number;
  status: string;
  done: boolean;
  pollCount: number;
  pollAfterMs: number | null;
  error: { code: string; message: string } | null;
  totals: { requests: number | null; errorRate: number | null };
  groups: { key: { value: string | null; name: string | null }[]; totals: { requests: number | null } }[];
}
interface Started {
  queryOrganizationUsage: {
    execution: Execution | null;
    userErrors: { code: string; message: string }[];
  };
}

const SERVER = (process.env['USAGE_SERVER'] ?? 'http://127.0.0.1:4000').replace(/\/$/, '');
/** A state says when the next one is due. When nothing has come so long after that, the push is taken to be blocked. */
const SILENCE_MS = 10_000;
/** With the pauses between them, about a minute: what takes longer is no hiccup, and somebody should look at it. */
const ATTEMPTS = 10;
/** A few seconds: a token that is refused so often is not one that is just being renewed. */
const TOKEN_ATTEMPTS = 4;

const STATE = gql`
  fragment State on UsageExecution {
    id
    version
    status
    done
    pollCount
    pollAfterMs
    error {
      code
      message
    }
    totals {
      requests
      errorRate
    }
    groups(by: [OAUTH_CLIENT], first: 5) {
      key {
        value
        name
      }
      totals {
        requests
      }
    }
  }
`;
const START = gql<Started, { input: Record<string, unknown> }>`
  mutation Start($input: QueryOrganizationUsageInput!) {
    queryOrganizationUsage(input: $input) {
      execution {
        ...State
      }
      userErrors {
        code
        message
      }
    }
  }
  ${STATE}
`;
const WATCH = gql<{ usageExecutionUpdated: Execution }, { id: string }>`
  subscription Watch($id: ID!) {
    usageExecutionUpdated(id: $id) {
      ...State
    }
  }
  ${STATE}
`;
const READ = gql<{ usageExecution: Execution | null }, { id: string }>`
  query Read($id: ID!) {
    usageExecution(id: $id) {
      ...State
    }
  }
  ${STATE}
`;

const socket = createClient({
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
});

const client = new Client({
  url: `${SERVER}/graphql`,
  // A GET would need a header of its own: see "GraphQL over HTTP" in docs/http.md.
  preferGetMethod: false,
  fetch: (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${freshToken()}`);
    return fetch(url, { ...init, headers, signal: AbortSignal.timeout(30_000) });
  },
  // A page would have a cacheExchange in front. What runs must not come from a cache, so ask for it with `network-only`.
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, sink),
        }),
      }),
    }),
  ],
});

/** With a key of its own a start may be repeated when its answer was lost: it gives the same execution. */
async function start(interval: string): Promise<Execution> {
  const input = { interval, granularity: 'DAY', groupBy: ['OAUTH_CLIENT'], idempotencyKey: randomUUID() };
  const { queryOrganizationUsage } = await patiently(() => client.mutation(START, { input }).toPromise());
  const { execution, userErrors } = queryOrganizationUsage;
  if (execution) return execution;
  throw new Error(userErrors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

/** The final state as the server pushes it; null when pushing does not work here. */
function watch(id: string): Promise<Execution | null> {
  return new Promise((resolve) => {
    const settle = (final: Execution | null) => {
      clearTimeout(silence);
      subscription.unsubscribe();
      resolve(final);
    };
    const giveUp = () => settle(null);
    let silence = setTimeout(giveUp, SILENCE_MS);

    const subscription = client.subscription(WATCH, { id }).subscribe(({ data, error }) => {
      // Whatever it is, such as an execution that has expired: polling still works, or says what is wrong.
      if (error) return giveUp();
      if (!data) return;
      const execution = data.usageExecutionUpdated;
      progress(execution);
      if (execution.done) return settle(execution);
      clearTimeout(silence);
      silence = setTimeout(giveUp, (execution.pollAfterMs ?? 0) + SILENCE_MS);
    });
  });
}

/** For networks that let no WebSocket pass: asks as often as the server says that there may be news. */
async function poll(id: string): Promise<Execution> {
  console.error('no news over the WebSocket: polling');
  for (;;) {
    const { usageExecution } = await patiently(() =>
      client.query(READ, { id }, { requestPolicy: 'network-only' }).toPromise(),
    );
    if (!usageExecution) throw new Error(`NOT_FOUND: ${id} is unknown or has expired`);
    progress(usageExecution);
    if (usageExecution.done) return usageExecution;
    await sleep(usageExecution.pollAfterMs ?? 0);
  }
}

/** Asks, and again when it failed for a reason that may pass. */
async function patiently<Data>(ask: () => Promise<OperationResult<Data>>): Promise<Data> {
  for (let attempt = 1; ; attempt++) {
    const { data, error: failure } = await ask();
    // Both come when only a part could be had: `usageExecution: null` then does not mean that there is none.
    if (data && !failure) return data;
    const error = failure ?? new CombinedError({ networkError: new Error('no data') });
    const problem = error.graphQLErrors[0];
    const { code, retryable, retryAfterSeconds } = problem?.extensions ?? {};
    const message = problem ? `${String(code)}: ${problem.message}` : error.message;
    // A refused token may pass, too: the next attempt asks for a new one. What is no GraphQL error is the network.
    const attempts =
      code === 'UNAUTHENTICATED' ? TOKEN_ATTEMPTS : !problem || retryable === true ? ATTEMPTS : 1;
    if (attempt >= attempts) throw new Error(message);
    console.error(`${message}; trying again`);
    await sleep(typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1000 : pauseMs(attempt));
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

function progress({ status, version, pollCount }: Execution): void {
  console.error(`${status} (version ${version}, upstream was asked ${pollCount} times)`);
}

function show({ id, version, status, error, totals, groups }: Execution): void {
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
  await Promise.resolve(socket.dispose()).catch(() => {});
}
