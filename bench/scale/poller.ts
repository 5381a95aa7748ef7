/** A node that sleeps until the next poll of all is due, claims what it finds, and polls it. */
import type { Costs } from './costs.ts';
import type { Clock, Heap, Station } from './events.ts';
import type { Figures } from './figures.ts';
import type { Execution, Setting } from './setting.ts';

/** As the program has them. */
const CONCURRENCY = 64;
export const LONGEST_SLEEP_MS = 2_000;
const [MIN_SLEEP_MS, LONGEST_PAUSE_MS, ERROR_PAUSE_MS] = [5, 250, 1_000];

export interface Poller {
  /** As the program's alarm: whoever is at work hears it when he would go to sleep. */
  ring(): void;
}

export interface Around {
  readonly node: Station;
  readonly database: Station;
  readonly due: Heap<Execution>;
  readonly figures: Figures;
  /** The database is. */
  readonly isAway: () => boolean;
  readonly heardMs: () => number;
  readonly step: (one: Execution, done: () => void) => void;
  readonly firstMs: number;
}

export function createPoller(
  clock: Clock,
  costs: Costs,
  setting: Setting,
  { node, database, due, figures, isAway, heardMs, step, firstMs }: Around,
): Poller {
  const { database: of, node: by } = costs;
  const flushMs = setting.flushMs ?? costs.flushMs;
  let underWay = 0;
  let missed = 0;
  let turn = 0;
  let asleep = false;
  let rung = false;
  let heardBefore = 0;

  function loop(): void {
    const free = CONCURRENCY - underWay;
    if (free <= 0) return sleep(LONGEST_SLEEP_MS);
    if (isAway()) return sleep(ERROR_PAUSE_MS);
    node.serve(by.loop + newlyHeardMs(), () =>
      database.serve(of.claim, () => {
        if (claim(free) === free) return loop();
        database.serve(of.look, () => sleep(untilNext()));
      }),
    );
  }

  /** What it was told of since it looked last: little each, and so often that it is counted together. */
  function newlyHeardMs(): number {
    const ms = heardMs() - heardBefore;
    heardBefore += ms;
    return ms;
  }

  function claim(most: number): number {
    let claimed = 0;
    for (; claimed < most && due.first() && due.first()!.dueAt <= clock.now; claimed += 1) take(due.take()!);
    figures.looks += 1;
    return claimed;
  }

  function untilNext(): number {
    const next = due.first();
    const ms = next ? Math.max(0, next.dueAt - clock.now) : Infinity;
    missed = ms === 0 ? missed + 1 : 0;
    const pause = Math.min(MIN_SLEEP_MS * 2 ** missed, LONGEST_PAUSE_MS);
    // Where a node has its own to wait for, the tick is for what others have left behind.
    const wanted = setting.wake === 'all' || ms === 0 ? Math.max(pause, Math.ceil(ms)) : LONGEST_SLEEP_MS;
    return Math.min(LONGEST_SLEEP_MS, wanted);
  }

  function sleep(ms: number): void {
    const mine = (turn += 1);
    asleep = true;
    clock.after(rung ? 0 : ms, () => asleep && mine === turn && wake());
    rung = false;
  }

  function wake(): void {
    asleep = false;
    loop();
  }

  function ring(): void {
    if (!asleep) rung = true;
    else wake();
  }

  function take(one: Execution): void {
    underWay += 1;
    figures.polls += 1;
    const isOver = () => {
      underWay -= 1;
      ring();
    };
    node.serve(by.poll, () => database.serve(of.poll, () => clock.after(flushMs, () => step(one, isOver))));
  }

  clock.after(firstMs, loop);
  return { ring };
}
