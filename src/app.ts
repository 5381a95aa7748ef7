/**
 * The composition root: every part is made here, given what it needs, and stopped in the reverse order. Nothing
 * else in the program knows which adapter stands behind a port.
 */
import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildUsageSchema } from '../resolvers/build-schema.js';
import { createCallerCredentials } from './auth/caller-credentials.js';
import { createGenesysAuthenticator } from './auth/genesys-authenticator.js';
import { createServiceCredentials, SERVICE_CREDENTIAL_ID } from './auth/service-credentials.js';
import { createServiceTenantAuthenticator } from './auth/service-tenant.js';
import { createTokenCipher, type TokenCipher } from './auth/token-cipher.js';
import { tokenHash } from './auth/token-hash.js';
import type { Config } from './config.js';
import type { Caller } from './domain/caller.js';
import type {
  CredentialSource,
  SealedTokenStore,
  UpstreamBudgetStore,
  UpstreamTroubleStore,
} from './domain/ports.js';
import type { BudgetOptions } from './domain/upstream-budget.js';
import type { TroubleOptions } from './domain/upstream-trouble.js';
import { UpstreamError } from './domain/upstream-error.js';
import { type ChangeListener, createChangeListener } from './events/change-listener.js';
import { createExecutionPubSub } from './events/execution-pubsub.js';
import { explainFileErrors, unless } from './lib/file-error.js';
import type { Logger } from './lib/logger.js';
import { createStopper } from './lib/stopper.js';
import { createDirectoryLoaders } from './loaders/directory-loaders.js';
import { createBudgetService } from './services/budget-service.js';
import { blockIfAsked, createBudgetedUpstream } from './services/budgeted-upstream.js';
import { createDirectoryService } from './services/directory-service.js';
import { createExecutionService } from './services/execution-service.js';
import { createExecutionStep } from './services/execution-step.js';
import { createExportService } from './services/export-service.js';
import { createFinalWait } from './services/final-wait.js';
import { createJanitor } from './services/janitor.js';
import { createGrowingPollPolicy } from './services/poll-policy.js';
import { createPatientUpstream } from './services/patient-upstream.js';
import { createPoller } from './services/poller.js';
import { createUnknownStatuses } from './services/unknown-statuses.js';
import { createUsageTable } from './services/usage-table.js';
import { createWatchService } from './services/watch-service.js';
import { createSimulator } from './simulator/simulator.js';
import { createDatabase } from './store/database.js';
import { startEmbeddedPostgres } from './store/embedded/embedded-postgres.js';
import { createExecutionStore } from './store/execution-store.js';
import { migrate } from './store/migrate.js';
import { createSealedTokenStore } from './store/sealed-tokens.js';
import { createUpstreamBudgetStore } from './store/upstream-budget.js';
import { createUpstreamTroubleStore } from './store/upstream-troubles.js';
import { createHttpServer } from './transport/http-server.js';
import { createRequestScope } from './transport/request-scope.js';
import { createCountedHttp } from './upstream/counted-http.js';
import { createUpstreamDirectory } from './upstream/directory.js';
import { createUpstreamHttp } from './upstream/http.js';
import { createUpstreamIdentity } from './upstream/identity.js';
import { createServiceTokenSource } from './upstream/service-token.js';
import { createUsageUpstream } from './upstream/usage-api.js';

export interface App {
  /** Settles when every door is open. Throws `StartupError` for what a person has to mend; `stop` is then done. */
  start(): Promise<void>;
  /**
   * Tells clients, hands leases back, closes everything in the reverse order of the start. May be called again, and
   * during the start, which then ends early and throws.
   */
  stop(): Promise<void>;
  /** `http://host:port`, once started. */
  readonly url: string;
}

/** The token that GraphiQL fills in by itself while the simulated upstream runs. */
const DEMO_TOKEN = 'demo-admin';
const GRAPHIQL_DIRECTORY = fileURLToPath(new URL('../web', import.meta.url));
/** Steps that a node makes at the same time: each is mostly waiting for upstream. */
const POLL_CONCURRENCY = 64;
/**
 * Five in a row do not happen by chance where every third call fails; half a minute finds out soon enough that a host
 * is back, and asks one that is down for a day 3,000 times in all.
 */
const TROUBLE: TroubleOptions = { afterFailures: 5, firstPauseMs: 1_000, longestPauseMs: 30_000 };

