/** Tokens at rest, always sealed. `ExecutionStore.create` writes them together with the intent that needs them. */
import { sql } from 'kysely';

import type { SealedTokenStore } from '../domain/ports.js';
import type { Db } from './database.js';

export function createSealedTokenStore(db: Db): SealedTokenStore {
  return {
    async load(credentialId) {
      const row = await db
        .selectFrom('credentials')
        .select(['key_id', 'sealed'])
        .where('id', '=', credentialId)
        .executeTakeFirst();
      return row ? { keyId: row.key_id, sealed: row.sealed } : null;
    },
    async sweep() {
      // A start that runs at this moment renews `updated_at` under a lock that this statement waits for.
      const result = await sql`
        DELETE FROM credentials WHERE updated_at < now() - interval '1 minute' AND NOT EXISTS (
          SELECT FROM executions WHERE executions.credential_id = credentials.id AND finished_at IS NULL
        )`.execute(db);
      return Number(result.numAffectedRows ?? 0n);
    },
  };
}
