import { describe, expect, it } from '@jest/globals';

import type { Caller } from '../../src/domain/caller.js';
import type { Execution } from '../../src/domain/execution.js';
import { silentLogger } from '../../src/lib/logger.js';
import { createCredentialVisits } from '../../src/services/upstream-calls/credential-visits.js';
import { CALLER } from '../support/store.js';

/** A store of which one execution waits, and takes any token but those that are called bad. */
function setUp(waiting: string[] = ['exe_1']) {
  const clock = { now: 0 };
  const looks: string[] = [];
  const loans: string[] = [];
  const held: string[] = [];
  const visits = createCredentialVisits({
    store: {
      async awaitingCredentials(_visibility, subjectId) {
        looks.push(subjectId);
        return waiting;
      },
      async lendCredential(ids, _visibility, { credentialId }) {
        loans.push(credentialId);
        return credentialId.startsWith('bad') ? [] : waiting.splice(0).filter((id) => ids.includes(id));
      },
    },
    credentials: {
      hold({ token }) {
        held.push(token);
        return { credentialId: token, sealed: null, onlyHere: true };
      },
    },
    credentialIdOf: (token) => token,
    node: 'node-1',
    now: () => clock.now,
    log: silentLogger,
  });
  return { visits, clock, looks, loans, held };
}

const caller = (token: string): Caller => ({ ...CALLER, token });
const execution = (changes: Partial<Execution> = {}) =>
  ({ id: 'exe_1', version: 3, awaitsCredentials: true, ...changes }) as Execution;

describe('a visit', () => {
  it('looks for what its caller has left waiting, once in ten seconds for each token', async () => {
    const { visits, clock, looks } = setUp([]);
    for (let i = 0; i < 100; i += 1) visits.came(caller('one'));
    visits.came(caller('two'));
    expect(looks).toHaveLength(2);
    clock.now += 10_000;
    visits.came(caller('one'));
    expect(looks).toHaveLength(3);
  });

  it('holds a token only when something waits for it', async () => {
    const idle = setUp([]);
    idle.visits.came(caller('one'));
    await idle.visits.stop();
    expect(idle.held).toEqual([]);
    const needed = setUp();
    needed.visits.came(caller('one'));
    await needed.visits.stop();
    expect(needed.loans).toEqual(['one']);
  });

  it('costs nothing for an execution that waits for no token', async () => {
    const { visits, loans } = setUp();
    visits.saw(caller('one'), execution({ awaitsCredentials: false }));
    await visits.stop();
    expect(loans).toEqual([]);
  });

  it('of a thousand subscribers lends one token, the first that is taken', async () => {
    const { visits, loans } = setUp();
    for (const token of ['bad-1', 'bad-1', 'bad-2', ...Array.from({ length: 1_000 }, (_, i) => `good-${i}`)])
      visits.saw(caller(token), execution());
    await visits.stop();
    expect(loans).toEqual(['bad-1', 'bad-2', 'good-0']);
  });

  it('offers a token again for the next version alone, or after ten seconds', async () => {
    const { visits, clock, loans } = setUp();
    const see = async (version: number) => {
      visits.saw(caller('bad'), execution({ version }));
      await visits.stop();
    };
    await see(3);
    await see(3);
    expect(loans).toHaveLength(1);
    await see(5);
    expect(loans).toHaveLength(2);
    clock.now += 10_000;
    await see(5);
    expect(loans).toHaveLength(3);
  });

  it('is not disturbed by a store that is away', async () => {
    const visits = createCredentialVisits({
      store: {
        awaitingCredentials: async () => Promise.reject(new Error('away')),
        lendCredential: async () => Promise.reject(new Error('away')),
      },
      credentials: { hold: ({ token }) => ({ credentialId: token, sealed: null, onlyHere: true }) },
      credentialIdOf: (token) => token,
      node: 'node-1',
      now: () => 0,
      log: silentLogger,
    });
    visits.came(caller('one'));
    visits.saw(caller('one'), execution());
    await expect(visits.stop()).resolves.toBeUndefined();
  });
});
