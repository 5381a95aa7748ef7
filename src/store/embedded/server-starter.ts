import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../../lib/startup-error.js';
import type { Binaries } from './binaries.js';
import type { Cluster } from './cluster.js';
import { tellingLine } from './server-log.js';
import { spawnServer, type ServerProcess } from './server-process.js';

/** Starts one server, and starts it again when it gives up, within reason. */
export interface ServerStarter {
  /**
   * Spawns the server unless one that was spawned before is still coming up.
   *
   * @throws StartupError when it gave up each time.
   */
  ensureSpawned(): Promise<void>;
  /** The pid of the last one spawned, if any. */
  pid(): number | undefined;
}

/**
 * A server that ends at once gets other chances: its port may have been taken in the last moment, the race for
 * the data directory may have gone to one that has ended since, or children of a killed server were still
 * leaving. Together the pauses are under two seconds: what does not pass by then is a fault.
 */
const MAX_SPAWNS = 4;
const PAUSE_MS = 300;

/** A starter for one start-up; it keeps count. */
export function createStarter(
  binaries: () => Promise<Binaries>,
  cluster: Cluster,
  logPath: string,
): ServerStarter {
  let current: ServerProcess | undefined;
  let spawns = 0;
  const pauseOrGiveUp = async (previous: ServerProcess, error: Error | undefined): Promise<void> => {
    if (error) throw error;
    if (spawns === MAX_SPAWNS) throw await gaveUp(logPath, previous.logStart);
    await delay(PAUSE_MS * spawns);
  };
  return {
    async ensureSpawned() {
      const end = current?.ended();
      if (current && !end) return;
      if (current && end) await pauseOrGiveUp(current, end.error);
      current = await spawnServer(await binaries(), cluster, logPath);
      spawns += 1;
    },
    pid: () => current?.pid,
  };
}

async function gaveUp(logPath: string, from: number): Promise<StartupError> {
  const reason = await tellingLine(logPath, from);
  return new StartupError(`The embedded PostgreSQL does not start: ${reason} (see ${logPath})`);
}
