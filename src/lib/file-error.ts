import { StartupError } from './startup-error.js';

const REASONS: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'a file is in the way',
  ENOTDIR: 'a part of the path is a file',
  ENAMETOOLONG: 'the path is too long',
  // Of a directory that is to be made with all above it: a file system of the kernel's own, such as /proc.
  ENOENT: 'no directory can be made there',
  ELOOP: 'links lead round in a circle',
  EIO: 'the disk does not work',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** The `code` of a Node system error, or undefined for anything else. Its realm need not be ours. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Answers undefined when `work` fails with one of the given codes, and passes every other failure on. */
export async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/**
 * Runs `work` and turns a file system refusal that a person can mend into a StartupError.
 *
 * @param what What could not be done, as in "cannot use DATA_DIR /srv/data".
 */
export async function explainFileErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = REASONS[errorCode(error) ?? ''];
    if (reason === undefined) throw error;
    throw new StartupError(`${what}: ${reason}. Set DATA_DIR to another directory, or DATABASE_URL.`, {
      cause: error,
    });
  }
}
