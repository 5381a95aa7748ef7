import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Visibility } from '../../src/domain/caller.js';
import { toUuid } from '../../src/domain/execution-id.js';
import type { CredentialLack, HeldCredential } from '../../src/domain/ports/credentials.js';
import type { NewExecution } from '../../src/domain/ports/execution-store.js';
import { createSealedTokenStore } from '../../src/store/sealed-tokens.js';
import { until } from '../support/until.js';
import {
  createTestStore,
  EVERYTHING,
  FAILED,
  LEASE_MS,
  NODE,
  runningClaim,
  type TestStore,
  TTL_MS,
  UPSTREAM_FAILED,
} from '../support/store.js';

const OTHER = 'node-2';
const REFUSAL = { ...UPSTREAM_FAILED, code: 'CREDENTIALS_REJECTED' as const, upstreamStatus: 401 };
const SEALED = { keyId: 'k', sealed: Buffer.from('sealed') };
const LOAN: HeldCredential = { credentialId: 'credential-2', sealed: SEALED, onlyHere: false };
const HELD_HERE: HeldCredential = { credentialId: 'credential-2', sealed: null, onlyHere: true };

let test: TestStore;
beforeAll(async () => {
  test = await createTestStore();
});
beforeEach(() => test.clear());
afterAll(() => test.stop());

async function waiting(lack: CredentialLack = 'REFUSED', changes: Partial<NewExecution> = {}) {
  const execution = await test.store.awaitCredentials(await runningClaim(test.store, changes), REFUSAL, lack);
  if (!execution) throw new Error('the claim was lost');
  return execution;
}

const lend = (id: string, loan = LOAN, visibility: Visibility = EVERYTHING) =>
  test.store.lendCredential([id], visibility, loan, NODE);
const inside = async () => (await test.query<Record<string, unknown>>('SELECT * FROM executions'))[0] ?? {};
const claimedBy = (node: string) => test.store.claimDue(node, 10, LEASE_MS);

