/**
 * Reading all rows of a result from first to last. By position, which counts from 1 without a gap, so that each piece
 * costs the same however far it lies behind the first.
 */
import { sql } from 'kysely';

import type { UsageRow } from '../domain/execution.js';
import { toUuid } from '../domain/execution-id.js';
import { runCancelable } from './cancelable.js';
import type { Db } from './database.js';

export async function scanRows(
  db: Db,
  executionId: string,
  after: number,
  count: number,
  signal: AbortSignal,
): Promise<readonly UsageRow[]> {
  const statement = sql<UsageRow>`
    SELECT date, oauth_client_id AS "oauthClientId", oauth_client_name AS "oauthClientName",
      organization_id AS "organizationId", user_id AS "userId", user_name AS "userName", platform,
      http_method AS "httpMethod", template_uri AS "templateUri", requests, status_200 AS status200,
      status_300 AS status300, status_400 AS status400, status_429 AS status429, status_500 AS status500
    FROM usage_rows
    WHERE execution_id = ${toUuid(executionId)} AND position > ${after} AND position <= ${after + count}
    ORDER BY position`;
  const { rows } = await runCancelable(db, signal, (connection) => statement.execute(connection));
  return rows;
}
