/**
 * Tokens at rest, always sealed. They are written together with what needs them, by starts and by visitors who lend
 * theirs. One that upstream has refused is needed by nobody.
 */
import { sql } from 'kysely';

import type { SealedToken, SealedTokenStore } from '../domain/ports/credentials.js';
import type { Db } from './database.js';
import { availability } from './errors.js';

/** Inside the transaction in which an execution comes to need it. */
export async function keepSealed(tx: Db, id: string, { keyId, sealed }: SealedToken): Promise<void> {
  await tx
    .insertInto('credentials')
    .values({ id, key_id: keyId, sealed })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ key_id: keyId, sealed, updated_at: sql<Date>`now()` }),
    )
    .execute();
}

/** Every method throws `RequestError` `SERVICE_UNAVAILABLE` (retryable) when the database can't be reached. */
export function createSealedTokenStore(db: Db): SealedTokenStore {
  return availability<SealedTokenStore>({
    async load(credentialId) {
      const row = await db
        .selectFrom('credentials')
        .select(['key_id', 'sealed'])
        .where('id', '=', credentialId)
        .executeTakeFirst();
      return row ? { keyId: row.key_id, sealed: row.sealed } : null;
    },
    async countByKey() {
      const rows = await db
        .selectFrom('credentials')
        .select(['key_id', ({ fn }) => fn.countAll<number>().as('count')])
        .groupBy('key_id')
        .execute();
      return new Map(rows.map(({ key_id: keyId, count }) => [keyId, count]));
    },
    async sweep() {
      // A start that runs at this moment renews `updated_at` under a lock that this statement waits for.
      const result = await sql`
        DELETE FROM credentials WHERE updated_at < now() - interval '1 minute' AND NOT EXISTS (
          SELECT FROM executions WHERE executions.credential_id = credentials.id AND finished_at IS NULL AND NOT credential_refused
        )`.execute(db);
      return Number(result.numAffectedRows ?? 0n);
    },
  });
}
