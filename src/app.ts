/**
 * The composition root: what is made first, and stopped last. Nothing else in the program knows which adapter stands behind
 * a port.
 */
import { embeddedDatabase } from './composition/embedded-database.js';
import type { OnStop } from './composition/on-stop.js';
import type { Started, Watching } from './composition/program.js';
import type { Config } from './config.js';
import type { Logger } from './lib/logger.js';
import { createStopper } from './lib/stopper.js';
import { openStartingDoor } from './transport/http/starting-door.js';

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

async function startEverything(config: Config, log: Logger, onStop: OnStop): Promise<Started> {
  const door = await openStartingDoor(config.host, config.port);
  onStop(() => door.close());
  // The rest of the program is loaded while the database's server starts.
  const [databaseUrl, { startProgram }] = await Promise.all([
    config.databaseUrl ?? embeddedDatabase(config, log, onStop),
    import('./composition/program.js'),
  ]);
  return startProgram(config, databaseUrl, log, onStop, () => door.close());
}
