/**
 * Tells of polls that found a query still running, after they are committed and many at once. A transaction that only
 * notifies waits for no disk, and so keeps those that tell of an end waiting for none. What is lost with this process or its
 * connection is told with the next poll; ends are told by the transactions that make them (migrations/001, 012).
 */
import { sql } from 'kysely';

import type { Execution } from '../domain/execution.js';
import { toUuid } from '../domain/execution-id.js';
import type { Logger } from '../lib/logger.js';
import type { Db } from './database.js';

export interface ProgressNotices {
  /** Nobody waits for it. */
  readonly tell: (execution: Pick<Execution, 'id' | 'version'>) => void;
  /** Tells what is left. */
  stop(): Promise<void>;
}

/** Nobody sees so small a delay in how often a query was polled, and a busy node tells of dozens at once. */
const GATHER_MS = 50;

export function createProgressNotices(db: Db, log: Logger): ProgressNotices {
  let versions = new Map<string, number>();
  let telling: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function tellAll(): Promise<void> {
    const lines = [...versions].map(([id, version]) => `${toUuid(id)} ${version} `);
    versions = new Map();
    await sql`SELECT pg_notify('execution_changed', line) FROM unnest(${lines}::text[]) AS line`
      .execute(db)
      .catch((err: unknown) => log.debug({ err }, 'progress could not be told'));
  }

  /** One at a time: while the database is slow, more gathers. */
  function flush(): void {
    telling ??= tellAll().finally(() => {
      telling = null;
      schedule();
    });
  }

  function schedule(): void {
    if (versions.size === 0 || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (!telling) flush();
    }, GATHER_MS);
  }

  return {
    tell({ id, version }) {
      versions.set(id, version);
      if (!telling) schedule();
    },
    async stop() {
      clearTimeout(timer);
      await telling;
      clearTimeout(timer);
      if (versions.size > 0) await tellAll();
    },
  };
}
