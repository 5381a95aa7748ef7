/**
 * Executions in any number, made by the database itself. The first hundred and a tenth of the others belong to the tenant that is looked at, the rest to
 * a thousand others, a few of them large; nine in ten have succeeded, they lie within the week for which results are kept,
 * and a tenth was started within the last hours.
 */
import type { Visibility } from '../../dist/src/domain/caller.js';
import { USAGE_OPERATIONS } from '../../dist/src/domain/operation.js';
import { query } from '../lib/query.ts';

export const TENANT: Visibility = { organizationId: 'org-0', scope: 'tenant', operations: USAGE_OPERATIONS };
export const CLIENT = '11111111-2222-3333-4444-555555555555';

async function storeFinished(url: string, count: number): Promise<void> {
  await query(
    url,
    `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, request_key, status,
       upstream_id, created_at, submitted_at, finished_at, expires_at, deadline_at, poll_count, row_count)
     SELECT CASE WHEN n % 10 = 0 OR n <= 100 THEN 'org-0' ELSE 'org-' || 1 + floor(1000 * random() ^ 3) END, 'tenant',
       'user-' || floor(20 * random()), 'credential-' || n % 1000, operation,
       jsonb_build_object('interval', jsonb_build_object('from', '2026-01-01', 'to', '2026-01-28'), 'granularity', 'DAY',
         'metrics', '[]'::jsonb, 'groupBy', '[]'::jsonb, 'filters', '{}'::jsonb)
         || CASE WHEN operation LIKE 'OAUTH_CLIENT%' THEN jsonb_build_object('clientId', $2::text) ELSE '{}' END,
       'key-' || n, COALESCE((ARRAY['FAILED', 'CANCELED', 'TIMED_OUT'])[1 + floor(30 * random())::integer], 'SUCCEEDED'),
       'upstream-' || n, at, at, at + interval '20 seconds', at + interval '7 days', at + interval '1 hour', 5, 0
     FROM (
       SELECT n, now() - random() ^ 2 * interval '6.9 days' AS at,
         (ARRAY['ORGANIZATION_QUERY', 'OAUTH_CLIENT_QUERY', 'OAUTH_CLIENT_SUMMARY', 'SIMPLE_SEARCH',
           'ORGANIZATION_AGGREGATES', 'OAUTH_CLIENT_AGGREGATES'])[1 + floor(6 * random() ^ 2)::integer] AS operation
       FROM generate_series(1, $1::integer) AS n
     ) AS numbered`,
    [count, CLIENT],
  );
}

/** All due, the longest first. */
async function storeOutstanding(url: string, count: number): Promise<void> {
  await query(
    url,
    `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, request_key, status,
       upstream_id, created_at, submitted_at, deadline_at, due_at, next_poll_at)
     SELECT 'org-' || n % 50, scope, 'user-' || n % 20, credential_id, operation, request, 'open-' || n, 'RUNNING',
       'upstream-open-' || n, at, at, now() + interval '7 days', at, at
     FROM (SELECT * FROM executions WHERE operation = 'ORGANIZATION_QUERY' LIMIT 1) AS like_this,
       (SELECT n, now() - n * interval '1 millisecond' AS at FROM generate_series(1, $1::integer) AS n) AS numbered`,
    [count],
  );
}

const ROWS_OF_EACH = 1_000;

async function storeRows(url: string, results: number): Promise<void> {
  await query(
    url,
    `INSERT INTO usage_rows (execution_id, position, date, oauth_client_id, oauth_client_name, http_method, template_uri,
       requests, status_200, status_429)
     SELECT id, n, date '2026-01-01' + n % 28, 'client-' || n % 40, 'Client ' || n % 40, 'GET', '/api/v2/things/' || n,
       n, n - 1, 1
     FROM (SELECT id FROM executions WHERE status = 'SUCCEEDED' ORDER BY created_at LIMIT $1) AS chosen,
       generate_series(1, $2::integer) AS n`,
    [results, ROWS_OF_EACH],
  );
}

/** Made anew behind the rows they take a tenth of the time. */
async function dropIndexes(url: string): Promise<() => Promise<void>> {
  const { rows } = await query<{ indexname: string; indexdef: string }>(
    url,
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'executions' AND indexname <> 'executions_pkey'`,
  );
  for (const { indexname } of rows) await query(url, `DROP INDEX ${indexname}`);
  return async () => {
    for (const { indexdef } of rows) await query(url, indexdef);
  };
}

export interface Size {
  readonly stored: number;
  readonly outstanding: number;
  /** Finished ones with a thousand rows each. */
  readonly results: number;
}

/** Fills an empty database, and lets it settle as it would have over a week. */
export async function fill(url: string, { stored, outstanding, results }: Size): Promise<void> {
  const restore = await dropIndexes(url);
  await storeFinished(url, stored);
  await restore();
  await storeOutstanding(url, outstanding);
  await storeRows(url, results);
  await query(url, 'VACUUM ANALYZE');
}
