/**
 * Writes `schema/schema.graphql`, the contract as clients and code generators read it; with `--check` it only says
 * whether the committed file is what the code would write.
 */
import { readFile, writeFile } from 'node:fs/promises';

import { lexicographicSortSchema, printSchema } from 'graphql';

import { buildUsageSchema } from '../../resolvers/build-schema.js';

const FILE = new URL('../../../schema/schema.graphql', import.meta.url);
const HEADER = '# Written by `npm run schema` from the classes in schema/ and resolvers/. Do not edit.\n\n';

const sdl = `${HEADER}${printSchema(lexicographicSortSchema(buildUsageSchema()))}\n`;
if (!process.argv.includes('--check')) await writeFile(FILE, sdl);
else if ((await readFile(FILE, 'utf8').catch(() => '')) !== sdl) {
  console.error('schema/schema.graphql is stale: run `npm run schema` and commit it.');
  process.exitCode = 1;
}
