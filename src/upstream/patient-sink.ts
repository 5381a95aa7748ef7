/** Elements are taken as fast as there is room for them; that upstream has to wait for it is not upstream's fault. */
import type { Deadline } from './deadline.js';
import type { ElementSink } from './json-reader.js';

/** Whoever takes the elements has failed: neither the connection nor the answer has. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
  constructor(cause: unknown) {
    super('The elements of an answer could not be taken.', { cause });
  }
}

/** The same sink; while it takes no more the deadline does not run, and its failure is a `NotTaken`. */
export function offTheClock(sink: ElementSink, deadline: Pick<Deadline, 'pause' | 'resume'>): ElementSink {
  return {
    keys: sink.keys,
    take: (elements) => sink.take(elements),
    pressed: () => {
      const waiting = sink.pressed?.() ?? null;
      return waiting && paused(waiting, deadline);
    },
  };
}

async function paused(waiting: Promise<void>, deadline: Pick<Deadline, 'pause' | 'resume'>): Promise<void> {
  deadline.pause();
  try {
    await waiting;
  } catch (error) {
    throw new NotTaken(error);
  } finally {
    deadline.resume();
  }
}
