/** Executions that the test moves itself, as fast as it likes: no node polls them, and the database tells of each move. */
import pg from 'pg';

import { DEMO_ORGANIZATION } from '../../../src/simulator/simulator.js';
import { usageRequest } from '../../support/usage-requests.js';

export interface MovedExecutions {
  /** New ones, all running; gives their ids. `bytes`: about the length of the request of each. */
  run(count: number, bytes?: number): Promise<string[]>;
  /** A new version of one. */
  touch(id: string): Promise<void>;
  /** Ends them all in one transaction. */
  end(ids: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

const PUBLIC_ID = "'exe_' || replace(id::text, '-', '')";
const OF_ANY = 'id = ANY (SELECT substr(each, 5)::uuid FROM unnest($1::text[]) each)';
const LONGEST_URI = 200;

export async function moveExecutions(databaseUrl: string): Promise<MovedExecutions> {
  const client = new pg.Client(databaseUrl);
  client.on('error', () => {});
  await client.connect();
  return {
    async run(count, bytes = 0) {
      const templateUris = Array.from({ length: Math.ceil(bytes / LONGEST_URI) }, (_, i) =>
        `/api/v2/${i}/`.padEnd(LONGEST_URI, 'x'),
      );
      const request = { ...usageRequest('ORGANIZATION_QUERY'), filters: { templateUris } };
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO executions (organization_id, scope, subject_id, credential_id, operation, request, status, deadline_at, due_at)
         SELECT $2, 'tenant', 'nobody', 'none', 'ORGANIZATION_QUERY', $3, 'RUNNING', now() + interval '1 h', now() + interval '1 h'
         FROM generate_series(1, $1) RETURNING ${PUBLIC_ID} AS id`,
        [count, DEMO_ORGANIZATION.id, JSON.stringify(request)],
      );
      return rows.map(({ id }) => id);
    },
    async touch(id) {
      await client.query(`UPDATE executions SET version = version + 1 WHERE ${OF_ANY}`, [[id]]);
    },
    async end(ids) {
      await client.query(
        `UPDATE executions SET status = 'SUCCEEDED', version = version + 1, finished_at = clock_timestamp(),
         expires_at = now() + interval '1 h', as_of = now(), due_at = NULL WHERE ${OF_ANY}`,
        [ids],
      );
    },
    stop: () => client.end(),
  };
}
