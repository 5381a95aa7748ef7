// A node of its own for tests: starts the embedded PostgreSQL on the directory given, tells the outcome as one
// line of JSON, and stops it when its stdin ends or says so. With `--write` it also commits rows without end
// and tells each one after its commit.

import { once } from 'node:events';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/store/embedded/embedded-postgres.js';
import { silentLogger } from '../../../src/lib/logger.js';

const [dataDir = '', mode = ''] = process.argv.slice(2);
// A terminal's Ctrl-C is for every process of the group; the program decides itself when it ends.
process.on('SIGINT', () => undefined);

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function write(url: string): Promise<void> {
  const client = new pg.Client(url);
  // Tests kill the server; the statement under way fails then, and that is what is told.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS kept (id bigint GENERATED ALWAYS AS IDENTITY, run int)');
  for (;;) {
    const { rows } = await client.query<{ id: string }>('INSERT INTO kept (run) VALUES (1) RETURNING id');
    tell({ committed: Number(rows[0]?.id) });
  }
}

try {
  const server = await startEmbeddedPostgres({ dataDir, log: silentLogger });
  tell({ url: server.url, adopted: server.adopted });
  if (mode === '--write') await write(server.url);
  await once(process.stdin.resume(), 'end');
  await server.stop();
  tell({ stopped: true });
} catch (error) {
  tell({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
}
