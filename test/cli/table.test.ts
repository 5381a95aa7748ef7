/** Tables, letter by letter. */
import { describe, expect, it } from '@jest/globals';

import type { ExecutionData, RowData, TableData } from '../../src/cli/documents.js';
import { describe as describeProgress } from '../../src/cli/progress-line.js';
import { renderExecution, renderExecutions, renderTable } from '../../src/cli/table.js';

const plain = (_style: string, text: string) => text;

const EXECUTION: ExecutionData = {
  id: 'exe_1',
  status: 'SUCCEEDED',
  done: true,
  operation: 'ORGANIZATION_QUERY',
  createdAt: '2026-10-29T08:00:00.000Z',
  finishedAt: '2026-10-29T08:00:12.000Z',
  expiresAt: '2026-11-05T08:00:12.000Z',
  asOf: '2026-10-29T00:00:00.000Z',
  pollCount: 3,
  truncated: false,
  error: null,
  request: {
    interval: '2026-10-01/2026-10-02',
    days: null,
    granularity: 'DAY',
    groupBy: ['OAUTH_CLIENT', 'HTTP_METHOD'],
    metrics: ['REQUESTS', 'STATUS_429'],
    clientId: null,
  },
};

const NOTHING: RowData = {
  date: null,
  oauthClient: null,
  organizationId: null,
  user: null,
  platform: null,
  httpMethod: null,
  templateUri: null,
  requests: null,
  status200: null,
  status300: null,
  status400: null,
  status429: null,
  status500: null,
};

const TABLE: TableData = {
  ...EXECUTION,
  totals: { rowCount: 1_234, requests: 1_500_000, errorRate: 0.0123, throttledRate: null },
  rows: {
    nodes: [
      {
        ...NOTHING,
        date: '2026-10-01',
        oauthClient: { id: 'a', name: 'Wallboard' },
        httpMethod: 'GET',
        requests: 12_345,
        status429: 0,
      },
      // A name that would clear the screen, and one that nobody knows.
      {
        ...NOTHING,
        date: '2026-10-01',
        oauthClient: { id: 'b', name: '\u001b[2JEvil\nTwin' },
        httpMethod: 'DELETE',
        requests: 7,
        status429: 7,
      },
      {
        ...NOTHING,
        date: '2026-10-02',
        oauthClient: { id: 'c', name: null },
        httpMethod: null,
        requests: 1,
        status429: null,
      },
    ],
  },
};

describe('a table', () => {
  it('has a column for each dimension and each metric, and a line about all rows', () => {
    expect(`\n${renderTable(TABLE, plain)}`).toBe(`
date        client         method  requests  429
2026-10-01  Wallboard      GET       12,345    0
2026-10-01  \ufffd[2JEvil Twin  DELETE         7    7
2026-10-02  c              -              1    -
3 of 1,234 rows · 1,500,000 requests · 1.2 % errors
`);
  });

  it('of executions says how each stands', () => {
    const error = {
      code: 'UPSTREAM_FAILED',
      message: 'It failed.',
      retryable: true,
      retryAfter: null,
      upstreamStatus: null,
      correlationId: null,
    };
    const failed: ExecutionData = { ...EXECUTION, id: 'exe_2', status: 'FAILED', error };
    expect(`\n${renderExecutions([failed, EXECUTION], plain)}`).toBe(`
id     status     operation           interval               created                   error
exe_2  FAILED     organization-query  2026-10-01/2026-10-02  2026-10-29T08:00:00.000Z  UPSTREAM_FAILED
exe_1  SUCCEEDED  organization-query  2026-10-01/2026-10-02  2026-10-29T08:00:00.000Z  -
`);
    expect(renderExecution(failed, plain)).toContain('error      UPSTREAM_FAILED: It failed.\n');
  });
});

describe('the progress', () => {
  const state = {
    ...EXECUTION,
    status: 'RUNNING' as const,
    version: 3,
    nextPollAt: null,
    pollAfterMs: 1_000,
    upstreamId: null,
    upstreamMayStillRun: false,
    delay: null,
  };
  const progress = {
    executionId: 'exe_1',
    source: null,
    elapsedMs: 0,
    execution: state,
    connection: 'push' as const,
  };

  it.each([
    ['at first', null, 'starting · 12 s'],
    ['while it runs', progress, 'RUNNING · 12 s · 3 polls'],
    [
      'without a connection',
      { ...progress, connection: 'lost' as const },
      'RUNNING · 12 s · 3 polls · no connection, trying again',
    ],
    [
      'while upstream is in the way',
      {
        ...progress,
        execution: {
          ...state,
          delay: { reason: 'UPSTREAM_FAILING', message: 'It fails.', retryAfter: null },
        },
      },
      'RUNNING · 12 s · 3 polls · It fails.',
    ],
  ])('says what there is to say %s', (_when, given, text) => {
    expect(describeProgress(given, 12_345)).toBe(text);
  });
});
