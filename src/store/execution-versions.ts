/** Versions alone: asked again and again for everything that is watched, by the primary key. */
import { sql } from 'kysely';

import { toPublicId, toUuid } from '../domain/execution-id.js';
import type { ExecutionVersions } from '../domain/ports/execution-events.js';
import type { Db } from './database.js';
import { availability } from './errors.js';
import { unexpired } from './sql.js';

export function createExecutionVersions(db: Db): ExecutionVersions {
  return availability<ExecutionVersions>({
    async versionsOf(ids) {
      const uuids = ids.map(toUuid).filter((uuid) => uuid !== null);
      const { rows } = await sql<{ id: string; version: number }>`
        SELECT id, version FROM executions WHERE id = ANY(${uuids}::uuid[]) AND ${unexpired}`.execute(db);
      return rows.map(({ id, version }) => ({ id: toPublicId(id), version }));
    },
  });
}
