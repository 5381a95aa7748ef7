/**
 * Whoever comes with a good token resumes what waits for one. Two ways lead here: any request of whoever started an
 * execution (`came`), and any look at it by anybody who may see it (`saw`): a read by its id, an identical start, an
 * open subscription. Neither keeps a request waiting, and neither costs anything while nothing waits, but for one
 * indexed read for each token every ten seconds.
 *
 * Who may see an execution may lend it his token: the same organization, the operation's permission, and for callers
 * without a list of permissions the same OAuth client. So upstream is never asked with less right than at the start.
 */
import { type Caller, visibilityOf } from '../../domain/caller.js';
import type { Execution } from '../../domain/execution.js';
import type { CredentialSource } from '../../domain/ports/credentials.js';
import type { ExecutionStore } from '../../domain/ports/execution-store.js';
import { ExpiringMap } from '../../lib/expiring-map.js';
import type { Logger } from '../../lib/logger.js';
import { logFailure } from '../log-failure.js';

export interface CredentialVisitsOptions {
  readonly store: Pick<ExecutionStore, 'awaitingCredentials' | 'lendCredential'>;
  readonly credentials: Pick<CredentialSource, 'hold'>;
  /** Names the credential of a token without giving it away. */
  readonly credentialIdOf: (token: string) => string;
  /** This node, in whose memory a token may be. */
  readonly node: string;
  /** Milliseconds of any clock that is never set back. */
  readonly now: () => number;
  readonly log: Logger;
}

export interface CredentialVisits {
  /** A request of this caller has come, through whichever door. */
  came(caller: Caller): void;
  /** The caller was given, or watches, this execution. */
  saw(caller: Caller, execution: Execution): void;
  /** Settles when nothing is under way any more. */
  stop(): Promise<void>;
}

/** An execution that comes to wait between two looks is met by whoever looks at it. */
const LOOK_EVERY_MS = 10_000;
/** Callers remembered; the oldest make room, at the price of one more look. */
const MOST_CALLERS = 10_000;

export function createCredentialVisits(options: CredentialVisitsOptions): CredentialVisits {
  const { store, credentials, credentialIdOf, node, now, log } = options;
  const looked = new ExpiringMap<true>(LOOK_EVERY_MS, MOST_CALLERS);
  const offered = new ExpiringMap<true>(LOOK_EVERY_MS, MOST_CALLERS);
  /** For each execution the last one who offers a token to it; true: it goes on. */
  const turns = new Map<string, Promise<boolean>>();
  const underWay = new Set<Promise<unknown>>();

  async function lend(caller: Caller, ids: readonly string[]): Promise<boolean> {
    // Held only now that it is needed: a visit that finds nothing leaves no token behind.
    const resumed = await store.lendCredential(ids, visibilityOf(caller), credentials.hold(caller), node);
    if (resumed.length > 0)
      log.info({ count: resumed.length }, 'executions go on with the token of a visitor');
    return resumed.length > 0;
  }

  async function look(caller: Caller): Promise<void> {
    const waiting = await store.awaitingCredentials(visibilityOf(caller), caller.subject.id);
    if (waiting.length > 0) await lend(caller, waiting);
  }

  /** One after the other, until one is taken: a thousand subscribers of an execution are no thousand statements. */
  function offer(caller: Caller, { id }: Execution): void {
    const before = turns.get(id) ?? Promise.resolve(false);
    const turn = before.then((isTaken) => isTaken || lend(caller, [id])).catch(failed);
    turns.set(id, turn);
    const forget = () => {
      if (turns.get(id) === turn) turns.delete(id);
    };
    track(turn.finally(forget));
  }

  function failed(err: unknown): false {
    logFailure(log, err, {}, 'a visitor’s token could not be lent');
    return false;
  }

  function track(work: Promise<unknown>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  /** True for the first of those that bear the same key within ten seconds. */
  function isFirst(memory: ExpiringMap<true>, key: string): boolean {
    const at = now();
    if (memory.get(key, at)) return false;
    memory.set(key, true, at);
    return true;
  }

  return {
    came(caller) {
      // The same token is the same caller, but with the service's own every token has the same credential.
      if (isFirst(looked, `${credentialIdOf(caller.token)} ${caller.subject.id}`))
        track(look(caller).catch(failed));
    },
    saw(caller, execution) {
      if (!execution.awaitsCredentials) return;
      const { id, version } = execution;
      if (isFirst(offered, `${credentialIdOf(caller.token)} ${id} ${version}`)) offer(caller, execution);
    },
    async stop() {
      await Promise.all(underWay);
    },
  };
}
