// Builds the GraphiQL page into dist/page, only when something that it is made of has changed. It is built
// beside its place and then moved there, so a reader, or a second build at the same time, never meets half a page.
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = dirname(fileURLToPath(import.meta.url));
const project = dirname(web);
const dist = join(project, 'dist');
const target = join(dist, 'page');
const scratchPrefix = '.page-';
/** Far longer than a build takes: what is older was left by one that was killed. */
const ABANDONED_MS = 10 * 60_000;

const stamp = sourcesHash();
if (!process.argv.includes('--force') && builtStamp() === stamp) {
  console.log('web: unchanged');
} else {
  const startedAt = performance.now();
  await buildPage();
  console.log(`web: built dist/page in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** Of every file in web/ and of the lock file, which holds the resolved version of every dependency. */
function sourcesHash() {
  const files = readdirSync(web, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...files, join(project, 'package-lock.json')]) {
    const content = readFileSync(file);
    hash.update(`${relative(project, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function builtStamp() {
  return existsSync(join(target, '.stamp')) ? readFileSync(join(target, '.stamp'), 'utf8') : null;
}

async function buildPage() {
  const { build } = await import('vite');
  mkdirSync(dist, { recursive: true });
  sweepAbandoned();
  const scratch = join(dist, `${scratchPrefix}${randomUUID()}`);
  try {
    await build({
      root: web,
      configFile: join(web, 'vite.config.ts'),
      // React components of dependencies are marked "use client", and each mark is a warning.
      logLevel: 'error',
      build: { outDir: scratch, emptyOutDir: true },
    });
    writeFileSync(join(scratch, '.stamp'), stamp);
    moveIntoPlace(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Another build may move its page into the gap between the two renames: then that one is moved away too. */
function moveIntoPlace(scratch) {
  for (let attempt = 1; ; attempt++) {
    const old = join(dist, `${scratchPrefix}${randomUUID()}`);
    try {
      if (existsSync(target)) renameSync(target, old);
      renameSync(scratch, target);
      return;
    } catch (error) {
      if (attempt === 10 || !['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

function sweepAbandoned() {
  for (const name of readdirSync(dist).filter((entry) => entry.startsWith(scratchPrefix))) {
    const age = Date.now() - (statSync(join(dist, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > ABANDONED_MS) rmSync(join(dist, name), { recursive: true, force: true });
  }
}
