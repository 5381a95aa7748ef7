/**
 * One load generator, a process of its own. In a mix things fall due at random instants that follow from the rate alone:
 * nothing waits for an answer, and a latency counts from the instant at which it was due.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { LedgerReport } from './ledger.ts';
import { type Kind, pickKind } from './kinds.ts';
import { Population, type PopulationOptions } from './population.ts';

export type GeneratorOrder =
  | ({ readonly kind: 'settle'; readonly starts: number } & Omit<PopulationOptions, 'onLag' | 'onError'>)
  | {
      readonly kind: 'mix';
      /** Things a second. */
      readonly rate: number;
      readonly warmUpMs: number;
      readonly ms: number;
      readonly drainMs: number;
    }
  | { readonly kind: 'alone'; readonly what: Kind; readonly atOnce: number; readonly ms: number }
  | { readonly kind: 'standing' }
  | { readonly kind: 'forget standing' };

export interface Standings {
  readonly tenant: string;
  readonly transport: string;
  readonly since: number;
  /** What ended before was looked at before. */
  readonly forgottenAt: number;
  readonly counts: readonly (readonly [id: string, count: number])[];
}

export interface GeneratorReport extends LedgerReport {
  readonly latencies: Readonly<Partial<Record<Kind, readonly number[]>>>;
  readonly lags: Readonly<Record<'websocket' | 'eventStream', readonly number[]>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Done within the time that was measured, whenever it was due. */
  readonly done: number;
  /** How much later than due things were begun: the generator's own slowness. */
  readonly lateMs: readonly number[];
  readonly tookMs: number;
}

let population: Population | undefined;
let latencies: Partial<Record<Kind, number[]>> = {};
let lags: Record<'websocket' | 'eventStream', number[]> = { websocket: [], eventStream: [] };
let errors: Record<string, number> = {};
let lateMs: number[] = [];
let measures = false;
let done = 0;

process.on('message', (order: GeneratorOrder) => {
  void obey(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit(0));

async function obey(order: GeneratorOrder): Promise<GeneratorReport | readonly Standings[]> {
  if (order.kind === 'settle') {
    population = new Population({ ...order, onLag, onError });
    await population.settle(order.starts);
    return takeReport(0);
  }
  if (!population) throw new Error('not settled');
  if (order.kind === 'standing') return population.standing();
  if (order.kind === 'forget standing') population.forgetStanding();
  if (order.kind === 'mix') return mix(population, order);
  if (order.kind === 'alone') return alone(population, order);
  return takeReport(0);
}

function onLag(transport: 'websocket' | 'eventStream', lagMs: number): void {
  if (measures) lags[transport].push(lagMs);
}

function onError(what: string): void {
  // Ids would make each error one of its kind.
  const kind = what.replaceAll(/exe_\w+/g, 'exe_…');
  errors[kind] = (errors[kind] ?? 0) + 1;
}

async function mix(
  people: Population,
  order: Extract<GeneratorOrder, { kind: 'mix' }>,
): Promise<GeneratorReport> {
  const begun = performance.now();
  const from = begun + order.warmUpMs;
  const to = from + order.ms;
  const pending = new Set<Promise<unknown>>();
  let due = begun;
  while (due < to) {
    const now = performance.now();
    while (due <= now && due < to) {
      measures = due >= from;
      if (measures) lateMs.push(now - due);
      const doing: Promise<unknown> = perform(people, pickKind(), due, measures).finally(() =>
        pending.delete(doing),
      );
      pending.add(doing);
      due += (-Math.log(1 - Math.random()) * 1_000) / order.rate;
    }
    await sleep(Math.max(0, Math.min(due, to) - performance.now()));
  }
  const doneInTime = done;
  await Promise.race([Promise.all(pending), sleep(order.drainMs, undefined, { ref: false })]);
  measures = false;
  if (pending.size > 0) onError(`${pending.size} without an answer`);
  await people.drained(order.drainMs);
  people.rest();
  return { ...takeReport(order.ms), done: doneInTime };
}

async function alone(
  people: Population,
  { what, atOnce, ms }: Extract<GeneratorOrder, { kind: 'alone' }>,
): Promise<GeneratorReport> {
  const begun = performance.now();
  measures = true;
  const one = async () => {
    while (performance.now() < begun + ms)
      if (!(await perform(people, what, performance.now(), true))) await sleep(1);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const tookMs = performance.now() - begun;
  measures = false;
  await people.drained(60_000);
  return takeReport(tookMs);
}

/** True: it was done. */
async function perform(people: Population, kind: Kind, due: number, counts: boolean): Promise<boolean> {
  try {
    const isDone = await people.perform(kind);
    if (isDone && measures) done += 1;
    if (isDone && counts) (latencies[kind] ??= []).push(performance.now() - due);
    return isDone;
  } catch (error) {
    onError(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function takeReport(tookMs: number): GeneratorReport {
  const made = {
    latencies,
    lags,
    errors,
    done,
    lateMs,
    tookMs,
    ...population?.ledger.report(),
  } as GeneratorReport;
  [latencies, errors, lateMs, done] = [{}, {}, [], 0];
  lags = { websocket: [], eventStream: [] };
  return made;
}
