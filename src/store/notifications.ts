/** Whether the database tells of changes (see migrations/001): its operator may turn that off where Redis does it. */
import { sql } from 'kysely';

import type { Db } from './database.js';

export async function isNotifying(db: Db): Promise<boolean> {
  const { rows } = await sql<{ is_on: boolean }>`
    SELECT tgenabled <> 'D' AS is_on FROM pg_trigger
    WHERE tgrelid = 'executions'::regclass AND tgname = 'execution_changed'`.execute(db);
  return rows[0]?.is_on ?? false;
}
