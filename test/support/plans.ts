/** What PostgreSQL would do for the statements that the store really sends: taken down as they are sent, then explained. */
import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import { withCopy } from '../../src/store/copy.js';
import type { Db } from '../../src/store/database.js';
import type { Tables } from '../../src/store/tables.js';

export interface Reading {
  /** Indexes that are read, each once. */
  readonly indexes: readonly string[];
  /** Tables that are read from end to end. */
  readonly wholeTables: readonly string[];
}

export interface Explained {
  readonly db: Db;
  /** How the statements that the work sends read the two tables that grow. Throws when none of them does. */
  readingOf(work: () => Promise<unknown>): Promise<Reading>;
  stop(): Promise<void>;
}

const TABLES = ['executions', 'usage_rows', 'row_blocks'];

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

export function explain(url: string): Explained {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  let sent: CompiledQuery[] = [];
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        options: pool.options,
        connect: async () => withCopy(await pool.connect()),
        end: () => pool.end(),
      },
    }),
    log: ({ query }) => void sent.push(query),
  });
  return {
    db,
    async readingOf(work) {
      sent = [];
      await work();
      // COPY reads nothing, and can not be explained.
      const statements = sent.filter(
        ({ sql }) => TABLES.some((table) => sql.includes(table)) && !sql.startsWith('COPY'),
      );
      if (statements.length === 0) throw new Error('no statement was sent');
      const nodes: PlanNode[] = [];
      for (const statement of statements) nodes.push(...(await nodesOf(pool, statement)));
      return toReading(nodes);
    },
    stop: () => db.destroy(),
  };
}

async function nodesOf(pool: pg.Pool, { sql, parameters }: CompiledQuery): Promise<PlanNode[]> {
  const { rows } = await pool.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    [...parameters],
  );
  return rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => withBelow(Plan)));
}

function withBelow(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(withBelow)];
}

function toReading(nodes: readonly PlanNode[]): Reading {
  const found = (names: readonly (string | undefined)[]) =>
    [...new Set(names.filter((name) => name !== undefined))].sort();
  const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan');
  return {
    indexes: found(nodes.map((node) => node['Index Name'])),
    wholeTables: found(whole.map((node) => node['Relation Name'])).filter((name) => TABLES.includes(name)),
  };
}
