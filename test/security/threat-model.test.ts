import { expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, ROOT));

it('names a test that exists in each line of what is defended', async () => {
  const text = await readFile(pathOf('docs/security.md'), 'utf8');
  const [, table = ''] = /## What we do\n([\s\S]*?)\n## /.exec(text) ?? [];
  const lines = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Against|-)/.test(line));
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) {
    const tests = [...line.matchAll(/`(test\/[\w/-]+)`/g)].map(([, name]) => `${name}.test.ts`);
    expect({ line, tests: tests.filter((name) => existsSync(pathOf(name))) }).toEqual({ line, tests });
    expect({ line, tests }).not.toEqual({ line, tests: [] });
  }
});
