import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, it } from '@jest/globals';

import { compareContracts } from '../../src/tools/release/compatibility.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TOOL = fileURLToPath(new URL('../../src/tools/release/check-compatibility.js', import.meta.url));

const FIRST_LINE = '# The contract of version 1.2.3, as it was released.';
const RELEASED = `${FIRST_LINE}
type Query { "Old." rows(first: Int): [Row!]! status: Status! }
type Row { requests: Int name: String }
enum Status { RUNNING DONE }
input Start { interval: String! }
type Mutation { start(input: Start!): Row }`;

interface Made {
  readonly version?: string;
  readonly news?: string;
  /** What stood there, and what stands there now. */
  readonly change: readonly [string, string];
}

function compare({ version = '1.2.3', news = '', change: [was, is] }: Made) {
  expect(RELEASED).toContain(was);
  const current = RELEASED.replace(was, is);
  const changelog = `# Changelog\n\n## Unreleased\n\n${news}\n\n## 1.2.3 - 2026-01-01\n\n- \`Row.name\` \`Status.LOST\`\n`;
  return compareContracts({ released: RELEASED, current, version, changelog });
}

describe('the contract in the making', () => {
  it.each([
    ['the same', ['Old.', 'Old.'], 'patch'],
    ['another description', ['Old.', 'New.'], 'patch'],
    ['a new field', ['requests: Int', 'requests: Int errors: Int'], 'minor'],
    ['a new type', ['type Row', 'type Column { name: String } type Row'], 'minor'],
    ['a field that was nullable and is not', ['requests: Int', 'requests: Int!'], 'patch'],
  ] as const)('passes with %s', async (_what, change, needed) => {
    expect(await compare({ change })).toEqual({ needed, problems: [] });
  });

  it.each([
    ['a field less', ['requests: Int', ''], 'requests'],
    ['another type', ['requests: Int', 'requests: String'], 'Row.requests'],
    ['a field that may be null now', ['status: Status!', 'status: Status'], 'Query.status'],
    ['a required argument more', ['first: Int', 'first: Int, after: String!'], 'after'],
    ['a required input field more', ['interval: String!', 'interval: String! days: Int!'], 'days'],
    ['a value less', ['RUNNING DONE', 'RUNNING'], 'DONE'],
  ] as const)('is refused with %s', async (_what, change, name) => {
    const { needed, problems } = await compare({ change });
    expect(needed).toBe('major');
    expect(problems).toEqual([expect.stringMatching(/^Breaks clients of 1\.2\.3, and the version/)]);
    expect(problems[0]).toContain(name);
  });

  it('may break clients with the next major version, when the changelog names what', async () => {
    const change = ['name: String', ''] as const;
    expect((await compare({ change, version: '2.0.0' })).problems).toEqual([
      expect.stringMatching(/^CHANGELOG\.md does not name `Row\.name`\. Field 'name'/),
    ]);
    expect((await compare({ change, version: '2.0.0', news: '- `Row.name` is gone.' })).problems).toEqual([]);
    expect(
      (await compare({ change, version: '1.3.0', news: '- `Row.name` is gone.' })).problems,
    ).toHaveLength(1);
  });

  it('may surprise clients when the changelog names how', async () => {
    const change = ['RUNNING DONE', 'RUNNING DONE LOST'] as const;
    const silent = await compare({ change });
    expect(silent).toMatchObject({ needed: 'minor', problems: [expect.stringContaining('`Status.LOST`')] });
    expect((await compare({ change, news: '- New: `Status.LOST`.' })).problems).toEqual([]);
  });
});

describe('npm run check:compatibility', () => {
  let root: string;
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** On a copy of what it reads. */
  async function run(edit: (contract: string) => string): Promise<{ code: number; printed: string }> {
    root = await mkdtemp(join(tmpdir(), 'usage-graphql-contract-'));
    for (const path of ['schema/schema.graphql', 'schema/released.graphql', 'package.json', 'CHANGELOG.md'])
      await cp(join(ROOT, path), join(root, path));
    const contract = join(root, 'schema/schema.graphql');
    await writeFile(contract, edit(await readFile(contract, 'utf8')));
    return new Promise((resolve) => {
      execFile(process.execPath, [TOOL, root], (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), printed: stdout + stderr }),
      );
    });
  }

  it('passes the contract as it is', async () => {
    expect(await run((contract) => contract)).toEqual({ code: 0, printed: '' });
  });

  it('fails when a field of it is taken away', async () => {
    const { code, printed } = await run((contract) => contract.replace(/^ {2}pollCount: /m, '  polls: '));
    expect(printed).toMatch(/'pollCount' was removed from object type 'UsageExecution'/);
    expect(code).toBe(1);
  });
});
