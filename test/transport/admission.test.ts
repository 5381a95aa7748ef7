import type { IncomingMessage } from 'node:http';

import { expect, it } from '@jest/globals';

import type { Caller } from '../../src/domain/caller.js';
import { createAdmission } from '../../src/transport/admission/admission.js';
import { createConnectionLimits } from '../../src/transport/admission/connection-limits.js';
import { createRateLimits } from '../../src/transport/admission/rate-limit.js';

const CALLER: Caller = {
  organization: { id: 'o', name: null },
  subject: { id: 's', name: null, kind: 'USER' },
  client: { id: 'c', name: null },
  permissions: [],
  token: 't',
};
const REQUEST = { headers: {} } as Partial<IncomingMessage> as IncomingMessage;

const nobodyGetsHere = () => {
  throw new Error('nobody gets here');
};

it('takes many requests with one new token at once for one attempt', async () => {
  const lookedUp = Promise.withResolvers<Caller>();
  const admission = createAdmission({
    scope: {
      authenticate: () => lookedUp.promise,
      context: nobodyGetsHere,
      watch: nobodyGetsHere,
    },
    rates: createRateLimits({ perMinute: 100, attemptsPerMinute: 1 }),
    connections: createConnectionLimits({ perIdentity: 0, perAddress: 0 }),
    addressOf: () => 'office',
  });

  const all = Array.from({ length: 50 }, () => admission.request('Bearer t', REQUEST));
  lookedUp.resolve(CALLER);

  expect(await Promise.all(all)).toHaveLength(50);
});
