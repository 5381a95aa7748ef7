/**
 * Figures over everything that is open, for metrics: one statement. What is open lies in one small index, however many
 * finished executions there are; nothing is locked, and nothing here decides anything.
 */
import { sql } from 'kysely';

import type { ReadStoreFigures, StoreFigures } from '../domain/ports/store-figures.js';
import type { BudgetOptions } from '../domain/upstream-budget.js';
import { UPSTREAM_HOST } from '../domain/upstream-trouble.js';
import type { Db } from './database.js';
import { availability } from './errors.js';

/** Calls of the credentials with the longest lists are counted exactly; the busiest one is among them. */
const BUSIEST = 20;

interface FiguresRow {
  readonly queued: number;
  readonly running: number;
  readonly budget_used_up: number;
  readonly upstream_asked_to_wait: number;
  readonly upstream_failing: number;
  readonly credentials: number;
  readonly latest_by_ms: number | null;
  readonly used: number | null;
  readonly blocked: number;
  readonly paused_host: number;
  readonly paused_credentials: number;
}

/** The reader throws `RequestError` `SERVICE_UNAVAILABLE` (retryable) when the database can't be reached. */
export function createStoreFigures(db: Db, budget: BudgetOptions): ReadStoreFigures {
  return availability({ read: () => readFigures(db, budget) }).read;
}

async function readFigures(db: Db, { limit, windowMs }: BudgetOptions): Promise<StoreFigures> {
  const { rows } = await sql<FiguresRow>`
    WITH open AS (
      SELECT count(*) FILTER (WHERE status = 'QUEUED') AS queued, count(*) FILTER (WHERE status = 'RUNNING') AS running,
        count(*) FILTER (WHERE awaiting_credentials_since IS NOT NULL) AS credentials,
        count(*) FILTER (WHERE put_off_reason = 'BUDGET_USED_UP') AS budget_used_up,
        count(*) FILTER (WHERE put_off_reason = 'UPSTREAM_ASKED_TO_WAIT') AS upstream_asked_to_wait,
        count(*) FILTER (WHERE put_off_reason = 'UPSTREAM_FAILING') AS upstream_failing,
        EXTRACT(EPOCH FROM now() - min(due_at))::float8 * 1000 AS latest_by_ms
      FROM executions WHERE due_at IS NOT NULL
    ), busiest AS (
      SELECT starts || polls AS calls FROM upstream_budgets
      ORDER BY cardinality(starts) + cardinality(polls) DESC LIMIT ${BUSIEST}
    ), budget AS (
      SELECT max((SELECT count(*) FROM unnest(calls) AS each WHERE each > now() - make_interval(secs => ${windowMs / 1000})))
        AS used FROM busiest
    ), blocks AS (
      SELECT count(*) AS blocked FROM upstream_budgets WHERE blocked_until > now()
    ), troubles AS (
      SELECT count(*) FILTER (WHERE key = ${UPSTREAM_HOST}) AS paused_host,
        count(*) FILTER (WHERE key <> ${UPSTREAM_HOST}) AS paused_credentials
      FROM upstream_troubles WHERE next_probe_at IS NOT NULL
    )
    SELECT * FROM open, budget, blocks, troubles`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('a statement over everything gave no row');
  return {
    queued: row.queued,
    running: row.running,
    waiting: {
      BUDGET_USED_UP: row.budget_used_up,
      UPSTREAM_ASKED_TO_WAIT: row.upstream_asked_to_wait,
      UPSTREAM_FAILING: row.upstream_failing,
      CREDENTIALS: row.credentials,
    },
    latestByMs: Math.max(0, row.latest_by_ms ?? 0),
    budget: { usedShare: Math.min(1, (row.used ?? 0) / limit), blocked: row.blocked },
    paused: { host: row.paused_host, credentials: row.paused_credentials },
  };
}
