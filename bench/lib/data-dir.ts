import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty directory for an embedded PostgreSQL; whoever asked for it removes it. */
export async function makeDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'usage-graphql-bench-'));
  // For root: the server's user has to get through.
  await chmod(dataDir, 0o755);
  return dataDir;
}
