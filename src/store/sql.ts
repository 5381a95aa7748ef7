/** Small pieces of SQL that several statements share. */
import { type RawBuilder, sql } from 'kysely';

import type { Visibility } from '../domain/caller.js';

/** The database's clock plus a number of milliseconds. Not from the start of a transaction, which may have waited for a lock. */
export function fromNowMs(ms: number): RawBuilder<Date> {
  return sql<Date>`(statement_timestamp() + make_interval(secs => ${ms / 1000}))`;
}

/** The WHERE condition of every read that a caller makes; says the same as `isVisible` in the domain. */
export function visibleTo(visibility: Visibility): RawBuilder<boolean> {
  return sql<boolean>`(
    executions.organization_id = ${visibility.organizationId}
    AND executions.scope = ${visibility.scope}
    AND executions.operation = ANY(${[...visibility.operations]}::text[]))`;
}

/** Expired executions are gone for clients from that moment on, whenever they are really deleted. */
export const unexpired = sql<boolean>`(expires_at IS NULL OR expires_at > now())`;

/** Columns of a `ClaimedRow`: a node's own clock may be wrong by minutes. */
export const claimFacts = sql`
  executions.deadline_at <= now() AS past_deadline,
  EXTRACT(EPOCH FROM now() - COALESCE(executions.submitted_at, executions.created_at))::float8 * 1000 AS age_ms,
  COALESCE(EXTRACT(EPOCH FROM executions.running_at - executions.submitted_at)::float8 * 1000, 0) AS running_at_ms`;
