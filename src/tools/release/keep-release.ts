/**
 * Keeps what has just been released, for the checks and tests of the next release: its contract as
 * `schema/released.graphql`, its compiled server without page, command line and tools as `test/release/released.tgz`.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { z } from 'zod';

import { readText, readVersion, ROOT } from './project.js';

const FOLDERS = ['src', 'resolvers', 'schema'];
const LEFT_OUT = [join(ROOT, 'dist/src/tools'), join(ROOT, 'dist/src/cli')];
const ARCHIVE = join(ROOT, 'test/release/released.tgz');
/** It stays in the history for ever, once for each release. */
const MOST_BYTES = 600_000;

const version = await readVersion(ROOT, 'package.json');
await keepContract();
await keepProgram();
console.log(`Kept the contract and the program of version ${version}.`);

async function keepContract(): Promise<void> {
  const [, ...lines] = (await readText(ROOT, 'schema/schema.graphql')).split('\n');
  const heading =
    `# The contract of version ${version}, written by \`npm run release:keep\`. ` +
    'Do not edit: the contract in the making is compared with it.';
  await writeFile(join(ROOT, 'schema/released.graphql'), [heading, ...lines].join('\n'));
}

async function keepProgram(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usage-graphql-keep-'));
  try {
    const target = join(folder, 'package');
    await mkdir(target);
    for (const name of FOLDERS) await copyScripts(join(ROOT, 'dist', name), join(target, 'dist', name));
    await writeFile(join(target, 'package.json'), await manifest());
    await promisify(execFile)('tar', ['-czf', ARCHIVE, '-C', folder, 'package']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { size } = await stat(ARCHIVE);
  if (size > MOST_BYTES) throw new Error(`${ARCHIVE} has ${size} bytes: too much to keep.`);
}

/** Without types, and without maps, whose sources are not there. */
async function copyScripts(from: string, to: string): Promise<void> {
  const filter = async (path: string) =>
    !LEFT_OUT.includes(path) && ((await stat(path)).isDirectory() || path.endsWith('.js'));
  await cp(from, to, { recursive: true, filter });
  const copied = await readdir(to, { recursive: true });
  for (const path of copied.filter((name) => name.endsWith('.js'))) {
    const text = await readFile(join(to, path), 'utf8');
    await writeFile(join(to, path), text.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
  }
}

/** What it needs to be started, and what it was. */
async function manifest(): Promise<string> {
  const shape = z.object({
    name: z.string(),
    type: z.string(),
    dependencies: z.record(z.string(), z.string()),
  });
  const { name, type, dependencies } = shape.parse(JSON.parse(await readText(ROOT, 'package.json')));
  return JSON.stringify({ name, version, type, dependencies }, null, 2);
}
