/**
 * The tables of docs/scaling.md, from the results: what stands between `<!-- figures: name -->` and `<!-- end -->` is
 * written here. `--check` only says whether it is what the results would give.
 *
 *     node bench/scale/tables.ts [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

import { MEASURED } from './measured-tables.ts';
import { SIMULATED } from './simulated-tables.ts';

const FILE = new URL('../../docs/scaling.md', import.meta.url);
const TABLES: Readonly<Record<string, () => string>> = { ...MEASURED, ...SIMULATED };

const before = readFileSync(FILE, 'utf8');
const filled = before.replaceAll(
  /(<!-- figures: (\w+) -->)[^]*?(<!-- end -->)/g,
  (_, begin: string, name: string, end: string) => {
    const make = TABLES[name];
    if (!make) throw new Error(`no such figures: ${name}`);
    return `${begin}\n\n${make()}\n\n${end}`;
  },
);
const after = await format(filled, { ...(await resolveConfig(FILE)), parser: 'markdown' });
if (!process.argv.includes('--check')) writeFileSync(FILE, after);
else if (after !== before) {
  console.error(
    'docs/scaling.md is not what bench/results say: run `node bench/scale/tables.ts` and commit it.',
  );
  process.exitCode = 1;
}
