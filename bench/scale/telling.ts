/**
 * Who commits, and who is told: of what is new by its own transaction, one after the other and until it is on the disk; of
 * polls that found nothing new by statements that write nothing, a node's together.
 */
import { type Costs, GATHER_MS } from './costs.ts';
import { type Clock, createStation, type Station } from './events.ts';
import type { Figures } from './figures.ts';
import type { Setting } from './setting.ts';

export interface Telling {
  readonly lock: Station;
  /** By this node; `done` when it is on the disk. */
  commit(node: number, change: 'submission' | 'progress' | 'end', done: () => void): void;
  /** CPU that each node has needed by now to hear all that was told. */
  readonly heardMs: () => number;
}

export function createTelling(
  clock: Clock,
  costs: Costs,
  setting: Setting,
  database: Station,
  figures: Figures,
): Telling {
  const { database: of, node: by } = costs;
  const flushMs = setting.flushMs ?? costs.flushMs;
  // It is held until the commit is on the disk.
  const lockMs = setting.flushMs === undefined ? costs.lockMs : costs.lockCpuMs + setting.flushMs;
  const lock = createStation(clock, { servers: 1 });
  const gathered = Array.from({ length: setting.nodes }, () => ({ polls: 0, isTelling: false }));
  let heardMs = 0;

  /** One statement of a node at a time: while it waits, more gathers. */
  function gather(node: number): void {
    const all = gathered[node]!;
    all.polls += 1;
    if (all.isTelling) return;
    all.isTelling = true;
    clock.after(GATHER_MS, () => tell(node));
  }

  function tell(node: number): void {
    const all = gathered[node]!;
    const { polls } = all;
    all.polls = 0;
    const cpuMs = of.notice + polls * of.noticeOfEach + setting.nodes * of.wakeByNotice;
    database.serve(cpuMs, () =>
      lock.serve(costs.lockCpuMs, () => {
        heardMs += polls * by.told;
        if (all.polls > 0) return clock.after(GATHER_MS, () => tell(node));
        all.isTelling = false;
      }),
    );
  }

  return {
    lock,
    commit(node, change, done) {
      const isTold =
        setting.notify === 'each by itself' || (setting.notify !== 'nothing' && change !== 'progress');
      const writeMs = change === 'end' ? of.finish : isTold ? of.toldWrite : of.write;
      database.serve(writeMs + (isTold ? of.tell * setting.nodes : 0), () => {
        if (!isTold) {
          if (setting.notify !== 'nothing') gather(node);
          return clock.after(flushMs, done);
        }
        figures.changes += 1;
        lock.serve(lockMs, () => {
          heardMs += by.told;
          done();
        });
      });
    },
    heardMs: () => heardMs,
  };
}
