import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createCallerCredentials } from '../../src/auth/caller-credentials.js';
import { createServiceCredentials } from '../../src/auth/service-credentials.js';
import { createTokenCipher } from '../../src/auth/token-cipher.js';
import { tokenHash } from '../../src/auth/token-hash.js';
import type { Caller } from '../../src/domain/caller.js';
import type { SealedToken, SealedTokenStore } from '../../src/domain/ports/credentials.js';
import { silentLogger } from '../../src/lib/logger.js';

const KEY = randomBytes(32).toString('base64');

function caller(token: string): Caller {
  const entity = { id: 'x', name: null };
  return {
    organization: entity,
    client: entity,
    subject: { ...entity, kind: 'USER' },
    permissions: [],
    token,
  };
}

/** A store that keeps tokens the way that the real one does: by credential. */
class Shelf implements SealedTokenStore {
  readonly tokens = new Map<string, SealedToken>();
  loads = 0;

  async load(credentialId: string): Promise<SealedToken | null> {
    this.loads++;
    return this.tokens.get(credentialId) ?? null;
  }

  async countByKey(): Promise<Map<string, number>> {
    return new Map();
  }

  async sweep(): Promise<number> {
    return 0;
  }
}

interface SetUp {
  readonly cipher?: boolean;
  readonly shelf?: Shelf;
  readonly maxTokens?: number;
}

function setUp({ cipher = true, shelf = new Shelf(), ...options }: SetUp = {}) {
  const clock = { now: 0 };
  const warnings: string[] = [];
  const credentials = createCallerCredentials({
    cipher: cipher ? createTokenCipher(KEY) : null,
    sealedTokens: shelf,
    now: () => clock.now,
    log: { ...silentLogger, warn: (_, message) => void warnings.push(message) },
    ...options,
  });
  return { credentials, shelf, clock, warnings };
}

describe('credentials of callers', () => {
  it('are held under the hash of the token', async () => {
    const { credentials, shelf } = setUp();
    const { credentialId } = credentials.hold(caller('token-1'));
    expect(credentialId).toBe(tokenHash('token-1'));
    expect(credentialId).toMatch(/^[0-9a-f]{64}$/);
    expect(await credentials.tokenFor(credentialId)).toBe('token-1');
    expect(shelf.loads).toBe(0);
  });

  it('are sealed when there is a key, and only then', () => {
    const { sealed } = setUp().credentials.hold(caller('token-1'));
    expect(sealed && createTokenCipher(KEY).open(sealed, tokenHash('token-1'))).toBe('token-1');
    const inMemory = setUp({ cipher: false }).credentials.hold(caller('token-1'));
    expect(inMemory).toMatchObject({ sealed: null, onlyHere: true });
  });

  it('are read from the store, once, by a node that did not hold them', async () => {
    const { credentials: first, shelf } = setUp();
    const { credentialId, sealed } = first.hold(caller('token-1'));
    if (sealed) shelf.tokens.set(credentialId, sealed);
    const { credentials: second } = setUp({ shelf });
    expect(await second.tokenFor(credentialId)).toBe('token-1');
    expect(await second.tokenFor(credentialId)).toBe('token-1');
    expect(shelf.loads).toBe(1);
  });

  it('are null where they are neither held nor stored, or can not be opened', async () => {
    const { credentials, shelf } = setUp();
    expect(await credentials.tokenFor('unknown')).toBeNull();
    shelf.tokens.set('other', createTokenCipher(KEY).seal('t', 'not-other'));
    expect(await credentials.tokenFor('other')).toBeNull();
    const { credentials: keyless } = setUp({ cipher: false, shelf });
    expect(await keyless.tokenFor('other')).toBeNull();
  });

  it('are forgotten when they are released', async () => {
    const { credentials } = setUp({ cipher: false });
    const { credentialId } = credentials.hold(caller('token-1'));
    credentials.release(credentialId);
    expect(await credentials.tokenFor(credentialId)).toBeNull();
    expect(credentials.size).toBe(0);
  });

  it('may be released when nobody has used them for a minute', async () => {
    const { credentials, clock } = setUp({ cipher: false });
    const unused = credentials.hold(caller('unused'));
    const used = credentials.hold(caller('used'));
    expect(credentials.heldIds()).toEqual([]);
    clock.now += 60_001;
    await credentials.tokenFor(used.credentialId);
    expect(credentials.heldIds()).toEqual([unused.credentialId]);
  });

  it('are forgotten when upstream refuses them, and there is no better token to be had', async () => {
    const { credentials } = setUp({ cipher: false });
    const { credentialId } = credentials.hold(caller('token-1'));
    expect(await credentials.refused(credentialId, 'token-1')).toBe(false);
    expect(await credentials.tokenFor(credentialId)).toBeNull();
  });

  it('make room for newer ones when there are too many, the longest unused first', async () => {
    const { credentials } = setUp({ cipher: false, maxTokens: 2 });
    const first = credentials.hold(caller('first'));
    const second = credentials.hold(caller('second'));
    await credentials.tokenFor(first.credentialId);
    credentials.hold(caller('third'));
    expect(credentials.size).toBe(2);
    expect(await credentials.tokenFor(first.credentialId)).toBe('first');
    expect(await credentials.tokenFor(second.credentialId)).toBeNull();
  });

  it('are said to be too many only where one that makes room is lost', () => {
    const warningsOf = (cipher: boolean) => {
      const { credentials, warnings } = setUp({ cipher, maxTokens: 1 });
      for (const token of ['first', 'second', 'third']) credentials.hold(caller(token));
      return warnings.length;
    };
    expect(warningsOf(false)).toBe(2);
    expect(warningsOf(true)).toBe(0);
  });
});

describe('credentials of the service', () => {
  function service() {
    let number = 1;
    return createServiceCredentials({
      token: async () => `t${number}`,
      invalidate: (token) => {
        if (token === `t${number}`) number++;
      },
    });
  }

  it('are the same for every caller and need not be kept', async () => {
    const credentials = service();
    expect(credentials.hold(caller('mine'))).toEqual({
      credentialId: 'service',
      sealed: null,
      onlyHere: false,
    });
    expect(await credentials.tokenFor('service')).toBe('t1');
  });

  it('are renewed when upstream refuses them', async () => {
    const credentials = service();
    expect(await credentials.refused('service', 't1')).toBe(true);
    expect(await credentials.tokenFor('service')).toBe('t2');
  });

  it("are not used for executions that a caller's token has started", async () => {
    const credentials = service();
    expect(await credentials.tokenFor(tokenHash('mine'))).toBeNull();
    expect(await credentials.refused(tokenHash('mine'), 'mine')).toBe(false);
  });
});
