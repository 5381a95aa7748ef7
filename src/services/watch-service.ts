/**
 * Delivery. The order is what makes it exact: listen first, then read the present state, then read again at every
 * event; a change between two of these steps is seen by the later one. Versions rise, so what was sent already is
 * known, and a final state is the last thing that a stream gives. Events are hints: what is sent was always read
 * from the store, and a read that fails is repeated until the subscriber leaves.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import DataLoader from 'dataloader';

import { isVisible, type Visibility } from '../domain/caller.js';
import { executionNotFound } from '../domain/error-codes.js';
import { type Execution, isFinal } from '../domain/execution.js';
import { type ExecutionFilter, matchesFilter } from '../domain/execution-filter.js';
import type { ExecutionEvents } from '../domain/ports/execution-events.js';
import type { ExecutionStore, FinishedMark } from '../domain/ports/execution-store.js';
import type { Logger } from '../lib/logger.js';
import { createPushIterator, type PushIterator } from '../lib/push-iterator.js';
import { createFinishedMemory } from './finished-memory.js';
import { logFailure } from './log-failure.js';

export interface WatchServiceOptions {
  readonly store: ExecutionStore;
  readonly events: ExecutionEvents;
  readonly log: Logger;
}

export interface WatchService {
  /**
   * The present state, every change, the final state, then the end; with `finalOnly` the final state alone. A slow
   * consumer misses versions between, never the final one. Throws `RequestError` `NOT_FOUND` for an execution that
   * is unknown, invisible or expired. `onState` is told every state that is read and visible, sent or not.
   */
  execution(
    id: string,
    visibility: Visibility,
    finalOnly: boolean,
    onState?: (execution: Execution) => void,
  ): Promise<AsyncIterableIterator<Execution>>;
  /** Every matching execution that ends from now on, each once, until the consumer leaves. */
  finished(visibility: Visibility, filter: ExecutionFilter): Promise<AsyncIterableIterator<Execution>>;
}

const READ_RETRY_MS = 1_000;
/** Executions that may wait for a slow consumer of `finished`; past that they are read again when it has caught up. */
const FINISHED_CAPACITY = 1_000;
/** Commits become visible in another order than their timestamps say; no transaction that ends one takes this long. */
const FINISHED_OVERLAP_MS = 120_000;
/** Executions that are read together by one who catches up: others get their turn in between. */
const CATCH_UP_SIZE = 100;

