import type { CredentialSource, ServiceTokenSource } from '../domain/ports/credentials.js';

/** Names the service's own credential wherever a caller's would be named by its token's hash. */
export const SERVICE_CREDENTIAL_ID = 'service';

/**
 * Upstream is asked with the service's own token, whoever calls. Executions that were started with a caller's
 * token are not taken over by themselves, since the service's may belong to another organization: they wait until
 * somebody of their own organization comes by.
 */
export function createServiceCredentials(tokens: ServiceTokenSource): CredentialSource {
  return {
    hold: () => ({ credentialId: SERVICE_CREDENTIAL_ID, sealed: null, onlyHere: false }),
    tokenFor: async (credentialId) => (credentialId === SERVICE_CREDENTIAL_ID ? tokens.token() : null),
    async refused(credentialId, token) {
      tokens.invalidate(token);
      return credentialId === SERVICE_CREDENTIAL_ID;
    },
    // It is needed as long as the program runs.
    heldIds: () => [],
    keyIds: () => [],
    release: () => {},
  };
}
