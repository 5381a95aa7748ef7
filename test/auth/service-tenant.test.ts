import { describe, expect, it } from '@jest/globals';

import { createServiceTenantAuthenticator } from '../../src/auth/service-tenant.js';
import type { TokenDescription } from '../../src/domain/ports/callers.js';
import { UpstreamError } from '../../src/domain/upstream-error.js';
import { CALLER } from '../support/store.js';
import { until } from '../support/until.js';

describe('the organization of the service', () => {
  it('is not looked up with every request while upstream can not tell it, and soon once it can', async () => {
    let looks = 0;
    let isAway = true;
    const describeToken = async (): Promise<TokenDescription> => {
      looks += 1;
      if (isAway) throw new UpstreamError('UNAVAILABLE', 'It is away.', { status: 503 });
      return { organization: CALLER.organization, client: CALLER.client, kind: 'CLIENT' };
    };
    const service = createServiceTenantAuthenticator({
      authenticator: { authenticate: async () => CALLER },
      tokens: { token: async () => 'own', invalidate: () => {} },
      identity: { describeToken, describeUser: async () => null },
    });
    for (let i = 0; i < 50; i += 1)
      await expect(service.authenticate('token')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(looks).toBe(1);
    isAway = false;
    await until(
      'it to be known',
      () =>
        service.authenticate('token').then(
          () => true,
          () => false,
        ),
      5_000,
    );
    for (let i = 0; i < 50; i += 1) await service.authenticate('token');
    expect(looks).toBe(2);
  });
});
