/**
 * Reads of single executions that come at the same time share a statement. A read never joins one that is under way,
 * since that may have looked before what the caller knows of happened; it joins the next one. So what is read is never
 * older than the question, and under load the statements become larger, not more.
 */
import { isVisible, type Visibility } from '../domain/caller.js';
import type { Execution } from '../domain/execution.js';
import type { ExecutionStore } from '../domain/ports/execution-store.js';

/** Null when unknown, foreign or expired. */
export type ReadExecution = (id: string, visibility: Visibility) => Promise<Execution | null>;

/** One that is slow must not keep all others waiting; with more of them fewer reads would share one. */
const UNDER_WAY = 2;
/** Ids in one statement. */
const MOST_IDS = 500;

interface Waiting {
  readonly resolve: (execution: Execution | null) => void;
  readonly reject: (error: unknown) => void;
}

export function createSharedReads(store: Pick<ExecutionStore, 'getMany'>): ReadExecution {
  let waiting = new Map<string, Waiting[]>();
  let underWay = 0;

  async function read(batch: ReadonlyMap<string, readonly Waiting[]>): Promise<void> {
    try {
      const found = await store.getMany([...batch.keys()]);
      for (const [id, all] of batch) for (const { resolve } of all) resolve(found.get(id) ?? null);
    } catch (error) {
      for (const all of batch.values()) for (const { reject } of all) reject(error);
    }
    underWay -= 1;
    next();
  }

  function next(): void {
    if (waiting.size === 0 || underWay >= UNDER_WAY) return;
    const ids = [...waiting].slice(0, MOST_IDS);
    waiting = new Map([...waiting].slice(MOST_IDS));
    underWay += 1;
    void read(new Map(ids));
  }

  function join(id: string): Promise<Execution | null> {
    return new Promise((resolve, reject) => {
      const all = waiting.get(id);
      if (all) all.push({ resolve, reject });
      else waiting.set(id, [{ resolve, reject }]);
      // What comes with the same turn of the event loop is waited for: it costs nothing.
      if (waiting.size === 1 && !all) setImmediate(next);
    });
  }

  return async (id, visibility) => {
    const execution = await join(id);
    return execution && isVisible(execution, visibility) ? execution : null;
  };
}
