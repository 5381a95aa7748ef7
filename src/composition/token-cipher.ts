/** The key with which tokens are sealed, when there is one. */
import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createTokenCipher, type TokenCipher } from '../auth/token-cipher.js';
import type { Config } from '../config.js';
import { explainFileErrors, unless } from '../lib/file-error.js';

/** Null: tokens are held in memory alone, and a restart can not go on polling with them. */
export async function tokenCipher({
  tokenEncryptionKey,
  upstream,
  dataDir,
}: Config): Promise<TokenCipher | null> {
  if (tokenEncryptionKey !== null) return createTokenCipher(tokenEncryptionKey);
  // Demo tokens are no secret, and a restart in the middle of the demo should lose nothing either.
  return upstream.kind === 'simulated' ? createTokenCipher(await demoKey(dataDir)) : null;
}

/** Made by whichever process is first; every node on the same directory uses the same. */
async function demoKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'simulator', 'token-encryption.key');
  return explainFileErrors(`Cannot keep the key of demo tokens in ${file}`, () => madeOnce(file));
}

async function madeOnce(file: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  // Whole from the moment it bears its name: a kill in between, or a node that reads at once, meets no empty key.
  await writeFile(draft, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 });
  try {
    await unless(['EEXIST'], link(draft, file));
  } finally {
    await unlink(draft);
  }
  return readFile(file, 'utf8');
}
