/**
 * The budget of upstream calls that all nodes share. Invariant: in any span of the window, never more calls of one
 * credential are admitted than the limit, and none while it is blocked. The lock on the credential's row puts the
 * calls in order, and the database's clock is read behind it: an instant read before could be older than those that
 * were admitted during the wait.
 *
 * Rejected: a row for each call under an advisory lock (four round trips instead of one, and slower even where a round
 * trip costs nothing), a token bucket (exact over any window only with half of the throughput).
 */
import { type RawBuilder, sql } from 'kysely';

import type { UpstreamBudgetStore } from '../domain/ports/upstream-limits.js';
import {
  type Admission,
  type BudgetOptions,
  type BudgetState,
  MOST_CALLS,
  mostBefore,
  mostStarts,
  type UpstreamCall,
} from '../domain/upstream-budget.js';
import type { Db } from './database.js';
import { availability } from './errors.js';

/**
 * Refused calls are given instants one behind the other, at the pace at which the budget admits them, as far as this;
 * then from the front again. Further would keep a few waiting for long when the many before them have gone.
 */
const WINDOWS_AHEAD = 5;

/** Columns of each kind of call. */
const COLUMNS = {
  START: { calls: sql.ref('starts'), next: sql.ref('next_start_at') },
  POLL: { calls: sql.ref('polls'), next: sql.ref('next_poll_at') },
} as const;

/** Every method throws `RequestError` `SERVICE_UNAVAILABLE` (retryable) when the database can't be reached. */
export function createUpstreamBudgetStore(db: Db, options: BudgetOptions): UpstreamBudgetStore {
  return availability<UpstreamBudgetStore>({
    admit: (credentialId, call) => admit(db, options, credentialId, call),
    count: (credentialId) => count(db, options, credentialId),
    block: (credentialId, ms) => block(db, credentialId, ms),
    read: (credentialId) => read(db, options, credentialId),
    sweep: () => sweep(db, options),
  });
}

async function admit(
  db: Db,
  options: BudgetOptions,
  credentialId: string,
  call: UpstreamCall,
): Promise<Admission> {
  for (;;) {
    const judged = await judge(db, options, credentialId, call);
    if (judged) return judged;
    // The first call of a credential. When another one was quicker, there is a row now.
    const { rows } = await sql`
      INSERT INTO upstream_budgets (credential_id, ${COLUMNS[call].calls})
      VALUES (${credentialId}, ARRAY[clock_timestamp()]) ON CONFLICT DO NOTHING RETURNING 1`.execute(db);
    if (rows.length > 0) return { admitted: true };
  }
}

/** Null when there is no row yet. */
async function judge(
  db: Db,
  { limit, windowMs }: BudgetOptions,
  credentialId: string,
  call: UpstreamCall,
): Promise<Admission | null> {
  const { calls, next } = COLUMNS[call];
  const most = mostBefore(limit, call);
  const window = span(windowMs);
  const { rows } = await sql<{ retry_in_ms: number | null; blocked: boolean }>`
    WITH locked AS MATERIALIZED (
      SELECT *, ${calls} AS calls, ${next} AS next_at FROM upstream_budgets
      WHERE credential_id = ${credentialId} FOR UPDATE
    ), clocked AS MATERIALIZED (
      SELECT *, clock_timestamp() AS asked_at FROM locked
    ), judged AS MATERIALIZED (
      SELECT credential_id, asked_at, calls, next_at, COALESCE(blocked_until > asked_at, false) AS blocked, GREATEST(
        blocked_until,
        ${call === 'START' ? nthLatestStart(mostStarts(limit)) : sql`NULL::timestamptz`} + ${window},
        ${nthLatestCall(most)} + ${window}
      ) AS free_at
      FROM clocked
    ), placed AS MATERIALIZED (
      SELECT credential_id, asked_at, COALESCE(free_at > asked_at, false) AS refused, blocked, next_at,
        CASE WHEN next_at BETWEEN free_at AND free_at + ${span(windowMs * WINDOWS_AHEAD)}
          THEN next_at ELSE free_at END AS place,
        CASE WHEN free_at > asked_at THEN calls ELSE ${within(sql.ref('calls'), window)} || asked_at END AS calls
      FROM judged
    )
    UPDATE upstream_budgets SET ${calls} = placed.calls,
      ${next} = CASE WHEN refused THEN place + ${span(windowMs / most)} ELSE next_at END
    FROM placed WHERE upstream_budgets.credential_id = placed.credential_id
    RETURNING blocked, CASE WHEN refused THEN EXTRACT(EPOCH FROM place - asked_at)::float8 * 1000 END AS retry_in_ms`.execute(
    db,
  );
  const row = rows[0];
  if (!row) return null;
  return row.retry_in_ms === null
    ? { admitted: true }
    : { admitted: false, retryInMs: Math.ceil(row.retry_in_ms), blocked: row.blocked };
}

