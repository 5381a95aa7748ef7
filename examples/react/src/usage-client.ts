/** Talks to the service: a start over HTTP, then states over a WebSocket, or by polling where none passes. No React here. */
import { createClient } from 'graphql-ws';

export interface Counters {
  requests: number | null;
  status200: number | null;
  status300: number | null;
  status429: number | null;
}
export interface Group {
  key: { value: string | null; name: string | null }[];
  totals: Counters;
}
export interface Execution {
  id: string;
  version: number;
  status: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'TIMED_OUT';
  done: boolean;
  createdAt: string;
  finishedAt: string | null;
  pollCount: number;
  pollAfterMs: number | null;
  delay: { message: string } | null;
  error: { code: string; message: string } | null;
  totals: Counters & { rowCount: number; errorRate: number | null; throttledRate: number | null };
  byDay: Group[];
  byClient: Group[];
}

/** How states arrive, for people who want to know. */
export type Link = 'connecting' | 'pushed' | 'polled';
export interface Watcher {
  onState(execution: Execution): void;
  onLink(link: Link): void;
  /** What is in the way just now; it is tried again by itself. */
  onProblem(message: string): void;
}

/** A state says when the next one is due. When nothing has come so long after that, the push is taken to be blocked. */
const SILENCE_MS = 10_000;

const COUNTERS = 'requests status200 status300 status429';
const STATE = `
  id version status done createdAt finishedAt pollCount pollAfterMs
  delay { message }
  error { code message }
  totals { rowCount errorRate throttledRate ${COUNTERS} }
  byDay: groups(by: [DATE], first: 366) { key { value name } totals { ${COUNTERS} } }
  byClient: groups(by: [OAUTH_CLIENT], first: 8) { key { value name } totals { ${COUNTERS} } }`;
const START = `mutation ($input: QueryOrganizationUsageInput!) {
  queryOrganizationUsage(input: $input) { execution { ${STATE} } userErrors { code message } }
}`;
const WATCH = `subscription ($id: ID!) { usageExecutionUpdated(id: $id) { ${STATE} } }`;
const READ = `query ($id: ID!) { usageExecution(id: $id) { ${STATE} } }`;

interface Started {
  queryOrganizationUsage: {
    execution: Execution | null;
    userErrors: { code: string; message: string }[];
  };
}

/** `freshToken` is asked before every request and every connection. `server` is the page's own origin, or another. */
export function createUsageClient(freshToken: () => string, server = location.origin) {
  const authorization = () => ({ authorization: `Bearer ${freshToken()}` });

  async function ask<Data>(query: string, variables: Record<string, unknown>): Promise<Data> {
    const response = await fetch(`${server}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization() },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(30_000),
    }).catch(() => {
      throw new Error('The service can not be reached.');
    });
    const { data, errors } = (await response.json().catch(() => ({}))) as {
      data?: Data;
      errors?: { message: string; extensions?: { code?: string } }[];
    };
    if (errors?.[0]) throw new Error(`${errors[0].extensions?.code ?? 'ERROR'}: ${errors[0].message}`);
    if (!data) throw new Error(`The service answers with HTTP ${response.status}.`);
    return data;
  }

  /** With the same key a start may be repeated when its answer was lost: it gives the same execution. */
  async function start(interval: string, idempotencyKey: string): Promise<Execution> {
    const input = { interval, granularity: 'DAY', groupBy: ['OAUTH_CLIENT'], idempotencyKey };
    const { queryOrganizationUsage } = await ask<Started>(START, { input });
    const { execution, userErrors } = queryOrganizationUsage;
    if (execution) return execution;
    throw new Error(userErrors.map(({ code, message }) => `${code}: ${message}`).join(' '));
  }

  /** Tells every state up to the final one. Gives the function that stops it. */
  function watch(id: string, watcher: Watcher): () => void {
    let stopped = false;
    const onState = (execution: Execution) => {
      if (!stopped) watcher.onState(execution);
    };
    const telling = { ...watcher, onState };
    const stopPush = push(id, telling, () => {
      if (!stopped) void poll(id, telling, () => stopped);
    });
    return () => {
      stopped = true;
      stopPush();
    };
  }

  function push(id: string, watcher: Watcher, onBlocked: () => void): () => void {
    // A retry that was waiting when it was given up is still made, and is nobody's news.
    let over = false;
    const socket = createClient({
      url: `${server.replace(/^http/, 'ws')}/graphql`,
      connectionParams: authorization,
      // The client subscribes again by itself, and the server begins with the present state: nothing is missed.
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: (retries) => pause(retries + 1),
      on: {
        connecting: () => {
          if (!over) watcher.onLink('connecting');
        },
        closed: (event) => {
          if (over) return;
          const { code, reason } = event as CloseEvent;
          if (code === 4403) watcher.onProblem(`The token is refused: ${reason}`);
          else if (code !== 1000) watcher.onProblem('The connection is lost; it is tried again.');
        },
      },
    });
    const stop = () => {
      over = true;
      clearTimeout(silence);
      // Rejects when a connection that was being opened just then has failed: nobody needs it any more.
      Promise.resolve(socket.dispose()).catch(() => {});
    };
    const giveUp = () => {
      stop();
      onBlocked();
    };
    let silence = setTimeout(giveUp, SILENCE_MS);
    socket.subscribe<{ usageExecutionUpdated: Execution }>(
      { query: WATCH, variables: { id } },
      {
        next({ data }) {
          if (!data) return;
          const execution = data.usageExecutionUpdated;
          watcher.onLink('pushed');
          watcher.onState(execution);
          clearTimeout(silence);
          if (execution.done) return stop();
          silence = setTimeout(giveUp, (execution.pollAfterMs ?? 0) + SILENCE_MS);
        },
        error: giveUp,
        complete: () => {},
      },
    );
    return stop;
  }

  async function poll(id: string, watcher: Watcher, isStopped: () => boolean): Promise<void> {
    watcher.onLink('polled');
    for (let failed = 0; !isStopped();) {
      try {
        const { usageExecution } = await ask<{ usageExecution: Execution | null }>(READ, { id });
        if (!usageExecution) return watcher.onProblem('The execution is unknown or has expired.');
        failed = 0;
        watcher.onState(usageExecution);
        if (usageExecution.done) return;
        await new Promise((resolve) => setTimeout(resolve, usageExecution.pollAfterMs ?? 0));
      } catch (error) {
        watcher.onProblem((error as Error).message);
        await pause((failed += 1));
      }
    }
  }

  return { start, watch };
}

/** A half to one second at first, twice as long each time, ten at most; chance keeps clients from coming back as a herd. */
function pause(attempt: number): Promise<void> {
  const ms = Math.min(10_000, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, ms));
}
