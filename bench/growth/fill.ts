/**
 * Executions in any number, made by the database itself. A tenth belongs to the tenant that is looked at, the rest to
 * a thousand others, a few of them large; nine in ten have succeeded, they lie within the week for which results are kept,
 * and a tenth was started within the last hours.
 */
import type { Visibility } from '../../dist/src/domain/caller.js';
import { USAGE_OPERATIONS } from '../../dist/src/domain/operation.js';
import { query } from '../lib/query.ts';

export const TENANT: Visibility = { organizationId: 'org-0', scope: 'tenant', operations: USAGE_OPERATIONS };
export const CLIENT = '11111111-2222-3333-4444-555555555555';

/** Finished ones, numbered from `from` to `to`. */
export async function storeFinished(url: string, from: number, to: number): Promise<void> {
  await query(
    url,
    `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, request_key, status,
       upstream_id, created_at, submitted_at, finished_at, expires_at, deadline_at, poll_count, row_count)
     SELECT CASE WHEN n % 10 = 0 THEN 'org-0' ELSE 'org-' || 1 + floor(1000 * random() ^ 3) END, 'tenant',
       'user-' || floor(20 * random()), 'credential-' || n % 1000, operation,
       jsonb_build_object('interval', jsonb_build_object('from', '2026-01-01', 'to', '2026-01-28'), 'granularity', 'DAY',
         'metrics', '[]'::jsonb, 'groupBy', '[]'::jsonb, 'filters', '{}'::jsonb)
         || CASE WHEN operation LIKE 'OAUTH_CLIENT%' THEN jsonb_build_object('clientId', $3::text) ELSE '{}' END,
       'key-' || n, COALESCE((ARRAY['FAILED', 'CANCELED', 'TIMED_OUT'])[1 + floor(30 * random())::integer], 'SUCCEEDED'),
       'upstream-' || n, at, at, at + interval '20 seconds', at + interval '7 days', at + interval '1 hour', 5, 0
     FROM (
       SELECT n, now() - random() ^ 2 * interval '6.9 days' AS at,
         (ARRAY['ORGANIZATION_QUERY', 'OAUTH_CLIENT_QUERY', 'OAUTH_CLIENT_SUMMARY', 'SIMPLE_SEARCH',
           'ORGANIZATION_AGGREGATES', 'OAUTH_CLIENT_AGGREGATES'])[1 + floor(6 * random() ^ 2)::integer] AS operation
       FROM generate_series($1::integer, $2::integer) AS n
     ) AS numbered`,
    [from, to, CLIENT],
  );
}
