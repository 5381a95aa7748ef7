// A PostgreSQL of our own for one machine. Nothing but PostgreSQL's own lock file decides who starts the
// server: whoever finds one running joins it, whoever loses a race to start one joins the winner's.

import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../lib/logger.js';
import { StartupError } from '../../lib/startup-error.js';
import { findNativePackage, majorOf, prepareBinaries, type Binaries } from './binaries.js';
import { createCluster, findCluster, homePath, type Cluster } from './cluster.js';
import { removeAbandonedDrafts } from './draft.js';
import { explainFileErrors } from './file-error.js';
import { findServer } from './postmaster-file.js';
import { joinServer, type Presence } from './presence.js';
import { isServerOf } from './processes.js';
import { serverLogPath, tellingLine } from './server-log.js';
import { requestStop } from './server-process.js';
import type { ServerUser } from './server-user.js';
import { openSharedPlace } from './shared-place.js';
import { createStarter, type ServerStarter } from './server-starter.js';

/** What {@link startEmbeddedPostgres} needs. */
export interface EmbeddedPostgresOptions {
  /** DATA_DIR, made if missing. The cluster is in `postgres` in it, the server's messages in `postgres.log`. */
  readonly dataDir: string;
  readonly log: Logger;
  /**
   * How long the server may take until it answers. After a crash it first recovers what was committed.
   *
   * @default 60000
   */
  readonly readyTimeoutMs?: number;
}

/** A running server that this process has a share in. Whoever started it must call `stop`. */
export interface EmbeddedPostgres {
  /** For the `pg` driver; contains the password. */
  readonly url: string;
  /** True when the server was already running: started by another process, or left behind by a killed one. */
  readonly adopted: boolean;
  /**
   * Ends this process's share; whoever is last stops the server. Close your own connections before: the
   * server stays while anybody is connected. May be called again; never throws.
   */
  stop(): Promise<void>;
}

interface Session {
  readonly options: EmbeddedPostgresOptions;
  readonly cluster: Cluster;
  readonly binaries: () => Promise<Binaries>;
  readonly starter: ServerStarter;
}

interface Membership {
  readonly presence: Presence;
  readonly pid: number;
  readonly adopted: boolean;
}

const POLL_MS = 10;
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 5_000;
const STOP_TIMEOUT_MS = 30_000;

const STILL_WAITING_AFTER_MS = 5_000;
const STILL_WAITING = 'still waiting for the embedded PostgreSQL; it may be recovering from a crash';

/**
 * Starts PostgreSQL on DATA_DIR, or joins the server that already runs on it. Makes the cluster first if there
 * is none.
 *
 * @throws StartupError when a person has to mend something.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  return explainFileErrors(`Cannot keep the database in ${dataDir}`, async () => {
    await mkdir(dataDir, { recursive: true });
    const session = await openSession({ ...options, dataDir });
    const membership = await joinOrStart(session);
    const { presence, adopted } = membership;
    let stopping: Promise<void> | undefined;
    const { data } = session.cluster;
    options.log.info({ directory: data, adopted }, 'embedded PostgreSQL is ready');
    return { url: presence.url, adopted, stop: () => (stopping ??= leaveOrStop(session, membership)) };
  });
}

async function openSession(options: EmbeddedPostgresOptions): Promise<Session> {
  const { dataDir, log } = options;
  const native = await findNativePackage();
  const binariesFor = (user: ServerUser | undefined): Promise<Binaries> =>
    prepareBinaries(native, user, async () => (user ? (await openSharedPlace(user)).directory : dataDir));
  await removeAbandonedDrafts(homePath(dataDir));
  let cluster = await findCluster(dataDir);
  if (cluster === undefined) {
    await createCluster(dataDir, async (user) => (await binariesFor(user)).initdb, log);
    cluster = await findCluster(dataDir);
  }
  if (cluster === undefined) throw new Error(`${homePath(dataDir)} vanished while it was made`);
  const major = majorOf(native);
  if (cluster.major !== major) throw new StartupError(wrongMajor(cluster, major, dataDir));
  const { user } = cluster;
  const binaries = (): Promise<Binaries> => binariesFor(user);
  return { options, cluster, binaries, starter: createStarter(binaries, cluster, serverLogPath(dataDir)) };
}

async function joinOrStart({ options, cluster, starter }: Session): Promise<Membership> {
  const { readyTimeoutMs = READY_TIMEOUT_MS, log } = options;
  const deadline = Date.now() + readyTimeoutMs;
  const notice = setTimeout(() => log.info({}, STILL_WAITING), STILL_WAITING_AFTER_MS);
  try {
    while (Date.now() < deadline) {
      const server = await findServer(cluster.data);
      if (server === undefined) await starter.ensureSpawned();
      const patience = Math.min(ANSWER_TIMEOUT_MS, deadline - Date.now());
      const presence = server?.port && (await joinServer(cluster, server.port, patience, log));
      if (presence) return { presence, pid: server.pid, adopted: server.pid !== starter.pid() };
      await delay(POLL_MS);
    }
  } finally {
    clearTimeout(notice);
  }
  throw await notReady(options.dataDir, readyTimeoutMs);
}

async function leaveOrStop(session: Session, { pid, presence }: Membership): Promise<void> {
  const { log } = session.options;
  try {
    const first = await presence.leave();
    // After a crash of one of its children the server drops all connections, and lives on.
    const again = first === 'gone' ? await rejoin(session) : undefined;
    const state = (await again?.leave()) ?? first;
    if (state === 'in use') log.info({ pid }, 'embedded PostgreSQL is left running: others use it');
    if (state === 'gone') log.warn({ pid }, 'embedded PostgreSQL had ended before it was stopped');
    if (state === 'last') await stopServer(pid, session, log);
    await again?.close();
  } catch (error) {
    log.warn({ pid, reason: String(error) }, 'embedded PostgreSQL could not be stopped');
  }
  await presence.close();
}

async function rejoin({ options, cluster }: Session): Promise<Presence | undefined> {
  const server = await findServer(cluster.data);
  if (server?.port === undefined) return undefined;
  return joinServer(cluster, server.port, ANSWER_TIMEOUT_MS, options.log);
}

async function stopServer(pid: number, { cluster, binaries }: Session, log: Logger): Promise<void> {
  const { data } = cluster;
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  await requestStop(pid, data, binaries);
  while (await isServerOf(pid, data)) {
    if (Date.now() > deadline)
      return log.warn({ pid }, 'embedded PostgreSQL is still writing; it ends by itself');
    await delay(POLL_MS);
  }
}

async function notReady(dataDir: string, timeoutMs: number): Promise<StartupError> {
  const path = serverLogPath(dataDir);
  return new StartupError(
    `The embedded PostgreSQL did not answer within ${timeoutMs} ms. It may still be recovering: try again, ` +
      `or see ${path}, which ends with: ${await tellingLine(path, 0)}`,
  );
}

function wrongMajor(cluster: Cluster, major: string, dataDir: string): string {
  return (
    `The database in ${cluster.data} was made by PostgreSQL ${cluster.major}, and this is PostgreSQL ${major}. ` +
    `Move ${homePath(dataDir)} away to begin with an empty one, or use the version of this program that made it.`
  );
}
