/**
 * The last release: its compiled server without the page, kept beside the tests (`npm run release:keep`), so that no
 * history is needed. It runs with the dependencies of the working tree.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
export const ARCHIVE = join(ROOT, 'test/release/released.tgz');

export interface Released {
  readonly version: string;
  /** Its `main.js`. */
  readonly program: string;
  /** The folder of its compiled files. */
  readonly dist: string;
  remove(): Promise<void>;
}

export async function unpackReleased(): Promise<Released> {
  const folder = await mkdtemp(join(tmpdir(), 'usage-graphql-released-'));
  await promisify(execFile)('tar', ['-xzf', ARCHIVE, '-C', folder]);
  const unpacked = join(folder, 'package');
  await symlink(join(ROOT, 'node_modules'), join(unpacked, 'node_modules'));
  const text = await readFile(join(unpacked, 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const dist = join(unpacked, 'dist');
  return {
    version,
    dist,
    program: join(dist, 'src/main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
