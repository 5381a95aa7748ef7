/** Upstream, real or simulated: who is asked, with which tokens, and within which budget. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { createCallerCredentials } from '../auth/caller-credentials.js';
import { createGenesysAuthenticator } from '../auth/genesys-authenticator.js';
import { createJwtAuthenticator } from '../auth/jwt-authenticator.js';
import { createJwtKeys } from '../auth/jwt-keys.js';
import { createServiceCredentials, SERVICE_CREDENTIAL_ID } from '../auth/service-credentials.js';
import { createServiceDirectory } from '../auth/service-directory.js';
import { createServiceTenantAuthenticator } from '../auth/service-tenant.js';
import { tokenHash } from '../auth/token-hash.js';
import type { Config } from '../config.js';
import type { CredentialSource, ServiceTokenSource } from '../domain/ports/credentials.js';
import type { UpstreamBudgetStore } from '../domain/ports/upstream-limits.js';
import { UpstreamError } from '../domain/upstream-error.js';
import { explainFileErrors } from '../lib/file-error.js';
import type { Logger } from '../lib/logger.js';
import { blockIfAsked, createBudgetedUpstream } from '../services/upstream-calls/budgeted-upstream.js';
import { createDirectoryService } from '../services/directory-service.js';
import { createPatientUpstream } from '../services/upstream-calls/patient-upstream.js';
import { createSimulator, DEMO_ORGANIZATION as SIMULATED_ORGANIZATION } from '../simulator/simulator.js';
import { createCountedHttp } from '../upstream/counted-http.js';
import { createUpstreamDirectory } from '../upstream/directory.js';
import { createUpstreamHttp } from '../upstream/http.js';
import { createUpstreamIdentity } from '../upstream/identity.js';
import { createServiceTokenSource } from '../upstream/service-token.js';
import {
  createToldHttp,
  createUpstreamTroubles,
  expectAcceptedCredentials,
  isRefusal,
} from '../upstream/upstream-trouble.js';
import { createUsageUpstream } from '../upstream/usage-api.js';
import type { Observers } from './observers.js';
import type { OnStop } from './on-stop.js';
import type { Stores } from './stores.js';
import { tokenCipher } from './token-cipher.js';

/** The token that GraphiQL fills in by itself while the simulated upstream runs. */
const DEMO_TOKEN = 'demo-admin';
/** The service's own at the simulated upstream; of its first organization. */
const SIMULATED_CLIENT_ID = SIMULATED_ORGANIZATION.clients[0]?.id ?? '';

export async function openUpstream(
  config: Config,
  stores: Stores,
  { metrics, tracing }: Observers,
  log: Logger,
  onStop: OnStop,
) {
  const meters = metrics.upstream;
  const { caches } = metrics.node;
  const simulated = config.upstream.kind === 'simulated';
  const { apiUrl, loginUrl, serviceClient } =
    config.upstream.kind === 'genesys'
      ? { ...config.upstream, serviceClient: config.serviceClient }
      : await simulatedUpstream(config, log, onStop);
  const upstreamTroubles = createUpstreamTroubles(log);
  const { onAnswer, onLogin } = upstreamTroubles;
  const http = tracing.http(createToldHttp(createUpstreamHttp({ baseUrl: apiUrl }), onAnswer), apiUrl);
  const serviceTokens = await openServiceTokens(serviceClient, loginUrl, (error) => {
    onLogin(error);
    meters.onLogin(error);
  });
  const credentials: CredentialSource = serviceTokens
    ? createServiceCredentials(serviceTokens)
    : createCallerCredentials({
        cipher: await tokenCipher(config),
        sealedTokens: stores.sealedTokens,
        log,
      });
  const credentialIdOf = serviceTokens ? () => SERVICE_CREDENTIAL_ID : tokenHash;
  const counted = createCountedHttp(http, lookUpCounter(stores.budget, credentialIdOf, log));
  // With the service's own token upstream is asked for executions; callers' tokens are then only looked up.
  const identity = meters.identity(createUpstreamIdentity(serviceTokens ? http : counted));
  const authenticator = config.jwt
    ? createJwtAuthenticator({
        keys: createJwtKeys({ url: config.jwt.jwksUrl, log }),
        rules: config.jwt,
        log,
        use: caches.tokens,
      })
    : createGenesysAuthenticator({ identity, log, use: caches.tokens });
  return {
    credentials,
    credentialIdOf,
    usage: createPatientUpstream({
      upstream: createBudgetedUpstream({
        upstream: meters.usage(tracing.upstream(createUsageUpstream(http))),
        budget: stores.pollerBudget,
        credentialIdOf,
        log,
      }),
      troubles: stores.troubles,
      credentialIdOf,
      log,
    }),
    directory: createDirectoryService({
      directory: meters.directory(
        config.jwt && serviceTokens
          ? createServiceDirectory(createUpstreamDirectory(counted), serviceTokens)
          : createUpstreamDirectory(serviceTokens ? http : counted),
      ),
      now: () => performance.now(),
      use: caches.names,
    }),
    authenticator: serviceTokens
      ? createServiceTenantAuthenticator({ authenticator, identity, tokens: serviceTokens })
      : authenticator,
    isRefused: () => upstreamTroubles.refused,
    demoToken: simulated && !config.jwt ? DEMO_TOKEN : null,
  };
}

/** Throws `StartupError` when upstream refuses the service's credentials. Null: callers bring their own tokens. */
async function openServiceTokens(
  serviceClient: Config['serviceClient'],
  baseUrl: string,
  onLogin: (error: unknown) => void,
): Promise<ServiceTokenSource | null> {
  if (!serviceClient) return null;
  let checked = false;
  const tokens = createServiceTokenSource({
    baseUrl,
    clientId: serviceClient.id,
    clientSecret: serviceClient.secret,
    // A refused start says so itself, in its one line.
    onLogin: (error) => (checked || !isRefusal(error)) && onLogin(error),
  });
  await expectAcceptedCredentials(tokens);
  checked = true;
  return tokens;
}

/**
 * Look-ups use up what upstream allows a token, too. They are counted when they are over, and never refused: a request
 * waits for them. A token that upstream does not accept is not counted, or anybody could fill the table with rubbish.
 */
function lookUpCounter(budget: UpstreamBudgetStore, credentialIdOf: (token: string) => string, log: Logger) {
  return (token: string, error: unknown): void => {
    if (error instanceof UpstreamError && (error.status ?? 401) === 401) return;
    const credentialId = credentialIdOf(token);
    budget.count(credentialId).catch((err: unknown) => log.debug({ err }, 'a look-up could not be counted'));
    void blockIfAsked(budget, credentialId, error, log);
  };
}

async function simulatedUpstream({ dataDir, jwt }: Config, log: Logger, onStop: OnStop) {
  // Callers' tokens mean nothing to it either then. Its tokens die with it, so its secret may, too.
  const serviceClient = jwt && { id: SIMULATED_CLIENT_ID, secret: randomBytes(32).toString('hex') };
  const clientSecrets = serviceClient ? { [serviceClient.id]: serviceClient.secret } : {};
  // Its jobs outlive the process, as the real upstream's do: a restart finds what was running.
  const stateDir = join(dataDir, 'simulator');
  const simulator = await explainFileErrors(`Cannot keep the simulated upstream's state in ${stateDir}`, () =>
    createSimulator({ stateDir, clientSecrets, log }),
  );
  onStop(() => simulator.stop());
  return { apiUrl: simulator.url, loginUrl: simulator.url, serviceClient };
}

/** As `openUpstream` gives it. */
export type Upstream = Awaited<ReturnType<typeof openUpstream>>;
