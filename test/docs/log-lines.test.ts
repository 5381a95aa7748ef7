/** The table of the lines in docs/logs.md and the program's source, held to each other. */
import { readFile } from 'node:fs/promises';

import { expect, it } from '@jest/globals';

import { linesInSource } from '../support/log-lines.js';
import { ROOT } from '../support/markdown.js';

/** Of a long one its beginning. */
function short(text: string): string {
  const whole = text.replaceAll(/\s+/g, ' ');
  return whole.length > 100 || whole.startsWith('SIMULATED') ? (whole.split(/[:.] /)[0] ?? '') : whole;
}

/** `| level | text | meaning |` */
const ROW = /^\| (warn|info|error) +\| (.+?) +\| (.+?) +\|$/gm;

it('every line of level info and above is explained, at its level, and no other is', async () => {
  const page = await readFile(new URL('docs/logs.md', ROOT), 'utf8');
  const told = [...page.matchAll(ROW)].map(([, level, text]) => `${level} ${text?.replaceAll('`', '')}`);
  const lines = await linesInSource();
  const written = lines
    .filter(({ level }) => level !== 'debug')
    .map(({ level, text }) => `${level} ${short(text)}`);
  expect(written.length).toBeGreaterThan(40);
  expect(told).toHaveLength(new Set(told).size);
  expect(told.sort()).toEqual([...new Set(written)].sort());
});
