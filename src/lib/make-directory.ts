import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { errorCode } from './file-error.js';

/**
 * Makes a directory with all above it that are missing. Throws what the system says. Node's own `recursive` asks for
 * ever where a file system answers "no such file" to the making of a directory, as those of the kernel do (/proc).
 */
export async function makeDirectory(path: string): Promise<void> {
  const error = await refusalToMake(path);
  const parent = dirname(path);
  if (error === null) return;
  if (errorCode(error) !== 'ENOENT' || parent === path) throw error;
  await makeDirectory(parent);
  const again = await refusalToMake(path);
  if (again !== null) throw again;
}

/** Null when it is there: made now or before, perhaps by another process in the last moment. */
async function refusalToMake(path: string): Promise<Error | null> {
  try {
    await mkdir(path);
  } catch (error) {
    const found = await stat(path).catch(() => null);
    if (!found?.isDirectory()) return error as Error;
  }
  return null;
}
