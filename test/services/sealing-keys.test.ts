import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';

import { createCallerCredentials } from '../../src/auth/caller-credentials.js';
import { createTokenCipher } from '../../src/auth/token-cipher.js';
import { createPinoLogger } from '../../src/logger.js';
import { createSealingKeys } from '../../src/services/polling/sealing-keys.js';
import { createSealedTokenStore } from '../../src/store/sealed-tokens.js';
import {
  createTestStore,
  intent,
  LEASE_MS,
  NODE,
  type TestStore,
  UPSTREAM_FAILED,
} from '../support/store.js';

const OLD = `old:${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `new:${Buffer.alloc(32, 2).toString('base64')}`;

let test: TestStore;
beforeAll(async () => {
  test = await createTestStore();
});
beforeEach(() => test.clear());
afterAll(() => test.stop());

/** A node with these keys, and what it says. */
function node(setting: string) {
  const sealedTokens = createSealedTokenStore(test.database.db);
  const said: Record<string, unknown>[] = [];
  const to = { write: (line: string) => void said.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createPinoLogger('info', false, { to });
  const credentials = createCallerCredentials({ cipher: createTokenCipher(setting), sealedTokens, log });
  return { credentials, said, keys: createSealingKeys({ sealedTokens, credentials, log }) };
}

/** An execution that needs a token sealed with this key. */
async function sealedWith(setting: string, token: string) {
  const credentialId = `credential of ${token}`;
  const sealedCredential = createTokenCipher(setting).seal(token, credentialId);
  return test.store.create(intent({ credentialId, sealedCredential }), NODE, LEASE_MS);
}

it('tells once that an older key is needed, and once when it is not any more', async () => {
  await sealedWith(OLD, 'a');
  await sealedWith(NEW, 'b');
  const { keys, said } = node(`${NEW},${OLD}`);
  await keys.look();
  await keys.look();
  expect(said).toMatchObject([{ msg: expect.stringContaining('leave it there'), keyId: 'old', tokens: 1 }]);
  await test.query('DELETE FROM credentials WHERE key_id = $1', ['old']);
  await keys.look();
  await keys.look();
  expect(said.slice(1)).toMatchObject([{ msg: expect.stringContaining('may be taken out'), keyId: 'old' }]);
});

it('warns of tokens whose key has been taken out too early, and takes them back when it is there again', async () => {
  const claim = await sealedWith(OLD, 'a');
  const early = node(NEW);
  await early.keys.look();
  await early.keys.look();
  expect(early.said).toMatchObject([
    { level: 40, msg: expect.stringContaining('put it back'), keyId: 'old' },
  ]);
  expect(await early.credentials.tokenFor(claim.execution.credentialId)).toBeNull();
  await test.store.awaitCredentials(claim, { ...UPSTREAM_FAILED, code: 'CREDENTIALS_MISSING' }, 'MISSING');
  await test.query("UPDATE executions SET awaiting_credentials_since = now() - interval '2 minutes'");
  expect(await test.store.reclaimSealed(early.credentials.keyIds())).toBe(0);

  const { credentials } = node(`${NEW},${OLD}`);
  expect(await test.store.reclaimSealed(credentials.keyIds())).toBe(1);
  expect(await test.store.claimDue(NODE, 10, LEASE_MS)).toMatchObject([
    { execution: { awaitsCredentials: false, lastFailure: null } },
  ]);
  expect(await credentials.tokenFor(claim.execution.credentialId)).toBe('a');
});

it('takes nothing back with a key that opens nothing, though it has the right name', async () => {
  const claim = await sealedWith(OLD, 'a');
  const { credentials } = node(`old:${Buffer.alloc(32, 9).toString('base64')}`);
  expect(await credentials.tokenFor(claim.execution.credentialId)).toBeNull();
  await test.store.awaitCredentials(claim, { ...UPSTREAM_FAILED, code: 'CREDENTIALS_MISSING' }, 'MISSING');
  await test.query("UPDATE executions SET awaiting_credentials_since = now() - interval '2 minutes'");
  expect(await test.store.reclaimSealed(credentials.keyIds())).toBe(0);
});