function nthLatestStart(n: number): RawBuilder<Date> {
  return sql<Date>`starts[cardinality(starts) - ${n}::integer + 1]`;
}

/** Before it leaves the window, `n` calls are within it; null when there were fewer. */
function nthLatestCall(n: number): RawBuilder<Date> {
  return sql<Date>`(
    SELECT each FROM unnest(starts || polls) AS each ORDER BY each DESC OFFSET ${n - 1} LIMIT 1)`;
}

/** Those calls that still count, oldest first, with room for one more. */
function within(calls: RawBuilder<unknown>, window: RawBuilder<unknown>): RawBuilder<Date[]> {
  return sql<Date[]>`ARRAY(
    SELECT each FROM (
      SELECT each FROM unnest(${calls}) AS each WHERE each > asked_at - ${window} ORDER BY each DESC LIMIT ${MOST_CALLS - 1}
    ) AS latest ORDER BY each)`;
}

function span(ms: number): RawBuilder<unknown> {
  return sql`make_interval(secs => ${ms / 1000})`;
}

async function count(db: Db, { windowMs }: BudgetOptions, credentialId: string): Promise<void> {
  await sql`
    INSERT INTO upstream_budgets (credential_id, polls) VALUES (${credentialId}, ARRAY[clock_timestamp()])
    ON CONFLICT (credential_id) DO UPDATE SET polls = (
      SELECT ${within(sql.ref('upstream_budgets.polls'), span(windowMs))} || asked_at FROM clock_timestamp() AS asked_at
    )`.execute(db);
}

/** The later of two blocks holds. */
async function block(db: Db, credentialId: string, ms: number): Promise<void> {
  const until = sql`clock_timestamp() + ${span(ms)}`;
  await sql`
    INSERT INTO upstream_budgets (credential_id, blocked_until) VALUES (${credentialId}, ${until})
    ON CONFLICT (credential_id) DO UPDATE SET blocked_until = GREATEST(upstream_budgets.blocked_until, ${until})`.execute(
    db,
  );
}

interface StateRow {
  readonly used: number;
  readonly blocked: boolean | null;
  readonly reset_at: Date | null;
}

async function read(db: Db, { limit, windowMs }: BudgetOptions, credentialId: string): Promise<BudgetState> {
  const window = span(windowMs);
  const { rows } = await sql<StateRow>`
    WITH budget AS (
      SELECT *, ${nthLatestCall(limit)} + ${window} AS free_at, (
          SELECT count(*) FROM unnest(starts || polls) AS each WHERE each > now() - ${window}
        ) AS used, (
          SELECT min(each) + ${window} FROM unnest(starts || polls) AS each WHERE each > now() - ${window}
        ) AS first_back_at
      FROM upstream_budgets WHERE credential_id = ${credentialId}
    )
    SELECT used, blocked_until > now() AS blocked,
      CASE WHEN blocked_until > now() THEN GREATEST(blocked_until, free_at)
        ELSE GREATEST(first_back_at, free_at) END AS reset_at
    FROM budget`.execute(db);
  const { used = 0, blocked = false, reset_at: resetAt = null } = rows[0] ?? {};
  const remaining = blocked ? 0 : Math.max(0, limit - used);
  return {
    limit,
    remaining,
    resetAt: remaining < limit ? resetAt : null,
    queued: await queued(db, credentialId),
  };
}

async function queued(db: Db, credentialId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) FROM executions
    WHERE credential_id = ${credentialId} AND finished_at IS NULL AND (put_off OR due_at <= now())`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

/** Nothing is forgotten that could refuse a call: without a row a credential has its whole budget. */
async function sweep(db: Db, { windowMs }: BudgetOptions): Promise<number> {
  const result = await sql`
    DELETE FROM upstream_budgets
    WHERE COALESCE(blocked_until <= now(), true)
      AND NOT EXISTS (SELECT FROM unnest(starts || polls) AS each WHERE each > now() - ${span(windowMs)})`.execute(
    db,
  );
  return Number(result.numAffectedRows ?? 0n);
}
