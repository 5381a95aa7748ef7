import { setImmediate } from 'node:timers/promises';

import { expect, it } from '@jest/globals';

import { currentRequestId, requestIdFields, withRequestId } from '../../src/transport/request-id.js';

it('names the request for whatever it starts, and nothing outside of it', async () => {
  const seen = withRequestId('abc', async () => {
    await setImmediate();
    return [requestIdFields(), currentRequestId()];
  });

  expect(requestIdFields()).toEqual({});
  expect(await seen).toEqual([{ requestId: 'abc' }, 'abc']);
});
