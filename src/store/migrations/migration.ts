import type { Migration } from 'kysely/migration';

export interface SchemaMigration extends Migration {
  /**
   * For statements that PostgreSQL runs in no transaction, as `CREATE INDEX CONCURRENTLY`, which keeps nobody waiting. It
   * may be cut off in the middle, and is then run again from its start.
   * @default false
   */
  readonly outsideTransaction?: boolean;
}
