/**
 * Starts a usage query, waits for its end over server-sent events, and prints the busiest clients. Needs
 * `graphql-sse` alone.
 *
 *   node examples/graphql-sse.ts [interval]
 *
 * USAGE_SERVER says where the service is, USAGE_TOKEN or USAGE_TOKEN_FILE what to come with. See docs/clients/graphql-sse.md.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { createClient } from 'graphql-sse';

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
interface Problem {
  message: string;
  extensions?: { code?: string; retryable?: boolean; retryAfterSeconds?: number };
}

const SERVER = (process.env['USAGE_SERVER'] ?? 'http://127.0.0.1:4000').replace(/\/$/, '');
/** A state says when the next one is due. When nothing has come so long after that, the push is taken to be blocked. */
const SILENCE_MS = 10_000;
/** With the pauses between them, about a minute: what takes longer is no hiccup, and somebody should look at it. */
const ATTEMPTS = 10;
/** A few seconds: a token that is refused so often is not one that is just being renewed. */
const TOKEN_ATTEMPTS = 4;

const FIELDS = `
  id version status done pollCount pollAfterMs
  error { code message }
  totals { requests errorRate }
  groups(by: [OAUTH_CLIENT], first: 5) { key { value name } totals { requests } }`;
const START = `mutation ($input: QueryOrganizationUsageInput!) {
  queryOrganizationUsage(input: $input) { execution { ${FIELDS} } userErrors { code message } }
}`;
const WATCH = `subscription ($id: ID!) { usageExecutionUpdated(id: $id) { ${FIELDS} } }`;
const READ = `query ($id: ID!) { usageExecution(id: $id) { ${FIELDS} } }`;

/** With a key of its own a start may be repeated when its answer was lost: it gives the same execution. */
async function start(interval: string): Promise<Execution> {
  const input = { interval, granularity: 'DAY', groupBy: ['OAUTH_CLIENT'], idempotencyKey: randomUUID() };
  const { queryOrganizationUsage } = await ask<{
    queryOrganizationUsage: {
      execution: Execution | null;
      userErrors: { code: string; message: string }[];
    };
  }>(START, { input });
  const { execution, userErrors } = queryOrganizationUsage;
  if (execution) return execution;
  throw new Error(userErrors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

/** The final state as the server pushes it; null when pushing does not work here. */
function watch(id: string): Promise<Execution | null> {
  return new Promise((resolve) => {
    const client = createClient({
      url: `${SERVER}/graphql/stream`,
      // Called for every connection, so that one that has ended for its token comes back with a new one.
      headers: () => ({ authorization: `Bearer ${freshToken()}` }),
      // The client subscribes again by itself, and the server begins with the present state: nothing is missed.
      retryAttempts: Infinity,
      retry: async (retries) => {
        console.error('no event stream: trying again');
        await sleep(pauseMs(retries + 1));
      },
    });
    const settle = (final: Execution | null) => {
      clearTimeout(silence);
      clearTimeout(again);
      client.dispose();
      resolve(final);
    };
    const giveUp = () => settle(null);
    let silence = setTimeout(giveUp, SILENCE_MS);
    let again: NodeJS.Timeout | undefined;

    const subscribe = () => {
      let ended: UsageError | null = null;
      client.subscribe<{ usageExecutionUpdated: Execution }>(
        { query: WATCH, variables: { id } },
        {
          next({ data, errors }) {
            if (errors?.[0]) ended = new UsageError(errors[0]);
            const execution = data?.usageExecutionUpdated;
            if (!execution) return;
            progress(execution);
            if (execution.done) return settle(execution);
            clearTimeout(silence);
            silence = setTimeout(giveUp, (execution.pollAfterMs ?? 0) + SILENCE_MS);
          },
          error: giveUp,
          complete() {
            // An event stream has no close codes: that its token has ended is told by a last error before the end.
            // Whatever else it is, such as an execution that has expired: polling still works, or says what is wrong.
            if (!ended || ended.attempts === 1) return giveUp();
            console.error(`${ended.message}; trying again`);
            again = setTimeout(subscribe, pauseMs(1));
          },
        },
      );
    };
    subscribe();
  });
}

/** For networks that let no event stream pass: asks as often as the server says that there may be news. */
async function poll(id: string): Promise<Execution> {
  console.error('no news by event stream: polling');
  for (;;) {
    const { usageExecution } = await ask<{ usageExecution: Execution | null }>(READ, { id });
    if (!usageExecution) throw new Error(`NOT_FOUND: ${id} is unknown or has expired`);
    progress(usageExecution);
    if (usageExecution.done) return usageExecution;
    await sleep(usageExecution.pollAfterMs ?? 0);
  }
}

/** Asks over HTTP, and again when it failed for a reason that may pass. */
async function ask<Data>(query: string, variables: Record<string, unknown>): Promise<Data> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await askOnce(query, variables);
    } catch (error) {
      const attempts = error instanceof UsageError ? error.attempts : ATTEMPTS;
      if (attempt >= attempts) throw error;
      console.error(`${(error as Error).message}; trying again`);
      await sleep(error instanceof UsageError ? error.pauseMs(attempt) : pauseMs(attempt));
    }
  }
}

async function askOnce<Data>(query: string, variables: Record<string, unknown>): Promise<Data> {
  const response = await fetch(`${SERVER}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${freshToken()}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(30_000),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: Problem[] };
  if (errors?.[0]) throw new UsageError(errors[0]);
  if (!data) throw new Error(`HTTP ${response.status} without data`);
  return data;
}

class UsageError extends Error {
  /** How often it is worth asking. */
  readonly attempts: number;
  readonly #retryAfterSeconds: number | undefined;

  constructor({
    message,
    extensions: { code = 'ERROR', retryable = false, retryAfterSeconds } = {},
  }: Problem) {
    super(`${code}: ${message}`);
    // A refused token may pass, too: the next attempt asks for a new one.
    this.attempts = code === 'UNAUTHENTICATED' ? TOKEN_ATTEMPTS : retryable ? ATTEMPTS : 1;
    this.#retryAfterSeconds = retryAfterSeconds;
  }

  pauseMs(attempt: number): number {
    return this.#retryAfterSeconds === undefined ? pauseMs(attempt) : this.#retryAfterSeconds * 1000;
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
}
