import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { USAGE_METRICS } from '../../src/domain/operation.js';
import { queryRowParser } from '../../src/upstream/rows.js';
import {
  createTestStore,
  runningClaim,
  SUCCEEDED,
  type TestStore,
  TTL_MS,
  usageRow,
} from '../support/store.js';

/** A text that the database refuses would be tried again with every lease, until the deadline. */
describe('what upstream writes into a row', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore();
  });
  afterAll(() => test.stop());

  const halfAPair = JSON.parse('"/api/\\ud800/x"') as string;

  it('can be stored after it was read, half a surrogate pair included', async () => {
    const row = queryRowParser(USAGE_METRICS)({ templateUri: halfAPair, requests: 1 });
    const claim = await runningClaim(test.store);
    expect(await test.store.finish(claim, SUCCEEDED, [row], TTL_MS)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('could not be stored as it is', async () => {
    const claim = await runningClaim(test.store);
    const row = usageRow({ templateUri: halfAPair });
    await expect(test.store.finish(claim, SUCCEEDED, [row], TTL_MS)).rejects.toThrow(/json|surrogate/i);
  });
});