export function createApp(config: Config, log: Logger): App {
  const stopper = createStopper();
  let url = '';
  let starting: Promise<void> | undefined;
  let isAskedToStop = false;
  const onStop: OnStop = (stop) => {
    stopper.onStop(stop);
    if (isAskedToStop) throw new Error('the start was interrupted');
  };

  async function start(): Promise<void> {
    try {
      url = await startEverything(config, log, onStop);
    } catch (error) {
      await stopper.stop().catch((err: unknown) => log.error({ err }, 'could not stop cleanly'));
      throw error;
    }
  }

  return {
    get url() {
      return url;
    },
    start: () => (starting ??= start()),
    async stop() {
      isAskedToStop = true;
      // What is just being started could not be stopped yet: a server of our own would be left behind.
      await starting?.catch(() => {});
      await stopper.stop();
    },
  };
}

type OnStop = ReturnType<typeof createStopper>['onStop'];

async function startEverything(config: Config, log: Logger, onStop: OnStop): Promise<string> {
  const databaseUrl = config.databaseUrl ?? (await embeddedDatabase(config, log, onStop));
  const stores = await openStore(databaseUrl, config.upstreamBudget, log, onStop);
  const { store, pollerStore, sealedTokens } = stores;
  const upstream = await openUpstream(config, stores, log, onStop);
  const { events, listener } = await openEvents(databaseUrl, log, onStop);
  const { credentials } = upstream;
  const node = `${hostname()}-${randomBytes(4).toString('hex')}`;
  const { leaseMs, resultTtlMs } = config;

  const step = createExecutionStep({
    store: pollerStore,
    upstream: upstream.usage,
    credentials,
    log,
    unknownStatuses: createUnknownStatuses(log),
    resultTtlMs,
    maxResultRows: config.maxResultRows,
    dataDayBoundaryMs: config.dataDayBoundaryMs,
    now: Date.now,
    policy: createGrowingPollPolicy({ ...config.poll, random: Math.random }),
  });
  const poller = createPoller({
    store: pollerStore,
    events,
    step,
    log,
    node,
    leaseMs,
    concurrency: POLL_CONCURRENCY,
  });
  const watch = createWatchService({ store, events, log });
  const wait = createFinalWait(watch);
  const executions = createExecutionService({
    store,
    credentials,
    adopt: poller.adopt,
    wait,
    node,
    leaseMs,
    resultTtlMs,
    deadlineMs: config.executionDeadlineMs,
    dataDayBoundaryMs: config.dataDayBoundaryMs,
    now: Date.now,
  });
  const table = createUsageTable(store);
  poller.start();
  onStop(() => poller.stop());
  const janitor = createJanitor({
    store: pollerStore,
    credentials,
    sealedTokens,
    budget: stores.pollerBudget,
    troubles: stores.troubles,
    log,
  });
  onStop(() => janitor.stop());

  const budget = createBudgetService({ budget: stores.budget, credentialIdOf: upstream.credentialIdOf });
  const contextOf = (caller: Caller, requestId: string, signal: AbortSignal) => ({
    caller,
    executions,
    table,
    watch,
    requestId,
    signal,
    now: Date.now,
    directory: upstream.directory,
    budget,
    loaders: createDirectoryLoaders(upstream.directory, caller, log),
  });
  const server = await createHttpServer({
    host: config.host,
    port: config.port,
    introspection: config.introspection,
    log,
    schema: buildUsageSchema(),
    scope: createRequestScope(upstream.authenticator, contextOf),
    exports: createExportService({ executions, store, directory: upstream.directory, log }),
    readiness: { problems: async () => problemsOf(store, listener) },
    graphiql: config.graphiql ? { directory: GRAPHIQL_DIRECTORY, demoToken: upstream.demoToken } : null,
    allowedOrigins: config.allowedOrigins,
  });
  onStop(() => server.stop());
  onStop(async () => wait.stop());
  return server.url;
}

async function embeddedDatabase({ dataDir }: Config, log: Logger, onStop: OnStop): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  onStop(() => postgres.stop());
  return postgres.url;
}

