/** What all nodes have learned about how long queries take; see `services/polling/duration-models.ts`. */
import { sql } from 'kysely';

import type { DurationStore, KnownDurations, LearnedDurations } from '../domain/ports/query-durations.js';
import type { Db } from './database.js';
import { availability } from './errors.js';

const MOST_KINDS = 1_000;
/** Some tens of milliseconds of work. */
const KINDS_PER_TRANSACTION = 25;

/** Every method throws `RequestError` `SERVICE_UNAVAILABLE` (retryable) when the database can't be reached. */
export function createDurationStore(db: Db): DurationStore {
  return availability<DurationStore>({
    add: (learned) => add(db, learned),
    changedSince: (since) => changedSince(db, since),
    sweep: () => sweep(db),
  });
}

/**
 * In the order of their names, so that two nodes can't wait for each other; and few at a time: the widest kinds are in what
 * every node tells, so whoever held them until all of it is written would keep all other nodes waiting for as long.
 */
async function add(db: Db, learned: readonly LearnedDurations[]): Promise<void> {
  const ordered = [...learned].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  for (let start = 0; start < ordered.length; start += KINDS_PER_TRANSACTION) {
    const some = ordered.slice(start, start + KINDS_PER_TRANSACTION);
    await db.transaction().execute(async (tx) => {
      for (const one of some) await addOne(tx, one);
    });
  }
}

async function addOne(db: Db, { kind, growth, kept }: LearnedDurations): Promise<void> {
  const weights = Array.from(growth);
  await sql`
    INSERT INTO query_durations AS known (kind, weights) VALUES (${kind}, ${weights}::float8[]::real[])
    ON CONFLICT (kind) DO UPDATE SET updated_at = now(), weights = (
      SELECT array_agg((COALESCE(old, 0) * ${kept}::float8 + COALESCE(new, 0))::real ORDER BY bin)
      FROM unnest(known.weights, EXCLUDED.weights) WITH ORDINALITY AS bins (old, new, bin))`.execute(db);
}

async function changedSince(db: Db, since: Date | null) {
  const { rows } = await sql<{ kind: string | null; weights: number[] | null; at: Date }>`
    SELECT kind, weights, now() AS at FROM (SELECT) AS one LEFT JOIN (
      SELECT kind, weights FROM query_durations
      WHERE updated_at >= COALESCE(${since}::timestamptz, '-infinity')
      ORDER BY updated_at DESC LIMIT ${MOST_KINDS}
    ) AS changed ON true`.execute(db);
  const known = rows.flatMap(({ kind, weights }): KnownDurations[] =>
    kind !== null && weights !== null ? [{ kind, weights }] : [],
  );
  return { known, at: rows[0]?.at ?? new Date(0) };
}

async function sweep(db: Db): Promise<number> {
  const result = await sql`
    DELETE FROM query_durations WHERE updated_at < now() - interval '30 days'`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
