/** Makes a chosen statement wait inside PostgreSQL, so that a test can act at exactly that moment. */
import pg from 'pg';

import { query } from '../../store/embedded/scratch.js';
import { until } from '../../support/until.js';

export interface HeldStatement {
  /** Settles when a statement waits. */
  readonly reached: () => Promise<void>;
  /** Those that wait go on, and no other one has to. */
  letGo(): Promise<void>;
  /** Those that wait are broken off, as when their node's machine has died; nothing of them is stored. */
  breakOff(): Promise<void>;
}

const KEY = 4_711;

/**
 * @param when of a trigger, e.g. `BEFORE INSERT ON executions FOR EACH ROW`; with `CONSTRAINT TRIGGER`'s own form a
 *   transaction can be held in its COMMIT
 */
export async function holdStatement(
  databaseUrl: string,
  when: string,
  isConstraint = false,
): Promise<HeldStatement> {
  const holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  await holder.query(`SELECT pg_advisory_lock(${KEY})`);
  await holder.query(`
    CREATE OR REPLACE FUNCTION hold_statement() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${KEY});
      RETURN NEW;
    END $$`);
  await holder.query(
    `CREATE ${isConstraint ? 'CONSTRAINT ' : ''}TRIGGER hold_statement ${when} EXECUTE FUNCTION hold_statement()`,
  );
  const table = / ON (\w+)/.exec(when)?.[1];
  const waiting = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${KEY} AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  const letGo = async () => {
    await holder.query('SELECT pg_advisory_unlock_all()');
    await holder.query(`DROP TRIGGER hold_statement ON ${table}`);
    await holder.end();
  };
  return {
    reached: () =>
      until('a statement to wait', async () => (await query(databaseUrl, waiting)).length > 0, 20_000),
    letGo,
    async breakOff() {
      await query(databaseUrl, `SELECT pg_terminate_backend(pid, 5000) FROM (${waiting}) AS held`);
      await letGo();
    },
  };
}
