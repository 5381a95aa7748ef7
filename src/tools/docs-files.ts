/**
 * Writes what the documentation tells of the code: the reference of the schema, that of the settings and of the metrics,
 * and `.env.example`. With `--check` it only says whether the committed files are what the code would write.
 */
import { readFile, writeFile } from 'node:fs/promises';

import { format, resolveConfig } from 'prettier';

import { buildUsageSchema } from '../../resolvers/build-schema.js';
import { configurationPage } from './reference/configuration-page.js';
import { environmentFile } from './reference/environment-file.js';
import { metricsPage } from './reference/metrics-page.js';
import { schemaPage } from './reference/schema-page.js';

const ROOT = new URL('../../../', import.meta.url);

const files: Readonly<Record<string, string>> = {
  '.env.example': environmentFile(),
  'docs/configuration.md': await page(configurationPage()),
  'docs/metrics.md': await page(await metricsPage()),
  'docs/schema.md': await page(schemaPage(buildUsageSchema())),
};

for (const [path, text] of Object.entries(files)) {
  const file = new URL(path, ROOT);
  if (!process.argv.includes('--check')) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`${path} is stale: run \`npm run docs\` and commit it.`);
    process.exitCode = 1;
  }
}

/** As the check of the format would have it. */
async function page(text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(new URL('docs/schema.md', ROOT))), parser: 'markdown' });
}