describe('an execution that waits for a token', () => {
  it('is due at its deadline alone, and has a new version', async () => {
    const execution = await waiting();
    expect(execution).toMatchObject({ version: 3, nextPollAt: null, awaitsCredentials: true });
    expect(await inside()).toMatchObject({ due_at: execution.deadlineAt, lease_owner: null });
    expect(await claimedBy(NODE)).toEqual([]);
  });

  it('takes another token, which is stored with it, and is due at once', async () => {
    const { id } = await waiting();
    expect(await lend(id)).toEqual([id]);
    const [claim] = await claimedBy(OTHER);
    expect(claim?.execution).toMatchObject({
      id,
      version: 4,
      credentialId: 'credential-2',
      awaitsCredentials: false,
      lastFailure: null,
    });
    expect(await createSealedTokenStore(test.database.db).load('credential-2')).toEqual(SEALED);
  });

  it('takes one token of many that are lent at the same time', async () => {
    const { id } = await waiting();
    const loans = Array.from({ length: 8 }, (_, i) => lend(id, { ...LOAN, credentialId: `credential-${i}` }));
    expect((await Promise.all(loans)).flat()).toEqual([id]);
    expect(await test.query('SELECT id FROM credentials')).toHaveLength(1);
  });

  it('does not take the token that was refused before it was looked up anew', async () => {
    const { id } = await waiting();
    const same = { ...LOAN, credentialId: 'credential-1' };
    expect(await lend(id, same)).toEqual([]);
    await test.query("UPDATE executions SET awaiting_credentials_since = now() - interval '61 seconds'");
    expect(await lend(id, same)).toEqual([id]);
  });

  it('takes the same token at once when it was only lost', async () => {
    const { id } = await waiting('MISSING');
    expect(await lend(id, { ...LOAN, credentialId: 'credential-1' })).toEqual([id]);
  });

  it('tries tokens ever more rarely when one after the other is refused', async () => {
    const { id } = await waiting();
    const delays: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      await lend(id, { ...LOAN, credentialId: `another-${i}` });
      const due = 'round(extract(epoch FROM due_at - now()))::int AS due';
      const [row] = await test.query<{ due: number }>(`SELECT ${due} FROM executions`);
      delays.push(Math.max(0, row?.due ?? 0));
      await test.query("UPDATE executions SET due_at = now() - interval '1 s'");
      const [claim] = await claimedBy(NODE);
      await test.store.awaitCredentials(claim!, REFUSAL, 'REFUSED');
    }
    expect(delays).toEqual([0, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it.each<[string, Visibility]>([
    ['another organization', { ...EVERYTHING, organizationId: 'org-2' }],
    ['another scope', { ...EVERYTHING, scope: 'client:client-1' }],
    ['somebody without the permission', { ...EVERYTHING, operations: ['OAUTH_CLIENT_QUERY'] }],
  ])('takes no token of %s', async (_name, visibility) => {
    const { id } = await waiting();
    expect(await lend(id, LOAN, visibility)).toEqual([]);
    expect(await test.store.awaitingCredentials(visibility, 'user-1')).toEqual([]);
  });

  it('is found by its owner, until it goes on or has ended', async () => {
    const ids = async (subject = 'user-1') => test.store.awaitingCredentials(EVERYTHING, subject);
    const { id } = await waiting();
    expect(await ids()).toEqual([id]);
    expect(await ids('user-2')).toEqual([]);
    await lend(id);
    expect(await ids()).toEqual([]);
    await waiting();
    await test.store.cancel((await ids())[0] ?? '', EVERYTHING, TTL_MS);
    expect(await ids()).toEqual([]);
    expect(
      (await test.query('SELECT 1 FROM executions WHERE awaiting_credentials_since IS NOT NULL')).length,
    ).toBe(0);
  });

  it('takes no token when it has ended, or when its deadline is past', async () => {
    const { id } = await waiting();
    await test.query('UPDATE executions SET deadline_at = now(), due_at = now()');
    expect(await lend(id)).toEqual([]);
    const [claim] = await claimedBy(OTHER);
    await test.store.finish(claim!, FAILED, [], TTL_MS);
    expect(await lend(id)).toEqual([]);
  });

  it('waits for none any more when a node of an earlier version has ended it', async () => {
    const { id } = await waiting('MISSING');
    const { id: other } = await waiting('MISSING');
    await test.query(`UPDATE executions SET status = 'CANCELED', finished_at = now(), due_at = NULL, held_by = '${NODE}'
      WHERE id = '${toUuid(id)}'`);
    expect(await test.store.awaitingCredentials(EVERYTHING, 'user-1')).toEqual([other]);
    expect(await test.store.lendCredential([id, other], EVERYTHING, LOAN, NODE)).toEqual([other]);
    expect(await test.store.reclaimHeld(NODE)).toBe(0);
    expect(await test.store.get(id, EVERYTHING)).toMatchObject({ awaitsCredentials: false });
  });

  it('tells of no earlier reason when it goes on', async () => {
    const claim = await runningClaim(test.store, {}, 0);
    await test.store.postpone(claim, 0, 'BUDGET_USED_UP');
    const [again] = await claimedBy(NODE);
    const execution = await test.store.awaitCredentials(again!, REFUSAL, 'REFUSED');
    await lend(execution?.id ?? '');
    expect(await test.store.get(execution?.id ?? '', EVERYTHING)).toMatchObject({ putOff: null });
  });

  it('keeps a lost token needed, and a refused one not', async () => {
    await waiting('MISSING');
    expect(await test.store.neededCredentials(['credential-1'])).toEqual(['credential-1']);
    await test.clear();
    await waiting('REFUSED', { sealedCredential: SEALED });
    expect(await test.store.neededCredentials(['credential-1'])).toEqual([]);
    await test.query("UPDATE credentials SET updated_at = now() - interval '2 minutes'");
    expect(await createSealedTokenStore(test.database.db).sweep()).toBe(1);
  });
});

describe('an execution whose token is in the memory of one node', () => {
  const heldDue = () => runningClaim(test.store, { heldHere: true }, 0);

  it('is claimed by that node alone', async () => {
    await heldDue();
    expect(await claimedBy(OTHER)).toEqual([]);
    expect(await test.store.msUntilNextDue(OTHER)).toBeNull();
    expect(await test.store.msUntilNextDue(NODE)).toBe(0);
    expect(await claimedBy(NODE)).toHaveLength(1);
  });

  it('is claimed by another one when it was left lying for a lease', async () => {
    await heldDue();
    await test.query("UPDATE executions SET due_at = now() - interval '60 seconds'");
    expect(await claimedBy(OTHER)).toHaveLength(1);
  });

  it('stays with the node that has asked with the same token', async () => {
    await heldDue();
    await test.query("UPDATE executions SET due_at = now() - interval '60 seconds'");
    const [claim] = await claimedBy(OTHER);
    await test.store.recordAttempt(claim!, { polled: true, nextPollInMs: 0 });
    await until('it to be due', async () => (await test.store.msUntilNextDue(OTHER)) === 0);
    expect(await claimedBy(NODE)).toEqual([]);
    expect(await claimedBy(OTHER)).toHaveLength(1);
  });

  it('is taken back by that node when it was taken for dead', async () => {
    await heldDue();
    await test.query("UPDATE executions SET due_at = now() - interval '60 seconds'");
    const [claim] = await claimedBy(OTHER);
    await test.store.awaitCredentials(claim!, { ...REFUSAL, code: 'CREDENTIALS_MISSING' }, 'MISSING');
    expect(await test.store.reclaimHeld(OTHER)).toBe(0);
    expect(await test.store.reclaimHeld(NODE)).toBe(1);
    expect(await claimedBy(NODE)).toMatchObject([
      { execution: { awaitsCredentials: false, lastFailure: null } },
    ]);
  });

  it('is nobody’s when that node has lost the token itself', async () => {
    await heldDue();
    const [claim] = await claimedBy(NODE);
    await test.store.awaitCredentials(claim!, REFUSAL, 'MISSING');
    expect(await inside()).toMatchObject({ held_by: null });
    expect(await test.store.reclaimHeld(NODE)).toBe(0);
  });

  it('is that node’s to which a visitor has brought a token', async () => {
    const { id } = await waiting('MISSING', { heldHere: true });
    expect(await test.store.lendCredential([id], EVERYTHING, HELD_HERE, OTHER)).toEqual([id]);
    expect(await claimedBy(NODE)).toEqual([]);
    expect(await claimedBy(OTHER)).toHaveLength(1);
  });

  it('is claimed by any node at its deadline, once it waits for a token', async () => {
    await heldDue();
    await test.query("UPDATE executions SET due_at = now() - interval '60 seconds'");
    const [claim] = await claimedBy(OTHER);
    await test.store.awaitCredentials(claim!, REFUSAL, 'MISSING');
    await test.query('UPDATE executions SET due_at = now(), deadline_at = now()');
    expect(await claimedBy('node-3')).toMatchObject([{ pastDeadline: true }]);
  });
});
