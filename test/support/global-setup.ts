/** Starts the one PostgreSQL of a test run: the embedded one, so that nothing has to be installed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '../../src/lib/logger.js';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.js';
import { SERVER_URL_VARIABLE } from './database.js';

type GlobalWithTeardown = typeof globalThis & { stopTestPostgres?: () => Promise<void> };

export default async function setup(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  process.env[SERVER_URL_VARIABLE] = postgres.url;
  (globalThis as GlobalWithTeardown).stopTestPostgres = async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
