/**
 * The failures of upstream that all nodes share: one row for a host or a credential that has failed lately, none for
 * what works. Invariant: while a row is paused, one call alone is admitted in each pause, the probe. Whoever moves
 * `next_probe_at` ahead has it; a probe whose node dies is simply followed by the next one. A pause grows with failed
 * probes alone: what was under way when it began tells nothing new.
 */
import { type RawBuilder, sql } from 'kysely';

import type { UpstreamTroubleStore } from '../domain/ports/upstream-limits.js';
import type { Passage, TroubleOptions } from '../domain/upstream-trouble.js';
import type { Db } from './database.js';
import { availability } from './errors.js';

/** Those that come while a probe is under way come back soon: usually its answer is there within a second. */
const PROBE_MS = 2_000;
/** Each puts off by up to half as much again, so that not all that wait come in the moment when a pause ends. */
const SPREAD = 0.5;
/** Beyond, the length of a pause is long at its limit; the count must not overflow. */
const MOST_FAILURES = 100;

/** Every method throws `RequestError` `SERVICE_UNAVAILABLE` (retryable) when the database can't be reached. */
export function createUpstreamTroubleStore(db: Db, options: TroubleOptions): UpstreamTroubleStore {
  return availability<UpstreamTroubleStore>({
    pass: (keys) => pass(db, options, keys),
    failed: (keys, subject, probes) => failed(db, options, keys, subject, probes),
    worked: (keys) => worked(db, keys),
    yieldProbes: (keys) => yieldProbes(db, keys),
    sweep: () => sweep(db),
  });
}

interface PassRow {
  readonly troubled: boolean;
  readonly wait_ms: number | null;
  readonly probes: string[];
}

/** For what works this finds no row, and locks nothing. The clock is read behind the locks, as for the budget. */
async function pass(db: Db, options: TroubleOptions, keys: readonly string[]): Promise<Passage> {
  const { rows } = await sql<PassRow>`
    WITH held AS MATERIALIZED (
      SELECT * FROM upstream_troubles WHERE key = ANY(${[...keys]}::text[]) ORDER BY key FOR UPDATE
    ), clocked AS MATERIALIZED (
      SELECT *, clock_timestamp() AS asked_at FROM held
    ), judged AS MATERIALIZED (
      SELECT count(*) > 0 AS troubled, max(asked_at) AS asked_at, max(
        CASE WHEN probing THEN LEAST(next_probe_at, asked_at + ${span(PROBE_MS)}) ELSE next_probe_at END - asked_at
      ) FILTER (WHERE next_probe_at > asked_at) AS wait
      FROM clocked
    ), probes AS (
      UPDATE upstream_troubles AS trouble SET probing = true,
        next_probe_at = judged.asked_at + GREATEST(${span(PROBE_MS)}, ${pauseOf(sql`trouble.failures`, options)})
      FROM judged
      WHERE key = ANY(${[...keys]}::text[]) AND next_probe_at IS NOT NULL AND judged.wait IS NULL
      RETURNING key
    )
    SELECT troubled, EXTRACT(EPOCH FROM wait)::float8 * 1000 AS wait_ms, ARRAY(SELECT key FROM probes) AS probes
    FROM judged`.execute(db);
  const { troubled = false, wait_ms: waitMs = null, probes = [] } = rows[0] ?? {};
  if (waitMs === null) return { passes: true, troubled, probes };
  return { passes: false, retryInMs: Math.ceil(waitMs * (1 + SPREAD * Math.random())) };
}

/**
 * A failure counts before a pause when it is another query's than the last one: a query that fails by itself must not
 * keep the others of its token from being asked. In a pause the probe's alone counts.
 */
async function failed(
  db: Db,
  options: TroubleOptions,
  keys: readonly string[],
  subject: string,
  probes: readonly string[],
): Promise<number> {
  const counts = sql`CASE WHEN trouble.next_probe_at IS NULL THEN trouble.last_subject <> ${subject}
    ELSE trouble.key = ANY(${[...probes]}::text[]) END`;
  const failures = sql`LEAST(trouble.failures + 1, ${MOST_FAILURES})`;
  const { rows } = await sql<{ paused_ms: number | null }>`
    INSERT INTO upstream_troubles AS trouble (key, last_subject)
    SELECT key, ${subject} FROM unnest(${[...keys]}::text[]) AS key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET touched_at = now(), last_subject = ${subject},
      failures = CASE WHEN ${counts} THEN ${failures} ELSE trouble.failures END,
      probing = trouble.probing AND NOT ${counts},
      next_probe_at = CASE WHEN ${counts} AND ${failures} >= ${options.afterFailures}
        THEN clock_timestamp() + ${pauseOf(failures, options)} ELSE trouble.next_probe_at END
    RETURNING EXTRACT(EPOCH FROM next_probe_at - clock_timestamp())::float8 * 1000 AS paused_ms`.execute(db);
  return Math.max(0, ...rows.map((row) => Math.ceil(row.paused_ms ?? 0)));
}

/** With a little jitter, so that the probes of several credentials do not stay together. */
function pauseOf(failures: RawBuilder<unknown>, options: TroubleOptions): RawBuilder<unknown> {
  const { afterFailures, firstPauseMs, longestPauseMs } = options;
  const doubled = sql`power(2::float8, GREATEST(0, ${failures} - ${afterFailures}::integer))`;
  return sql`make_interval(secs => LEAST(${longestPauseMs / 1000}::float8, ${firstPauseMs / 1000} * ${doubled})
    * (1 + 0.2 * random()))`;
}

function span(ms: number): RawBuilder<unknown> {
  return sql`make_interval(secs => ${ms / 1000})`;
}

/** Locks them one after the other, as every statement here does: in the order of the table two could wait for each other. */
function inOrder(keys: readonly string[]): RawBuilder<string[]> {
  return sql<string[]>`ARRAY(
    SELECT key FROM upstream_troubles WHERE key = ANY(${[...keys]}::text[]) ORDER BY key FOR UPDATE)`;
}

async function worked(db: Db, keys: readonly string[]): Promise<boolean> {
  const { rows } = await sql<{ paused: boolean }>`
    DELETE FROM upstream_troubles WHERE key = ANY(${inOrder(keys)})
    RETURNING next_probe_at IS NOT NULL AS paused`.execute(db);
  return rows.some(({ paused }) => paused);
}

async function yieldProbes(db: Db, keys: readonly string[]): Promise<void> {
  await sql`
    UPDATE upstream_troubles SET next_probe_at = clock_timestamp(), probing = false
    WHERE key = ANY(${inOrder(keys)}) AND probing`.execute(db);
}

/** What nobody has asked for a day is no trouble any more. */
async function sweep(db: Db): Promise<number> {
  const result = await sql`
    DELETE FROM upstream_troubles WHERE key = ANY(ARRAY(
      SELECT key FROM upstream_troubles WHERE touched_at < now() - interval '1 day' FOR UPDATE SKIP LOCKED
    ))`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
