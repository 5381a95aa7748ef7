/** A subscriber as a good client is one: it comes back when its connection breaks, until it has the final state. */
import { setTimeout as delay } from 'node:timers/promises';

import { ExecutionUpdated } from '../../documents/usage.graphql.js';
import { DOORS, type Ending, type Stream } from '../../support/clients.js';

export interface SeenState {
  readonly status: string;
  readonly done: boolean;
  readonly version: number;
}

/** One connection: what came over it, and how it ended. */
export interface Visit {
  readonly states: readonly SeenState[];
  readonly ending: Ending;
}

export interface Witness {
  readonly id: string;
  readonly visits: readonly Visit[];
  /** Settles when it has seen the final state and the stream's completion. */
  readonly finished: Promise<void>;
  /** Ends it wherever it is. */
  leave(): Promise<void>;
}

const RETRY_MS = 200;
let doors = 0;

/** @param urlOf where to go; asked again before each visit, undefined while no node lives */
export function watch(id: string, urlOf: () => string | undefined, token: string): Witness {
  const visits: Visit[] = [];
  const door = DOORS[(doors += 1) % DOORS.length];
  const finished = Promise.withResolvers<void>();
  let left = false;
  let stream: Stream<unknown> | undefined;

  const visit = async (url: string): Promise<Visit> => {
    const opened = door?.subscribe(url, ExecutionUpdated, { id }, token);
    if (!opened) throw new Error('no door');
    stream = opened;
    const results = await opened.rest();
    const states = results.flatMap(({ data }) => (data ? [data.usageExecutionUpdated] : []));
    return { states, ending: await opened.ended };
  };
  const running = (async () => {
    while (!left) {
      const url = urlOf();
      if (url !== undefined) visits.push(await visit(url));
      if (visits.at(-1)?.states.at(-1)?.done) return finished.resolve();
      await delay(RETRY_MS);
    }
  })();
  return {
    id,
    visits,
    finished: finished.promise,
    async leave() {
      left = true;
      stream?.leave();
      await running;
    },
  };
}
