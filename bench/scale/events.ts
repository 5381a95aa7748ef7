/** Simulated time, and what happens in it: events in the order of their instants, and places where work waits its turn. */

export interface Clock {
  /** Milliseconds since the simulation began. */
  readonly now: number;
  /** Events that have happened. */
  readonly events: number;
  at(ms: number, run: () => void): void;
  after(ms: number, run: () => void): void;
  /** Until nothing happens any more, or until the instant. */
  runUntil(ms: number): void;
}

interface Happening {
  readonly at: number;
  /** Of two at the same instant the one that was planned first comes first. */
  readonly order: number;
  readonly run: () => void;
}

export function createClock(): Clock {
  const heap = createHeap<Happening>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));
  let now = 0;
  let order = 0;
  let events = 0;
  return {
    get now() {
      return now;
    },
    get events() {
      return events;
    },
    at(ms, run) {
      heap.add({ at: Math.max(now, ms), order: (order += 1), run });
    },
    after(ms, run) {
      heap.add({ at: now + Math.max(0, ms), order: (order += 1), run });
    },
    runUntil(ms) {
      for (let next = heap.first(); next && next.at <= ms; next = heap.first()) {
        heap.take();
        now = next.at;
        events += 1;
        next.run();
      }
      now = ms;
    },
  };
}

export interface Heap<T> {
  readonly size: number;
  add(item: T): void;
  first(): T | undefined;
  take(): T | undefined;
}

export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const heap: T[] = [];
  return {
    get size() {
      return heap.length;
    },
    first: () => heap[0],
    add(item) {
      let place = heap.push(item) - 1;
      for (let up = (place - 1) >> 1; place > 0 && before(item, heap[up]!); up = (place - 1) >> 1) {
        heap[place] = heap[up]!;
        place = up;
      }
      heap[place] = item;
    },
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return first;
      for (let place = 0; ;) {
        let least = 2 * place + 1;
        if (least + 1 < heap.length && before(heap[least + 1]!, heap[least]!)) least += 1;
        if (least >= heap.length || !before(heap[least]!, last)) {
          heap[place] = last;
          return first;
        }
        heap[place] = heap[least]!;
        place = least;
      }
    },
  };
}

export interface Station {
  /** Work of so many milliseconds, in the order in which it comes; `done` when it is through. */
  serve(ms: number, done: () => void): void;
  /** Share of its time that it has worked since `reset`; what runs beside counted in. */
  utilization(): number;
  /** Of those that wait now. */
  readonly waiting: number;
  readonly came: number;
  readonly left: number;
  /** Nothing is served until `resume`. */
  pause(): void;
  resume(): void;
  reset(): void;
}

export interface StationOptions {
  readonly servers: number;
  /**
   * Servers' worth of work that is not simulated piece by piece, but goes on all the time: everything else is slower by
   * what it takes away.
   */
  readonly background?: number;
}

/** Work that is taken away leaves something at least, or nothing would ever end. */
const LEAST_SHARE = 0.02;

export function createStation(clock: Clock, { servers, background = 0 }: StationOptions): Station {
  const share = Math.max(LEAST_SHARE, 1 - background / servers);
  let waiting: { readonly ms: number; readonly done: () => void }[] = [];
  let head = 0;
  let busy = 0;
  let paused = false;
  let workedMs = 0;
  let since = 0;
  let came = 0;
  let left = 0;

  const begin = (ms: number, done: () => void): void => {
    busy += 1;
    const tookMs = ms / share;
    clock.after(tookMs, () => {
      busy -= 1;
      left += 1;
      workedMs += Math.min(tookMs, clock.now - since) * share;
      next();
      done();
    });
  };
  const next = (): void => {
    while (!paused && busy < servers && head < waiting.length) {
      const { ms, done } = waiting[head]!;
      head += 1;
      begin(ms, done);
    }
    if (head < 10_000 || head < waiting.length / 2) return;
    waiting = waiting.slice(head);
    head = 0;
  };
  return {
    serve(ms, done) {
      came += 1;
      waiting.push({ ms, done });
      next();
    },
    utilization: () => (workedMs / Math.max(1, clock.now - since) + Math.min(servers, background)) / servers,
    get waiting() {
      return waiting.length - head;
    },
    get came() {
      return came;
    },
    get left() {
      return left;
    },
    pause: () => void (paused = true),
    resume() {
      paused = false;
      next();
    },
    reset() {
      workedMs = 0;
      since = clock.now;
    },
  };
}
