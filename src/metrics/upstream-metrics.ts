/** What is asked of upstream and how it answers, and what the shared budget admits. */
import { Counter, Histogram, type Registry } from 'prom-client';

import type { UpstreamDirectory, UpstreamIdentity } from '../domain/ports/callers.js';
import type { UpstreamBudgetStore } from '../domain/ports/upstream-limits.js';
import type { PollAnswer, UsageUpstream } from '../domain/ports/usage-upstream.js';
import type { Admission } from '../domain/upstream-budget.js';
import { UpstreamError } from '../domain/upstream-error.js';

/** Upstream answers within a fraction of a second; a request is given up after 30 s. */
const REQUEST_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const CALLS = ['start', 'poll', 'lookup', 'login'] as const;

/**
 * `unreadable`: an answer that is not what was asked for, or that broke off; `network`: none came, in time or at all;
 * `abandoned`: we gave it up ourselves (the execution was canceled, the node stops, the caller left).
 */
const CLASSES = ['2xx', '401', '4xx', '429', '5xx', 'network', 'unreadable', 'abandoned'] as const;
type AnswerClass = (typeof CLASSES)[number];

const POLL_STATES = ['RUNNING', 'ROWS', 'FAILED', 'CANCELED'] as const;
const BUDGET_RESULTS = ['admitted', 'used_up', 'blocked'] as const;

export interface UpstreamMetrics {
  usage(upstream: UsageUpstream): UsageUpstream;
  identity(identity: UpstreamIdentity): UpstreamIdentity;
  directory(directory: UpstreamDirectory): UpstreamDirectory;
  budget(budget: UpstreamBudgetStore): UpstreamBudgetStore;
  /** Told of every login with the service's own credentials, or of the error in its place (else null). */
  readonly onLogin: (error: unknown) => void;
}

export function createUpstreamMetrics(registry: Registry): UpstreamMetrics {
  const meters = createMeters(registry);
  const watched = meters.watched;
  return {
    usage: (upstream) => meteredUsage(upstream, meters),
    identity: (identity) => ({
      describeToken: (...args) => watched('lookup', () => identity.describeToken(...args)),
      describeUser: (...args) => watched('lookup', () => identity.describeUser(...args)),
    }),
    directory: (directory) => ({
      oauthClients: (...args) => watched('lookup', () => directory.oauthClients(...args)),
      oauthClientsById: (...args) => watched('lookup', () => directory.oauthClientsById(...args)),
      usersById: (...args) => watched('lookup', () => directory.usersById(...args)),
    }),
    budget: (budget) => ({
      ...budget,
      async admit(credentialId, call) {
        const admission = await budget.admit(credentialId, call);
        meters.admissions.inc({ call: call === 'START' ? 'start' : 'poll', result: resultOf(admission) });
        return admission;
      },
    }),
    onLogin: (error) => meters.requests.inc({ call: 'login', class: classOf(error) }),
  };
}

type Meters = ReturnType<typeof createMeters>;

function createMeters(registry: Registry) {
  const registers = [registry];
  const requests = new Counter({
    name: 'usage_graphql_upstream_requests_total',
    help:
      'What upstream was asked, by kind of call (start, poll, lookup of callers and names, login of the service) and ' +
      'class of its answer: 2xx, 401, 429, other 4xx, 5xx, unreadable (not what was asked for, or broken off), network ' +
      '(no answer at all or in time), abandoned (given up by us). A lookup may be several pages.',
    labelNames: ['call', 'class'],
    registers,
  });
  const seconds = new Histogram({
    name: 'usage_graphql_upstream_request_seconds',
    help:
      'How long starts, polls and lookups took until their last byte was read, whatever the answer. A poll that brings ' +
      'many rows is read no faster than they are stored.',
    labelNames: ['call'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const polls = new Counter({
    name: 'usage_graphql_polls_total',
    help: 'Polls that were answered, by what upstream said of the query. Each page of a result is one.',
    labelNames: ['state'],
    registers,
  });
  const unknown = new Counter({
    name: 'usage_graphql_unknown_upstream_statuses_total',
    help:
      'Polls with a status that this program has no name for and takes for "still runs". The log line "an unknown ' +
      'upstream status" tells the word.',
    registers,
  });
  const admissions = new Counter({
    name: 'usage_graphql_upstream_budget_admissions_total',
    help:
      'Starts and polls that asked the shared budget for a place: admitted, put off because the budget was used up, or ' +
      'put off because upstream wants to be left alone (blocked).',
    labelNames: ['call', 'result'],
    registers,
  });
  for (const call of CALLS) for (const each of CLASSES) requests.inc({ call, class: each }, 0);
  for (const call of ['start', 'poll', 'lookup']) seconds.zero({ call });
  for (const state of POLL_STATES) polls.inc({ state }, 0);
  for (const call of ['start', 'poll']) {
    for (const result of BUDGET_RESULTS) admissions.inc({ call, result }, 0);
  }

  async function watched<T>(call: 'start' | 'poll' | 'lookup', ask: () => Promise<T>): Promise<T> {
    const since = performance.now();
    let error: unknown = null;
    try {
      return await ask();
    } catch (thrown) {
      error = thrown ?? new Error('nothing was thrown');
      throw thrown;
    } finally {
      requests.inc({ call, class: classOf(error) });
      seconds.observe({ call }, (performance.now() - since) / 1000);
    }
  }
  return { requests, polls, unknown, admissions, watched };
}

function meteredUsage(upstream: UsageUpstream, { watched, polls, unknown }: Meters): UsageUpstream {
  const note = (answer: PollAnswer): void => {
    polls.inc({ state: answer.state });
    if (answer.state === 'RUNNING' && !answer.known) unknown.inc();
  };
  return {
    start: (query, token, signal) => watched('start', () => upstream.start(query, token, signal)),
    async poll(query, token, signal, take) {
      const answer = await watched('poll', () => upstream.poll(query, token, signal, take));
      note(answer);
      return answer;
    },
  };
}

function resultOf(admission: Admission): (typeof BUDGET_RESULTS)[number] {
  if (admission.admitted) return 'admitted';
  return admission.blocked ? 'blocked' : 'used_up';
}

/** @param error null: it was answered as it should be */
function classOf(error: unknown): AnswerClass {
  if (error === null) return '2xx';
  if (!(error instanceof UpstreamError)) return 'abandoned';
  const { status } = error;
  if (status === null) return 'network';
  if (status === 401 || status === 429) return `${status}`;
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : 'unreadable';
}
