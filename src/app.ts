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
import { createJwtAuthenticator } from './auth/jwt-authenticator.js';
import { createJwtKeys } from './auth/jwt-keys.js';
import { createServiceCredentials, SERVICE_CREDENTIAL_ID } from './auth/service-credentials.js';
import { createServiceDirectory } from './auth/service-directory.js';
import { createServiceTenantAuthenticator } from './auth/service-tenant.js';
import { createTokenCipher, type TokenCipher } from './auth/token-cipher.js';
import { tokenHash } from './auth/token-hash.js';
import type { Config } from './config.js';
import type { Caller } from './domain/caller.js';
import { overdueSpread } from './domain/overdue.js';
import type {
  CredentialSource,
  SealedTokenStore,
  ServiceTokenSource,
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
import { noTrouble } from './lib/trouble.js';
import { createDirectoryLoaders } from './loaders/directory-loaders.js';
import { createBudgetService } from './services/upstream-calls/budget-service.js';
import { blockIfAsked, createBudgetedUpstream } from './services/upstream-calls/budgeted-upstream.js';
import { createCredentialVisits } from './services/upstream-calls/credential-visits.js';
import { createDirectoryService } from './services/directory-service.js';
import { createExecutionService } from './services/execution-service.js';
import { createExecutionStep } from './services/polling/execution-step.js';
import { createExportService } from './services/export-service.js';
import { createFinalWait } from './services/final-wait.js';
import { createJanitor } from './services/polling/janitor.js';
import { createPollPolicy } from './services/polling/poll-policy.js';
import { createCallPrice } from './services/polling/call-price.js';
import { createDurationExchange } from './services/polling/duration-exchange.js';
import { createDurationModels } from './services/polling/duration-models.js';
import { createPatientUpstream } from './services/upstream-calls/patient-upstream.js';
import { createPoller } from './services/polling/poller.js';
import { createStoreClock } from './services/polling/store-clock.js';
import { createUnknownStatuses } from './services/polling/unknown-statuses.js';
import { createUsageTable } from './services/usage-table.js';
import { createWatchService } from './services/watch-service.js';
import { createSimulator, DEMO_ORGANIZATION as SIMULATED_ORGANIZATION } from './simulator/simulator.js';
import { createDatabase, createDatabaseTrouble } from './store/database.js';
import { startEmbeddedPostgres } from './store/embedded/embedded-postgres.js';
import { reasonOf } from './store/errors.js';
import { createExecutionStore } from './store/execution-store.js';
import { migrate } from './store/migrate.js';
import { createSealedTokenStore } from './store/sealed-tokens.js';
import { createUpstreamBudgetStore } from './store/upstream-budget.js';
import { createDurationStore } from './store/query-durations.js';
import { createUpstreamTroubleStore } from './store/upstream-troubles.js';
import { createHttpServer, type StreamCounts } from './transport/http/http-server.js';
import { expectFreeAddress } from './transport/listen-address.js';
import { createRequestScope } from './transport/request-scope.js';
import { readTrustedDocuments } from './transport/documents/trusted-documents.js';
import { createCountedHttp } from './upstream/counted-http.js';
import { createUpstreamDirectory } from './upstream/directory.js';
import { createUpstreamHttp } from './upstream/http.js';
import { createUpstreamIdentity } from './upstream/identity.js';
import { createServiceTokenSource } from './upstream/service-token.js';
import {
  createToldHttp,
  createUpstreamTroubles,
  expectAcceptedCredentials,
  isRefusal,
} from './upstream/upstream-trouble.js';
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
  /** Who is being told something at this moment, once started. */
  readonly watching: Watching;
}

/** Gauges: each goes back to its base when the clients have left. */
export interface Watching extends StreamCounts {
  /** Registrations for changes, by subscriptions, waiting starts and steps under way. */
  readonly listeners: number;
}

