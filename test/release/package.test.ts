/** The program as `npm pack` makes it, installed where nothing else is: what it holds, what it needs, and that it runs. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ViewerInfo } from '../documents/usage.graphql.js';
import { ask } from '../process/client.js';
import { NodeProcess } from '../support/node-process.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NAME = 'genesys-usage-graphql';
const PATIENCE_MS = 120_000;

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/** An empty project in which the package has been installed. */
let project: string;
let files: readonly string[];
let manifest: Manifest;

const installed = (path: string) => join(project, 'node_modules', NAME, path);

beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'usage-graphql-package-')));
  // The embedded database runs as another user when root runs the tests.
  await chmod(project, 0o755);
  await mkdir(installed(''), { recursive: true });
  // Of what has been built: the tests run beside it.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  const { stdout } = await run('npm', pack, { cwd: ROOT });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  files = packed?.files.map(({ path }) => path) ?? [];
  const archive = join(project, packed?.filename ?? '');
  await run('tar', ['-xzf', archive, '-C', installed(''), '--strip-components=1']);
  manifest = JSON.parse(await readFile(installed('package.json'), 'utf8')) as Manifest;
  await linkDependencies();
}, PATIENCE_MS);
afterAll(() => rm(project, { recursive: true, force: true }), PATIENCE_MS);

/** What the package declares for use, and nothing that only its development has. */
async function linkDependencies(): Promise<void> {
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    const link = join(project, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    // Those for other systems are not there: their links lead nowhere.
    await symlink(join(ROOT, 'node_modules', name), link);
  }
}

/** In the order of the groups: `import '…'`, `import or export … from '…'`, `import('…')`. */
const IMPORT =
  /^import\s*['"]([^'"]+)['"]|^(?:import|export)\s[\w\s*{},$]+?\sfrom\s*['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm;

/** Each module that a packed script names. */
async function importsOf(path: string): Promise<string[]> {
  const text = await readFile(installed(path), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, ...names]) => names.find(Boolean) ?? '');
}

describe('the packed program', () => {
  it('holds its scripts and its page, and no source, test, map, type or tool', () => {
    const allowed =
      /^(package\.json|README\.md|LICENSE|dist\/(src|schema|resolvers|client\/src)\/[\w./-]+\.js|dist\/page\/.+)$/;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
    expect(files.filter((path) => /\.map$|\.d\.ts$|\.test\.|\/tools\//.test(path))).toEqual([]);
    const needed = ['LICENSE', 'dist/page/index.html', ...Object.values(manifest.bin)];
    expect(needed.filter((path) => !files.includes(path))).toEqual([]);
  });

  it('imports only what is packed, declared for use, or part of Node', async () => {
    const scripts = files.filter((path) => /^dist\/(?!page\/).*\.js$/.test(path));
    const strangers: string[] = [];
    const packages = new Set<string>();
    for (const path of scripts) {
      for (const name of await importsOf(path)) {
        const [first = '', second = ''] = name.split('/');
        const packageName = first.startsWith('@') ? `${first}/${second}` : first;
        const isKnown = name.startsWith('.')
          ? files.includes(posix.join(posix.dirname(path), name))
          : name.startsWith('node:')
            ? builtinModules.includes(name.slice('node:'.length))
            : packageName in manifest.dependencies;
        if (!isKnown) strangers.push(`${path}: ${name}`);
        if (!name.startsWith('.')) packages.add(packageName);
      }
    }
    expect(strangers).toEqual([]);
    // The expression has found what it is for.
    expect([...packages]).toEqual(expect.arrayContaining(['fastify', 'type-graphql', 'commander', 'pg']));
  });

  it(
    'starts the server with what it brings, answers, shows its page and stops',
    async () => {
      const program = installed(manifest.bin[NAME] ?? '');
      const node = NodeProcess.spawn({ program, env: { DATA_DIR: join(project, 'data'), DRAIN_MS: '0' } });
      try {
        const { url } = await node.ready();
        expect((await ask(url, ViewerInfo, {})).viewer.organization.name).toEqual(expect.any(String));
        const page = await (await fetch(`${url}/`)).text();
        const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1] ?? 'no script';
        const answer = await fetch(new URL(script, url));
        expect(answer.headers.get('content-type')).toMatch(/javascript/);
        expect((await answer.text()).length).toBeGreaterThan(100_000);
      } finally {
        expect(await node.killed('SIGTERM')).toEqual({ code: 0, signal: null });
      }
      expect(node.stderr).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'has the command line beside it',
    async () => {
      const usage = installed(manifest.bin['usage'] ?? '');
      const { stdout: help } = await run(process.execPath, [usage, '--help']);
      expect(help).toMatch(/^Usage: usage /);
      const { stdout: version } = await run(process.execPath, [usage, '--version']);
      expect(version.trim()).toBe(manifest.version);
    },
    PATIENCE_MS,
  );

  it('is run by Node, wherever that is', async () => {
    for (const path of Object.values(manifest.bin)) {
      expect((await readFile(installed(path), 'utf8')).split('\n')[0]).toBe('#!/usr/bin/env node');
    }
  });
});