/** Two pools, so that writing large results never keeps a request waiting for a connection. */
async function openStore(url: string, budget: BudgetOptions, log: Logger, onStop: OnStop) {
  const requests = createDatabase(url, log);
  onStop(() => requests.stop());
  await migrate(requests.db, log);
  const work = createDatabase(url, log);
  onStop(() => work.stop());
  return {
    store: createExecutionStore(requests.db),
    pollerStore: createExecutionStore(work.db),
    sealedTokens: createSealedTokenStore(work.db),
    budget: createUpstreamBudgetStore(requests.db, budget),
    pollerBudget: createUpstreamBudgetStore(work.db, budget),
    troubles: createUpstreamTroubleStore(work.db, TROUBLE),
  };
}

async function openEvents(url: string, log: Logger, onStop: OnStop) {
  const pubSub = createExecutionPubSub();
  const listener = await createChangeListener({
    url,
    log,
    onChange: (change) => void pubSub.publish(change),
    onConnected: () => void pubSub.resync(),
  });
  onStop(() => listener.stop());
  return { events: pubSub.events, listener };
}

interface UpstreamStores {
  readonly sealedTokens: SealedTokenStore;
  /** For what requests wait for, and for what the poller does. */
  readonly budget: UpstreamBudgetStore;
  readonly pollerBudget: UpstreamBudgetStore;
  readonly troubles: UpstreamTroubleStore;
}

async function openUpstream(config: Config, stores: UpstreamStores, log: Logger, onStop: OnStop) {
  const simulated = config.upstream.kind === 'simulated';
  const { apiUrl, loginUrl } =
    config.upstream.kind === 'genesys' ? config.upstream : await simulatedUpstream(config, log, onStop);
  const http = createUpstreamHttp({ baseUrl: apiUrl });
  const { serviceClient } = config;
  const serviceTokens =
    serviceClient &&
    createServiceTokenSource({
      baseUrl: loginUrl,
      clientId: serviceClient.id,
      clientSecret: serviceClient.secret,
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
  const identity = createUpstreamIdentity(serviceTokens ? http : counted);
  const authenticator = createGenesysAuthenticator({ identity, log });
  return {
    credentials,
    credentialIdOf,
    usage: createPatientUpstream({
      upstream: createBudgetedUpstream({
        upstream: createUsageUpstream(http),
        budget: stores.pollerBudget,
        credentialIdOf,
        log,
      }),
      troubles: stores.troubles,
      credentialIdOf,
      log,
    }),
    directory: createDirectoryService({
      directory: createUpstreamDirectory(serviceTokens ? http : counted),
      now: Date.now,
    }),
    authenticator: serviceTokens
      ? createServiceTenantAuthenticator({ authenticator, identity, tokens: serviceTokens })
      : authenticator,
    demoToken: simulated ? DEMO_TOKEN : null,
  };
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

async function simulatedUpstream({ dataDir }: Config, log: Logger, onStop: OnStop) {
  // Its jobs outlive the process, as the real upstream's do: a restart finds what was running.
  const stateDir = join(dataDir, 'simulator');
  const simulator = await explainFileErrors(`Cannot keep the simulated upstream's state in ${stateDir}`, () =>
    createSimulator({ stateDir, log }),
  );
  onStop(() => simulator.stop());
  return { apiUrl: simulator.url, loginUrl: simulator.url };
}

/** Null: tokens are held in memory alone, and a restart can not go on polling with them. */
async function tokenCipher({ tokenEncryptionKey, upstream, dataDir }: Config): Promise<TokenCipher | null> {
  if (tokenEncryptionKey !== null) return createTokenCipher(tokenEncryptionKey);
  // Demo tokens are no secret, and a restart in the middle of the demo should lose nothing either.
  return upstream.kind === 'simulated' ? createTokenCipher(await demoKey(dataDir)) : null;
}

/** Made by whichever process is first; every node on the same directory uses the same. */
async function demoKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'simulator', 'token-encryption.key');
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  // Whole from the moment it bears its name: a kill in between, or a node that reads at once, meets no empty key.
  await writeFile(draft, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 });
  try {
    await unless(['EEXIST'], link(draft, file));
  } finally {
    await unlink(draft);
  }
  return readFile(file, 'utf8');
}

async function problemsOf(store: { now(): Promise<Date> }, listener: ChangeListener): Promise<string[]> {
  const database = await store.now().then(
    () => [],
    () => ['the database can not be reached'],
  );
  return listener.connected ? database : [...database, 'changes are not being listened for'];
}
