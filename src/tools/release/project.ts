/** The files that a release is made of. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import type { Contracts } from './compatibility.js';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const manifest = z.object({ version: z.string() });

export const readText = (root: string, path: string): Promise<string> => readFile(join(root, path), 'utf8');

export async function readVersion(root: string, path: string): Promise<string> {
  return manifest.parse(JSON.parse(await readText(root, path))).version;
}

export async function readContracts(root: string): Promise<Contracts> {
  return {
    released: await readText(root, 'schema/released.graphql'),
    current: await readText(root, 'schema/schema.graphql'),
    version: await readVersion(root, 'package.json'),
    changelog: await readText(root, 'CHANGELOG.md'),
  };
}

/** Says them, and fails if there are any. */
export function report(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