export function createWatchService(options: WatchServiceOptions): WatchService {
  const { store, events, log } = options;
  // However many watch the same execution, and whatever else changes at the same moment: one statement.
  const loader = new DataLoader<string, Execution | null>(
    async (ids) => {
      const found = await store.getMany([...new Set(ids)]);
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: false },
  );
  // After a reconnect everybody looks at the same moment for what ended meanwhile, mostly with the same rights.
  const marks = new DataLoader<Overlap, readonly FinishedMark[]>(
    async (overlaps) => {
      const reads = new Map<string, Promise<readonly FinishedMark[]>>();
      return Promise.all(
        overlaps.map((overlap) => {
          const { visibility, since } = overlap;
          const read = reads.get(keyOf(overlap)) ?? store.finishedSince(visibility, overlapBefore(since));
          reads.set(keyOf(overlap), read);
          return read;
        }),
      );
    },
    { cache: false },
  );

  return {
    async execution(id, visibility, finalOnly, onState = () => {}) {
      let sent = 0;
      let unlisten = () => {};
      const deliver = (current: Execution | null) => {
        if (!current || !isVisible(current, visibility)) return stream.fail(executionNotFound());
        if (current.version <= sent) return;
        sent = current.version;
        onState(current);
        if (!finalOnly || isFinal(current.status)) stream.push(current);
        if (isFinal(current.status)) stream.end();
      };
      const refresh = createRefresher(async () => deliver(await loader.load(id)), log, id);
      const stream: PushIterator<Execution> = createPushIterator({
        capacity: 1,
        whenFull: 'replace',
        onClosed: () => {
          refresh.stop();
          unlisten();
        },
      });
      unlisten = await events.onExecution(id, (event) => {
        if (event.type === 'RESYNC' || event.version > sent) refresh.request();
      });
      await orClose(stream, async () => {
        // Also for those who come together: they are given the same object, for which much can be done once.
        const present = await loader.load(id);
        if (!present || !isVisible(present, visibility)) throw executionNotFound();
        deliver(present);
      });
      return stream;
    },

    async finished(visibility, filter) {
      /** Told already, or of no interest: what has ended does not change. */
      const seen = createFinishedMemory();
      /** While a read of the store is under way, which reaches back from an instant that has passed meanwhile. */
      let isCatchingUp = false;
      /** Where a read of the store takes up: the end of the latest one told; null before the first read. */
      let since: Date | null = null;
      // Set while the consumer is too slow: then nothing is taken from events, so that `since` stays behind what was
      // refused, and a read of the store brings it.
      let behind = false;
      let unlisten = () => {};
      const deliver = (execution: Execution | null) => {
        if (!execution?.finishedAt || !isVisible(execution, visibility)) return;
        const wanted = matchesFilter(execution, filter) && !seen.has(execution.id);
        if (behind || (wanted && !stream.push(execution))) {
          behind = true;
          return;
        }
        seen.add(execution.id, execution.finishedAt.getTime());
        if (since && execution.finishedAt > since) since = execution.finishedAt;
        // Only then is `since` where the next read begins, and never set back.
        if (since && !isCatchingUp) seen.forgetBefore(overlapBefore(since).getTime());
      };
      /** What had ended before the subscription is not told, also not by a later read of the overlap. */
      const begin = async (): Promise<Date> => {
        const now = await store.now();
        const before = await marks.load({ visibility, since: now });
        for (const { id, finishedAt } of before) if (finishedAt <= now) seen.add(id, finishedAt.getTime());
        return now;
      };
      // Once: a second look would take for old what has ended since the first.
      let beginning: Promise<Date> | null = null;
      const begun = () => (beginning ??= begin());
      const catchUp = createRefresher(async () => {
        behind = false;
        let reached = (since ??= await begun());
        isCatchingUp = true;
        try {
          const marked = await marks.load({ visibility, since: reached });
          const missed = marked.filter(({ id }) => !seen.has(id));
          for (let from = 0; from < missed.length && !behind; from += CATCH_UP_SIZE) {
            const some = missed.slice(from, from + CATCH_UP_SIZE);
            const executions = await Promise.all(some.map(({ id }) => loader.load(id)));
            executions.forEach((execution, i) => {
              deliver(execution);
              if (!behind) reached = some[i]?.finishedAt ?? reached;
            });
          }
        } catch (error) {
          since = reached;
          throw error;
        } finally {
          isCatchingUp = false;
        }
        // What came meanwhile must not move the start of the next look past what this one had to leave.
        if (behind) since = reached;
      }, log);
      const stream: PushIterator<Execution> = createPushIterator({
        capacity: FINISHED_CAPACITY,
        onDrained: () => behind && catchUp.request(),
        onClosed: () => {
          catchUp.stop();
          unlisten();
        },
      });
      unlisten = await events.onFinished(visibility.organizationId, (event) => {
        if (event.type === 'RESYNC') catchUp.request();
        else loader.load(event.id).then(deliver, () => catchUp.request());
      });
      await orClose(stream, async () => {
        since ??= await begun();
      });
      return stream;
    },
  };
}

/** What ended from a while before an instant on, as somebody may see it. */
interface Overlap {
  readonly visibility: Visibility;
  readonly since: Date;
}

function keyOf({ visibility, since }: Overlap): string {
  return JSON.stringify([visibility, since]);
}

function overlapBefore(since: Date): Date {
  return new Date(since.getTime() - FINISHED_OVERLAP_MS);
}

/** Nothing stays registered when the first read of a subscription fails. */
async function orClose(stream: PushIterator<Execution>, firstRead: () => Promise<void>): Promise<void> {
  try {
    await firstRead();
  } catch (error) {
    await stream.return?.();
    throw error;
  }
}

/**
 * Runs `read` once for any number of requests that come while it waits, once more for those that come while it
 * runs, and again after a pause when it fails.
 */
function createRefresher(read: () => Promise<void>, log: Logger, executionId?: string): Refresher {
  return new Refresher(read, log, executionId);
}

/** A class, not closures, and nothing that is only needed after a failure: thousands of them wait at the same time. */
class Refresher {
  #requested = false;
  #running = false;
  #stopped = false;
  #pause: AbortController | null = null;

  constructor(
    private readonly read: () => Promise<void>,
    private readonly log: Logger,
    private readonly executionId?: string,
  ) {}

  request(): void {
    this.#requested = true;
    if (!this.#running) void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#pause?.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#requested && !this.#stopped) {
      this.#requested = false;
      try {
        await this.read();
      } catch (error) {
        const { log, executionId } = this;
        logFailure(log, error, { executionId }, 'a watched execution could not be read; trying again');
        this.#requested = true;
        await this.#rest();
      }
    }
    this.#running = false;
  }

  async #rest(): Promise<void> {
    if (this.#stopped) return;
    this.#pause = new AbortController();
    await sleep(READ_RETRY_MS, undefined, { signal: this.#pause.signal }).catch(() => {});
    this.#pause = null;
  }
}
