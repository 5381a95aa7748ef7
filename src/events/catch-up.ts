/**
 * What makes delivery exact where changes are not told by the transactions that make them: all that somebody on this
 * node watches is looked at in the database every few seconds, whatever the engine says about itself. A change that was
 * committed and never told (its node died in between, the message was lost, its node does not use the engine yet) is
 * found within one round. Those who know the version already are asked for nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { ExecutionVersions } from '../domain/ports/execution-events.js';
import type { ExecutionPubSub } from './execution-pubsub.js';

export interface CatchUpOptions {
  readonly versions: ExecutionVersions;
  readonly pubSub: ExecutionPubSub;
  /** From one look at something to the next look at the same. */
  readonly roundMs: number;
}

export interface CatchUp {
  /** False while the database does not answer. */
  readonly working: boolean;
  stop(): Promise<void>;
}

/** Looked at together; a round is spread, so that it is felt by nobody. */
const EXECUTIONS_AT_ONCE = 500;
/** Each of their listeners reads what ended lately. */
const ORGANIZATIONS_AT_ONCE = 10;

export function createCatchUp(options: CatchUpOptions): CatchUp {
  const abort = new AbortController();
  const state = { working: true };
  const running = keepLooking(options, state, abort.signal);
  return {
    get working() {
      return state.working;
    },
    async stop() {
      abort.abort();
      await running;
    },
  };
}

async function keepLooking(
  { versions, pubSub, roundMs }: CatchUpOptions,
  state: { working: boolean },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { executions, organizations } = pubSub.watched();
    const parts = Math.max(
      1,
      Math.ceil(executions.length / EXECUTIONS_AT_ONCE),
      Math.ceil(organizations.length / ORGANIZATIONS_AT_ONCE),
    );
    for (let part = 0; part < parts && !signal.aborted; part += 1) {
      await sleep(roundMs / parts, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const ids = executions.slice(part * EXECUTIONS_AT_ONCE, (part + 1) * EXECUTIONS_AT_ONCE);
      for (const organization of organizations.slice(
        part * ORGANIZATIONS_AT_ONCE,
        (part + 1) * ORGANIZATIONS_AT_ONCE,
      ))
        pubSub.resync(organization);
      state.working = await look(versions, pubSub, ids);
    }
  }
}

/** A failure is told by the database's own pool; the next round comes. */
async function look(
  versions: ExecutionVersions,
  pubSub: ExecutionPubSub,
  ids: readonly string[],
): Promise<boolean> {
  try {
    const found = ids.length === 0 ? [] : await versions.versionsOf(ids);
    for (const each of found) pubSub.tell({ ...each, finishedIn: null });
    return true;
  } catch {
    return false;
  }
}
