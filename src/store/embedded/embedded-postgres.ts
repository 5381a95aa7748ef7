// A PostgreSQL of our own for one machine. Nothing but PostgreSQL's own lock file decides who starts the
// server: whoever finds one running joins it, whoever loses a race to start one joins the winner's.

import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../lib/logger.js';
import { StartupError } from '../../lib/startup-error.js';
import { findNativePackage, majorOf, prepareBinaries, type Binaries } from './binaries.js';
import { createCluster, findCluster, homePath, type Cluster } from './cluster.js';
import { removeAbandonedDrafts } from './draft.js';
import { explainFileErrors } from '../../lib/file-error.js';
import { makeDirectory } from '../../lib/make-directory.js';
import { findServer } from './postmaster-file.js';
import { joinServer, type Presence } from './presence.js';
import { isServerOf } from './processes.js';
import { serverLogPath, tellingLine } from './server-log.js';
import { requestStop } from './server-process.js';
import { createStarter, type ServerStarter } from './server-starter.js';
import type { ServerUser } from './server-user.js';
import { openSharedPlace } from './shared-place.js';

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

interface Member {
  readonly presence: Presence;
  /** The server's. */
  readonly pid: number;
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
    await makeDirectory(dataDir);
    const session = await openSession({ ...options, dataDir });
    const member = await joinOrStart(session);
    const adopted = member.pid !== session.starter.pid();
    options.log.info({ directory: session.cluster.data, adopted }, 'embedded PostgreSQL is ready');
    let stopping: Promise<void> | undefined;
    return { url: member.presence.url, adopted, stop: () => (stopping ??= leaveOrStop(session, member)) };
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

async function joinOrStart(session: Session): Promise<Member> {
  const { readyTimeoutMs = READY_TIMEOUT_MS, log, dataDir } = session.options;
  const deadline = Date.now() + readyTimeoutMs;
  const notice = setTimeout(() => log.info({}, STILL_WAITING), STILL_WAITING_AFTER_MS);
  try {
    while (Date.now() < deadline) {
      const member = await tryJoin(session, Math.min(ANSWER_TIMEOUT_MS, deadline - Date.now()));
      if (member === 'nobody there') await session.starter.ensureSpawned();
      else if (member) return member;
      await delay(POLL_MS);
    }
  } finally {
    clearTimeout(notice);
  }
  throw await notReady(dataDir, readyTimeoutMs);
}

/** Undefined when there is a server that cannot be joined now: it starts, stops, or does not answer. */
async function tryJoin(
  { cluster, options }: Session,
  timeoutMs: number,
): Promise<Member | 'nobody there' | undefined> {
  const server = await findServer(cluster.data);
  if (server === undefined) return 'nobody there';
  if (server.port === undefined) return undefined;
  const presence = await joinServer(cluster, server.port, timeoutMs, options.log);
  return presence && { presence, pid: server.pid };
}

async function leaveOrStop(session: Session, member: Member): Promise<void> {
  const { log } = session.options;
  try {
    const state = await leave(session, member);
    // After a crash of one of its children the server drops all connections, and lives on.
    const again = state === 'gone' ? await tryJoin(session, ANSWER_TIMEOUT_MS) : undefined;
    if (typeof again === 'object') await leave(session, again);
    else if (state === 'gone')
      log.warn({ serverPid: member.pid }, 'embedded PostgreSQL had ended before it was stopped');
  } catch (error) {
    log.warn({ serverPid: member.pid, reason: String(error) }, 'embedded PostgreSQL could not be stopped');
  }
}

async function leave(session: Session, { pid, presence }: Member): Promise<'last' | 'in use' | 'gone'> {
  try {
    const state = await presence.leave();
    if (state === 'last') await stopServer(pid, session);
    if (state === 'in use')
      session.options.log.info({ serverPid: pid }, 'embedded PostgreSQL is left running: others use it');
    return state;
  } finally {
    await presence.close();
  }
}

async function stopServer(pid: number, { cluster, binaries, options }: Session): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  await requestStop(pid, cluster.data, binaries);
  while (await isServerOf(pid, cluster.data)) {
    if (Date.now() > deadline) {
      options.log.warn({ serverPid: pid }, 'embedded PostgreSQL is still writing; it ends by itself');
      return;
    }
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
