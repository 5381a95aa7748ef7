/**
 * A usage report for CI or cron, by plain HTTP alone: no subscription, no library. Fails when too much was throttled.
 *
 *   node examples/ci-report.ts [interval]
 *
 * USAGE_SERVER says where the service is, USAGE_TOKEN or USAGE_TOKEN_FILE what to come with, USAGE_MAX_THROTTLED the share
 * of throttled requests from which on it fails, such as 0.01. See docs/clients/ci-report.md.
 *
 * Exit codes: 0 all is well, 1 there is no result, 2 too much was throttled.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

interface Execution {
  id: string;
  status: string;
  done: boolean;
  error: { code: string; message: string } | null;
  totals: { requests: number | null; throttledRate: number | null };
  groups: { key: { value: string | null; name: string | null }[]; totals: { status429: number | null } }[];
}
interface Answer {
  data?: {
    queryOrganizationUsage: {
      execution: Execution | null;
      userErrors: { code: string; message: string }[];
    };
  } | null;
  errors?: {
    message: string;
    extensions?: { code?: string; retryable?: boolean; retryAfterSeconds?: number };
  }[];
}

const SERVER = (process.env['USAGE_SERVER'] ?? 'http://127.0.0.1:4000').replace(/\/$/, '');
/** The longest that the server takes. Behind a gateway that cuts requests off sooner, stay a few seconds below its limit. */
const WAIT_MS = 30_000;
/** For one answer: what the server waits, and some time for the rest. */
const TIMEOUT_MS = WAIT_MS + 15_000;
/** The job's own limit: upstream takes seconds as a rule, and an hour is where the service gives up by itself. */
const DEADLINE = Date.now() + 15 * 60_000;
/** Attempts in a row that fail. With the pauses between them, about a minute. */
const ATTEMPTS = 10;
/** A few seconds: a token that is refused so often is not one that is just being renewed. */
const TOKEN_ATTEMPTS = 4;

const REPORT = `mutation ($input: QueryOrganizationUsageInput!) {
  queryOrganizationUsage(input: $input) {
    execution {
      id status done
      error { code message }
      totals { requests throttledRate }
      groups(by: [OAUTH_CLIENT], first: 5, orderBy: {field: STATUS_429, direction: DESC}) {
        key { value name }
        totals { status429 }
      }
    }
    userErrors { code message }
  }
}`;

/** The same start again and again: with its key it gives the same execution, and each time waits for its end. */
async function report(interval: string): Promise<Execution> {
  const input = {
    interval,
    groupBy: ['OAUTH_CLIENT'],
    idempotencyKey: randomUUID(),
    waitMs: WAIT_MS,
  };
  for (let failed = 0; Date.now() < DEADLINE;) {
    const answer = await ask(input);
    if (answer instanceof Failure) {
      failed += 1;
      if (failed >= answer.attempts) throw answer;
      console.error(`${answer.message}; trying again`);
      await sleep(answer.pauseMs ?? Math.min(10_000, 500 * 2 ** failed));
      continue;
    }
    failed = 0;
    if (answer.done) return answer;
    console.error(`${answer.status}: waiting on`);
  }
  throw new Error('the time of this job is over');
}

/** One start. What may pass is given back; what will not is thrown. */
async function ask(input: Record<string, unknown>): Promise<Execution | Failure> {
  const { data, errors } = await post({ query: REPORT, variables: { input } }).catch(
    (error: unknown): Answer => ({ errors: [{ message: String(error), extensions: { retryable: true } }] }),
  );
  if (errors?.[0]) return new Failure(errors[0]);
  const { execution, userErrors = [] } = data?.queryOrganizationUsage ?? {};
  if (execution) return execution;
  throw new Error(userErrors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

async function post(body: unknown): Promise<Answer> {
  const response = await fetch(`${SERVER}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${freshToken()}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return (await response.json()) as Answer;
}

class Failure extends Error {
  /** How often in a row it is worth meeting. */
  readonly attempts: number;
  readonly pauseMs: number | undefined;

  constructor({ message, extensions = {} }: NonNullable<Answer['errors']>[number]) {
    const { code, retryable, retryAfterSeconds } = extensions;
    super(code ? `${code}: ${message}` : message);
    this.attempts = code === 'UNAUTHENTICATED' ? TOKEN_ATTEMPTS : retryable ? ATTEMPTS : 1;
    this.pauseMs = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000;
  }
}

/** Asked for before every request: put your own renewal here. */
function freshToken(): string {
  const file = process.env['USAGE_TOKEN_FILE'];
  return file ? readFileSync(file, 'utf8').trim() : (process.env['USAGE_TOKEN'] ?? 'demo-admin');
}

function lastWeek(): string {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  return `${daysAgo(7)}/${daysAgo(1)}`;
}

/** Gives the exit code. */
function show({ id, status, error, totals, groups }: Execution, most: number): number {
  console.log(`${status} ${id}`);
  if (status !== 'SUCCEEDED') throw new Error(error ? `${error.code}: ${error.message}` : status);
  const share = totals.throttledRate ?? 0;
  console.log(`${totals.requests ?? 0} requests, ${(share * 100).toFixed(2)} % throttled`);
  for (const { key, totals: sums } of groups) {
    console.log(`${String(sums.status429).padStart(12)}  ${key[0]?.name ?? key[0]?.value}`);
  }
  if (share <= most) return 0;
  console.error(`more than ${most * 100} % were throttled`);
  return 2;
}

try {
  const most = Number(process.env['USAGE_MAX_THROTTLED'] ?? 1);
  if (!(most >= 0)) throw new Error('USAGE_MAX_THROTTLED must be a share such as 0.01');
  process.exitCode = show(await report(process.argv[2] ?? lastWeek()), most);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
