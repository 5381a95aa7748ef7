/** The tables as Kysely sees them. Rows of these types never leave this folder; `mapping.ts` turns them around. */
import type { ColumnType, Generated } from 'kysely';

import type { ExecutionErrorCode } from '../domain/error-codes.js';
import type { ExecutionStatus, PutOffReason } from '../domain/execution.js';
import type { UsageOperation } from '../domain/operation.js';
import type { UsageRequest } from '../domain/request.js';

export interface ExecutionsTable {
  id: Generated<string>;
  version: Generated<number>;
  organization_id: string;
  scope: string;
  subject_id: string;
  credential_id: string;
  operation: UsageOperation;
  request: ColumnType<UsageRequest, string, never>;
  /** Null: started before there were keys. */
  request_key: string | null;
  status: Generated<ExecutionStatus>;
  upstream_id: string | null;
  created_at: Generated<Date>;
  submitted_at: Date | null;
  /** Upstream's last word that it went on. */
  running_at: Date | null;
  finished_at: Date | null;
  expires_at: Date | null;
  deadline_at: Date;
  as_of: Date | null;
  poll_count: Generated<number>;
  failure_count: Generated<number>;
  next_poll_at: Date | null;
  due_at: Date | null;
  lease_owner: string | null;
  put_off: Generated<boolean>;
  put_off_reason: PutOffReason | null;
  fence: Generated<number>;
  drain_cursor: string | null;
  row_count: Generated<number>;
  has_staged_rows: Generated<boolean>;
  truncated: Generated<boolean>;
  upstream_may_still_run: Generated<boolean>;
  held_by: string | null;
  awaiting_credentials_since: Date | null;
  credential_refused: Generated<boolean>;
  error_code: ExecutionErrorCode | null;
  error_message: string | null;
  error_retryable: boolean | null;
  error_retry_after: Date | null;
  error_upstream_status: number | null;
  error_correlation_id: string | null;
  trace_context: string | null;
}

export interface UsageRowsTable {
  execution_id: string;
  position: number;
  date: string | null;
  oauth_client_id: string | null;
  oauth_client_name: string | null;
  organization_id: string | null;
  user_id: string | null;
  user_name: string | null;
  platform: string | null;
  http_method: string | null;
  template_uri: string | null;
  requests: number | null;
  status_200: number | null;
  status_300: number | null;
  status_400: number | null;
  status_429: number | null;
  status_500: number | null;
}

export interface CredentialsTable {
  id: string;
  key_id: string;
  sealed: Buffer;
  updated_at: Generated<Date>;
}

export interface Tables {
  executions: ExecutionsTable;
  usage_rows: UsageRowsTable;
  credentials: CredentialsTable;
}
