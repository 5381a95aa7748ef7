/**
 * `npm run rehearse:image`: does what the Dockerfile says in clean directories, as an ordinary user, and runs what comes of it
 * read-only against a real PostgreSQL. By hand, since it downloads every package: it takes a minute or two.
 */
import { execFileSync } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { silentLogger } from '../../src/lib/logger.js';
import { createSimulator } from '../../src/simulator/simulator.js';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.js';
import { ExecutionRows, SummarizeOAuthClientUsage } from '../documents/usage.graphql.js';
import { closeClients, dataOf, execute } from '../support/clients.js';
import { ROOT } from '../support/markdown.js';
import { DEMO_CLIENT_ID } from '../support/starts.js';
import { healthy, startContainer, whyNoNamespaces } from './support/container.js';
import { freePort } from '../support/free-port.js';
import { readDockerfile, readDockerignore } from './support/dockerfile.js';
import { type Image, rehearse } from './support/rehearsal.js';

const say = (line: string) => console.log(line);

const WAY = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no)_proxy)$/i;

const scratch = await mkdtemp(join(tmpdir(), 'usage-graphql-image-'));
const npm = npmSettings();
await becomeOrdinary(scratch);
try {
  const home = join(scratch, 'home');
  await mkdir(home);
  const image = await rehearse(await readDockerfile(), {
    context: fileURLToPath(ROOT).replace(/\/$/, ''),
    ignores: await readDockerignore(),
    scratch,
    env: {
      ...npm,
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: home,
      npm_config_cache: join(home, '.npm'),
    },
    say,
  });
  await tellSize(image);
  const version = execFileSync(process.execPath, ['dist/src/cli/main.js', '--version'], {
    cwd: join(image.root, image.workdir),
    encoding: 'utf8',
  });
  say(`its command line is ${version.trim()}`);
  const why = whyNoNamespaces();
  if (why === null) await tryIt(image);
  else {
    say(`not run: this system lets an ordinary user have no namespaces (${why})`);
    process.exitCode = 1;
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** How this machine reaches the registry; asked while this is still the user who has set it. */
function npmSettings(): Record<string, string> {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const way = Object.entries(process.env).filter(([name]) => WAY.test(name));
  return { ...(Object.fromEntries(way) as Record<string, string>), npm_config_registry: registry };
}

/** As root everything could be written to, and the result would prove nothing. */
async function becomeOrdinary(directory: string): Promise<void> {
  const { getuid, setgroups, setgid, setuid } = process;
  if (getuid?.() !== 0) return;
  // Nobody, by number: PostgreSQL's initdb wants a user whom the system knows.
  const user = 65_534;
  await chown(directory, user, user);
  setgroups?.([]);
  setgid?.(user);
  setuid?.(user);
}

async function tellSize({ root }: Image): Promise<void> {
  const packages = await bytesOf(join(root, 'app/node_modules'));
  const all = await bytesOf(root);
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  say(`on top of the base image: ${mb(all)}, ${mb(packages)} of it packages`);
}

async function bytesOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(({ parentPath, name }) => stat(join(parentPath, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

async function tryIt(image: Image): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(scratch, 'postgres'), log: silentLogger });
  const simulator = await createSimulator({ durations: () => 0 });
  const port = await freePort();
  try {
    const container = await startContainer(image, scratch, {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: postgres.url,
      GENESYS_API_URL: simulator.url,
      GENESYS_LOGIN_URL: simulator.url,
    });
    await healthy(container);
    say('healthy, as process 1 of an ordinary user, with nothing that it could write to');
    const rows = await rowsThrough(`http://127.0.0.1:${port}`);
    say(`a summary of one client has ${rows} rows`);
    const code = await container.stop(15_000);
    say(`ended with ${code} on SIGTERM`);
    if (code !== 0 || rows === 0) throw new Error(container.output());
  } finally {
    await closeClients();
    await simulator.stop();
    await postgres.stop();
  }
}

async function rowsThrough(url: string): Promise<number> {
  const input = { clientId: DEMO_CLIENT_ID, waitMs: 20_000 };
  const { summarizeOAuthClientUsage: payload } = dataOf(
    await execute(url, SummarizeOAuthClientUsage, { input }),
  );
  const id = payload.execution?.id ?? '';
  const { usageExecution } = dataOf(await execute(url, ExecutionRows, { id, first: 10 }));
  return usageExecution?.rows.totalCount ?? 0;
}
