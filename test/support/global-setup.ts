/** Starts the one PostgreSQL of a test run: the embedded one, so that nothing has to be installed. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '../../src/lib/logger.js';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.js';
import { SERVER_URL_VARIABLE } from './database.js';

type GlobalWithTeardown = typeof globalThis & { stopTestPostgres?: () => Promise<void> };

export default async function setup(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-test-'));
  // For root: else the server's user could not enter it, and the data would be kept, and stay, elsewhere.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  process.env[SERVER_URL_VARIABLE] = postgres.url;
  (globalThis as GlobalWithTeardown).stopTestPostgres = async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