/** The token that GraphiQL fills in by itself while the simulated upstream runs. */
const DEMO_TOKEN = 'demo-admin';
/** The service's own at the simulated upstream; of its first organization. */
const SIMULATED_CLIENT_ID = SIMULATED_ORGANIZATION.clients[0]?.id ?? '';
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
  let started: Started = { url: '', watching: () => ({ listeners: 0, webSockets: 0, eventStreams: 0 }) };
  let starting: Promise<void> | undefined;
  let isAskedToStop = false;
  const onStop: OnStop = (stop) => {
    stopper.onStop(stop);
    if (isAskedToStop) throw new Error('the start was interrupted');
  };

  async function start(): Promise<void> {
    try {
      started = await startEverything(config, log, onStop);
    } catch (error) {
      await stopper.stop().catch((err: unknown) => log.error({ err }, 'could not stop cleanly'));
      throw error;
    }
  }

  return {
    get url() {
      return started.url;
    },
    get watching() {
      return started.watching();
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

interface Started {
  readonly url: string;
  readonly watching: () => Watching;
}

async function startEverything(config: Config, log: Logger, onStop: OnStop): Promise<Started> {
  await expectFreeAddress(config.host, config.port);
  const databaseUrl = config.databaseUrl ?? (await embeddedDatabase(config, log, onStop));
  const stores = await openStore(databaseUrl, config.upstreamBudget, log, onStop);
  const { store, pollerStore, sealedTokens } = stores;
  const clock = await createStoreClock(store);
  onStop(async () => clock.stop());
  const upstream = await openUpstream(config, stores, log, onStop);
  const { pubSub, listener } = await openEvents(databaseUrl, stores, log, onStop);
  const { events } = pubSub;
  const { credentials } = upstream;
  const node = `${hostname()}-${randomBytes(4).toString('hex')}`;
  log.debug({ node }, 'the name of this node in leases');
  const { leaseMs, resultTtlMs } = config;

  const models = createDurationModels();
  const exchange = createDurationExchange({ store: stores.durations, models, log });
  onStop(() => exchange.stop());
  const step = createExecutionStep({
    store: pollerStore,
    upstream: upstream.usage,
    credentials,
    log,
    unknownStatuses: createUnknownStatuses(log),
    resultTtlMs,
    maxResultRows: config.maxResultRows,
    dataDayBoundaryMs: config.dataDayBoundaryMs,
    now: clock.now,
    policy: createPollPolicy({
      models,
      price: createCallPrice(() => performance.now()),
      ...config.poll,
      random: Math.random,
    }),
  });
  const poller = createPoller({
    store: pollerStore,
    events,
    step,
    log,
    node,
    leaseMs,
    concurrency: POLL_CONCURRENCY,
    overdue: overdueSpread(config.poll.maxMs, config.upstreamBudget),
  });
  const watch = createWatchService({ store, events, log });
  const wait = createFinalWait(watch);
  const visits = createCredentialVisits({
    store,
    credentials,
    credentialIdOf: upstream.credentialIdOf,
    node,
    now: () => performance.now(),
    log,
  });
  onStop(() => visits.stop());
  const executions = createExecutionService({
    store,
    credentials,
    adopt: poller.adopt,
    wait,
    visits,
    node,
    leaseMs,
    resultTtlMs,
    deadlineMs: config.executionDeadlineMs,
    dataDayBoundaryMs: config.dataDayBoundaryMs,
    now: clock.now,
  });
  const table = createUsageTable(store);
  poller.start();
  onStop(() => poller.stop());
  const janitor = createJanitor({
    store: pollerStore,
    credentials,
    sealedTokens,
    budget: stores.pollerBudget,
    node,
    troubles: stores.troubles,
    durations: stores.durations,
    log,
  });
  onStop(() => janitor.stop());

  const budget = createBudgetService({ budget: stores.budget, credentialIdOf: upstream.credentialIdOf });
  const contextOf = (caller: Caller, requestId: string, signal: AbortSignal) => ({
    caller,
    visits,
    executions,
    table,
    watch,
    requestId,
    signal,
    now: clock.now,
    directory: upstream.directory,
    budget,
    loaders: createDirectoryLoaders(upstream.directory, caller, log),
  });
  const schema = buildUsageSchema();
  const { trustedDocuments: path } = config;
  const server = await createHttpServer({
    host: config.host,
    port: config.port,
    introspection: config.introspection,
    limits: config.limits,
    trusted: path === null ? null : await readTrustedDocuments(path, schema, config.limits),
    log,
    schema,
    scope: createRequestScope(upstream.authenticator, (caller, requestId, signal) => {
      visits.came(caller);
      return contextOf(caller, requestId, signal);
    }),
    exports: createExportService({ executions, store, directory: upstream.directory, log }),
    readiness: { problems: async () => problemsOf(store, listener) },
    graphiql: config.graphiql ? { directory: GRAPHIQL_DIRECTORY, demoToken: upstream.demoToken } : null,
    allowedOrigins: config.allowedOrigins,
    trustProxy: config.trustProxy,
    rateLimitPerMinute: config.rateLimitPerMinute,
    maxConnections: config.maxConnections,
    keepAliveMs: config.keepAliveMs,
    drainMs: config.drainMs,
  });
  // At the same time: others go on with our work while the load balancer still finds out.
  onStop(async () => void (await Promise.all([poller.stop(), server.stop()])));
  onStop(async () => wait.stop());
  return { url: server.url, watching: () => ({ ...server.streams, listeners: pubSub.listeners }) };
}

async function embeddedDatabase({ dataDir }: Config, log: Logger, onStop: OnStop): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  onStop(() => postgres.stop());
  return postgres.url;
}

/** Two pools, so that writing large results never keeps a request waiting for a connection. */
async function openStore(url: string, budget: BudgetOptions, log: Logger, onStop: OnStop) {
  await migrateFirst(url, log);
  const trouble = createDatabaseTrouble(log);
  const requests = createDatabase(url, log, { trouble });
  onStop(() => requests.stop());
  const work = createDatabase(url, log, { trouble });
  onStop(() => work.stop());
  return {
    trouble,
    dropConnections: () => [requests, work].forEach((database) => database.dropConnections()),
    store: createExecutionStore(requests.db),
    pollerStore: createExecutionStore(work.db),
    sealedTokens: createSealedTokenStore(work.db),
    budget: createUpstreamBudgetStore(requests.db, budget),
    pollerBudget: createUpstreamBudgetStore(work.db, budget),
    troubles: createUpstreamTroubleStore(work.db, TROUBLE),
    durations: createDurationStore(work.db),
  };
}

/** In a pool of its own: a node waits for the one that migrates, however long that takes. */
async function migrateFirst(url: string, log: Logger): Promise<void> {
  const database = createDatabase(url, log, { maxConnections: 2, lockTimeoutMs: 0, trouble: noTrouble });
  try {
    await migrate(database.db, log);
  } finally {
    await database.stop();
  }
}

type Stores = Awaited<ReturnType<typeof openStore>>;

async function openEvents(url: string, { trouble, dropConnections }: Stores, log: Logger, onStop: OnStop) {
  const pubSub = createExecutionPubSub();
  const listener = await createChangeListener({
    url,
    log,
    onChange: (change) => void pubSub.publish(change),
    onConnected: () => {
      trouble.passed();
      void pubSub.resync();
    },
    onLost: (error, silent) => {
      trouble.happened({ reason: reasonOf(error) });
      // Else each of them would keep a statement waiting until its own time is over, one after the other.
      if (silent) dropConnections();
    },
  });
  onStop(() => listener.stop());
  return { pubSub, listener };
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
  const { apiUrl, loginUrl, serviceClient } =
    config.upstream.kind === 'genesys'
      ? { ...config.upstream, serviceClient: config.serviceClient }
      : await simulatedUpstream(config, log, onStop);
  const { onAnswer, onLogin } = createUpstreamTroubles(log);
  const http = createToldHttp(createUpstreamHttp({ baseUrl: apiUrl }), onAnswer);
  const serviceTokens = await openServiceTokens(serviceClient, loginUrl, onLogin);
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
  const authenticator = config.jwt
    ? createJwtAuthenticator({
        keys: createJwtKeys({ url: config.jwt.jwksUrl, log }),
        rules: config.jwt,
        log,
      })
    : createGenesysAuthenticator({ identity, log });
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
      directory:
        config.jwt && serviceTokens
          ? createServiceDirectory(createUpstreamDirectory(counted), serviceTokens)
          : createUpstreamDirectory(serviceTokens ? http : counted),
      now: () => performance.now(),
    }),
    authenticator: serviceTokens
      ? createServiceTenantAuthenticator({ authenticator, identity, tokens: serviceTokens })
      : authenticator,
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

/** Null: tokens are held in memory alone, and a restart can not go on polling with them. */
async function tokenCipher({ tokenEncryptionKey, upstream, dataDir }: Config): Promise<TokenCipher | null> {
  if (tokenEncryptionKey !== null) return createTokenCipher(tokenEncryptionKey);
  // Demo tokens are no secret, and a restart in the middle of the demo should lose nothing either.
  return upstream.kind === 'simulated' ? createTokenCipher(await demoKey(dataDir)) : null;
}

/** Made by whichever process is first; every node on the same directory uses the same. */
async function demoKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'simulator', 'token-encryption.key');
  return explainFileErrors(`Cannot keep the key of demo tokens in ${file}`, () => madeOnce(file));
}

async function madeOnce(file: string): Promise<string> {
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
