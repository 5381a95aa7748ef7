import type { Config } from '../config.js';
import type { Logger } from '../lib/logger.js';
import { startEmbeddedPostgres } from '../store/embedded/embedded-postgres.js';
import type { OnStop } from './on-stop.js';

/** The address of the embedded PostgreSQL, once it runs. */
export async function embeddedDatabase({ dataDir }: Config, log: Logger, onStop: OnStop): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  onStop(() => postgres.stop());
  return postgres.url;
}
