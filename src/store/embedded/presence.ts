// Which nodes use a server is kept in the server: each node holds a shared advisory lock for as long as it
// lives, on a connection that dies with it. Whoever gets the lock exclusively is the last one and may stop the
// server; from that moment no newcomer gets the shared lock, so none can join a server that is about to go.

import { once } from 'node:events';
import { Socket } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../lib/logger.js';
import { ROLE, type Cluster } from './cluster.js';

/** A connection by which this process is known to the server. */
export interface Presence {
  readonly url: string;
  /**
   * Leaves. After `last` nobody else is there and nobody can come any more: the caller must stop the server.
   * `gone` means that the connection is dead, and with it, most likely, the server.
   */
  leave(): Promise<'last' | 'in use' | 'gone'>;
  /** Closes the connection, whatever its state. */
  close(): Promise<void>;
}

/** Names this module's lock among the database's advisory locks; no other code may use it. */
export const PRESENCE_LOCK = 7_150_431_226_918_340n;

/** Backends of connections that were just closed, or of a killed node, take a moment to go, with their locks. */
const FAREWELL_MS = 500;
const FAREWELL_STEP_MS = 10;

/** For a server that does not answer a goodbye. */
const CLOSE_TIMEOUT_MS = 500;

/**
 * Joins the server on `port`. Undefined when there is none that answers, it is not that of this cluster, it is
 * still starting, or it is being stopped.
 */
export async function joinServer(
  cluster: Cluster,
  port: number,
  timeoutMs: number,
  log: Logger,
): Promise<Presence | undefined> {
  const url = `postgres://${ROLE}:${cluster.password}@127.0.0.1:${port}/postgres?sslmode=disable`;
  const socket = new Socket();
  const client = createClient(url, socket, timeoutMs);
  // Without a listener the server's end would be an uncaught exception.
  client.on('error', (error) => log.debug({ reason: error.message }, 'embedded PostgreSQL: connection lost'));
  try {
    await client.connect();
    if (await enter(client, cluster.data)) {
      // A program that has nothing more to do ends, even if it forgot to stop the server.
      socket.unref();
      return { url, leave: () => leave(client, socket), close: () => close(client, socket) };
    }
  } catch (error) {
    log.debug({ port, reason: String(error) }, 'embedded PostgreSQL: no answer yet');
  }
  await close(client, socket);
  return undefined;
}

function createClient(url: string, socket: Socket, timeoutMs: number): pg.Client {
  return new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: PRESENCE_NAME,
    keepAlive: true,
    stream: () => socket,
  });
}

async function enter(client: pg.Client, data: string): Promise<boolean> {
  const { rows } = await client.query<{ data: string }>("SELECT current_setting('data_directory') AS data");
  // On Windows the two differ in their slashes.
  if (resolve(rows[0]?.data ?? '') !== resolve(data)) return false;
  return isTrue(client, `SELECT pg_try_advisory_lock_shared(${PRESENCE_LOCK}) AS answer`);
}

async function leave(client: pg.Client, socket: Socket): Promise<'last' | 'in use' | 'gone'> {
  socket.ref();
  try {
    await client.query(`SELECT pg_advisory_unlock_shared(${PRESENCE_LOCK})`);
    const isLast = await soonTrue(client, `SELECT pg_try_advisory_lock(${PRESENCE_LOCK}) AS answer`);
    return isLast && (await soonTrue(client, ALONE)) ? 'last' : 'in use';
  } catch {
    return 'gone';
  }
}

const PRESENCE_NAME = 'genesys-usage-graphql presence';

/**
 * A client that is no node counts too: a backup or somebody's psql is not cut off. Other presences do not: under the
 * exclusive lock none of them is in, and two that leave together would wait for each other, and leave the server behind.
 */
const ALONE =
  'SELECT count(*) = 0 AS answer FROM pg_stat_activity ' +
  `WHERE backend_type = 'client backend' AND application_name <> '${PRESENCE_NAME}'`;

async function soonTrue(client: pg.Client, sql: string): Promise<boolean> {
  for (let waited = 0; waited < FAREWELL_MS; waited += FAREWELL_STEP_MS) {
    if (await isTrue(client, sql)) return true;
    await setTimeout(FAREWELL_STEP_MS);
  }
  return false;
}

async function isTrue(client: pg.Client, sql: string): Promise<boolean> {
  const { rows } = await client.query<{ answer: boolean }>(sql);
  return rows[0]?.answer === true;
}

async function close(client: pg.Client, socket: Socket): Promise<void> {
  const closed = socket.closed ? undefined : once(socket, 'close').catch(() => undefined);
  client.end().catch(() => undefined);
  await Promise.race([closed, setTimeout(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  socket.destroy();
}
