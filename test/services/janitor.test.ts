import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { type CallerCredentials, createCallerCredentials } from '../../src/auth/caller-credentials.js';
import { createTokenCipher } from '../../src/auth/token-cipher.js';
import type { ExecutionStore } from '../../src/domain/ports/execution-store.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createJanitor, tidy } from '../../src/services/polling/janitor.js';
import { createSealingKeys } from '../../src/services/polling/sealing-keys.js';
import { createUpstreamBudgetStore } from '../../src/store/upstream-budget.js';
import { createUpstreamTroubleStore } from '../../src/store/upstream-troubles.js';
import { createDurationStore } from '../../src/store/query-durations.js';
import { createSealedTokenStore } from '../../src/store/sealed-tokens.js';
import {
  CALLER,
  createTestStore,
  EVERYTHING,
  intent,
  LEASE_MS,
  NODE,
  type TestStore,
  TTL_MS,
} from '../support/store.js';

const MINUTE_MS = 60_000;

describe('the janitor', () => {
  let test: TestStore;
  let credentials: CallerCredentials;
  let now: number;

  beforeAll(async () => {
    test = await createTestStore();
  });
  beforeEach(async () => {
    await test.clear();
    now = 1_000_000;
    const sealedTokens = createSealedTokenStore(test.database.db);
    credentials = createCallerCredentials({ cipher: null, sealedTokens, now: () => now });
  });
  afterAll(() => test.stop());

  const options = (store: ExecutionStore = test.store) => ({
    store,
    credentials,
    sealedTokens: createSealedTokenStore(test.database.db),
    budget: createUpstreamBudgetStore(test.database.db, { limit: 10, windowMs: 60_000 }),
    node: NODE,
    troubles: createUpstreamTroubleStore(test.database.db, {
      afterFailures: 5,
      firstPauseMs: 1_000,
      longestPauseMs: 30_000,
    }),
    durations: createDurationStore(test.database.db),
    sealingKeys: createSealingKeys({
      sealedTokens: createSealedTokenStore(test.database.db),
      credentials,
      log: silentLogger,
    }),
    log: silentLogger,
  });

  async function start() {
    const { credentialId, sealed } = credentials.hold(CALLER);
    const claim = await test.store.create(intent({ credentialId, sealedCredential: sealed }), NODE, LEASE_MS);
    return { credentialId, id: claim.execution.id };
  }

  it('keeps a token while an open execution needs it, and forgets it when none does', async () => {
    const { credentialId, id } = await start();
    now += 2 * MINUTE_MS;
    await tidy(options());
    expect(await credentials.tokenFor(credentialId)).toBe(CALLER.token);
    await test.store.cancel(id, EVERYTHING, TTL_MS);
    await tidy(options());
    expect(credentials.size).toBe(1);
    now += 2 * MINUTE_MS;
    await tidy(options());
    expect(credentials.size).toBe(0);
  });

  it('keeps a token that is brought again while it asks who needs it', async () => {
    const first = await start();
    await test.store.cancel(first.id, EVERYTHING, TTL_MS);
    now += 2 * MINUTE_MS;
    let second: Awaited<ReturnType<typeof start>> | undefined;
    const neededCredentials: ExecutionStore['neededCredentials'] = async (ids) => {
      const needed = await test.store.neededCredentials(ids);
      second = await start();
      return needed;
    };
    await tidy(options({ ...test.store, neededCredentials }));
    expect(await credentials.tokenFor(second!.credentialId)).toBe(CALLER.token);
  });

  it('erases sealed tokens that nobody needs', async () => {
    const sealedTokens = createSealedTokenStore(test.database.db);
    const cipher = createTokenCipher(Buffer.alloc(32, 7).toString('base64'));
    credentials = createCallerCredentials({ cipher, sealedTokens, now: () => now });
    const { id } = await start();
    await test.query(`UPDATE credentials SET updated_at = now() - interval '2 minutes'`);
    await tidy(options());
    expect(await test.query('SELECT 1 AS kept FROM credentials')).toEqual([{ kept: 1 }]);
    await test.store.cancel(id, EVERYTHING, TTL_MS);
    await tidy(options());
    expect(await test.query('SELECT 1 FROM credentials')).toEqual([]);
  });

  it('does what it can when one thing fails', async () => {
    const { id } = await start();
    await test.store.cancel(id, EVERYTHING, TTL_MS);
    await test.query("UPDATE executions SET expires_at = now() - interval '1 second'");
    const reclaimHeld = async () => Promise.reject(new Error('it fails'));
    await tidy(options({ ...test.store, reclaimHeld }));
    expect(await test.query('SELECT 1 FROM executions')).toEqual([]);
  });

  it('stops without waiting for its next round, which would be due after half a minute', async () => {
    await createJanitor(options()).stop();
  }, 20_000);
});
