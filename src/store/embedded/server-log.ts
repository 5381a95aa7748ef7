import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { telling } from './processes.js';
import { unless } from '../../lib/file-error.js';

/** Enough for months of the warnings that are logged; the file before it is kept, so twice this on disk. */
const ROTATE_AT_BYTES = 1_000_000;
const TAIL_BYTES = 16_384;

/** Where the server of a DATA_DIR writes its messages. */
export function serverLogPath(dataDir: string): string {
  return join(resolve(dataDir), 'postgres.log');
}

/**
 * Opens the log for a server that is about to start, and moves a big one out of the way. The caller closes it.
 *
 * @returns `size`, from where on the lines are this server's.
 */
export async function openServerLog(path: string): Promise<{ handle: FileHandle; size: number }> {
  const found = await unless(['ENOENT'], stat(path));
  if (found && found.size > ROTATE_AT_BYTES) await unless(['ENOENT'], rename(path, `${path}.1`));
  const handle = await open(path, 'a', 0o600);
  return { handle, size: (await handle.stat()).size };
}

/** The line, written after `from`, that tells best what went wrong. */
export async function tellingLine(path: string, from: number): Promise<string> {
  const handle = await unless(['ENOENT'], open(path, 'r'));
  if (handle === undefined) return telling('');
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
    return telling(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}
