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

  it.each(['a\tb', 'a\nb', 'a\r\nb', 'a\\b', '\\N', '\\.', '{"a",b}', '\u2028é😀', ' '])(
    'is read as it was stored: %j',
    async (text) => {
      const row = usageRow({ templateUri: text, oauthClientName: text });
      const claim = await runningClaim(test.store);
      await test.store.finish(claim, SUCCEEDED, [row], TTL_MS);
      const { items } = await test.store.rows(claim.execution.id, 0, 10);
      expect(items.map((item) => item.row)).toEqual([row]);
    },
  );
});
