/** The same piece of work by several at once, one after the other each, for a while; and what one of them costs. */
import { median, rounded } from '../lib/summary.ts';
import { cpuOfServer, type Server, written } from './server.ts';

export interface Cost {
  readonly what: string;
  readonly atOnce: number;
  readonly perSecond: number;
  /** Of the server's processes, for each. */
  readonly databaseCpuMs: number;
  /** Of this process, which is the node here: driver, query builder, mapping. */
  readonly nodeCpuMs: number;
  readonly walBytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Work {
  readonly what: string;
  readonly atOnce: number;
  readonly ms: number;
  /** Gives how many pieces it has done. */
  readonly run: (worker: number) => Promise<number>;
}

const WARM_UP_MS = 500;

export async function measure(server: Server, { what, atOnce, ms, run }: Work): Promise<Cost> {
  const times: number[] = [];
  let done = 0;
  const during = async (until: number, count: boolean): Promise<void> => {
    const worker = async (i: number) => {
      while (performance.now() < until) {
        const begun = performance.now();
        const pieces = await run(i);
        if (!count) continue;
        done += pieces;
        times.push(performance.now() - begun);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, (_, i) => worker(i)));
  };
  await during(performance.now() + WARM_UP_MS, false);
  const before = await written(server.url);
  const [cpu, own] = [cpuOfServer(server.pid), process.cpuUsage()];
  const begun = performance.now();
  await during(begun + ms, true);
  const tookMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(own);
  const databaseMs = cpuOfServer(server.pid) - cpu;
  const after = await written(server.url);
  times.sort((a, b) => a - b);
  const cost = {
    what,
    atOnce,
    perSecond: rounded((done / tookMs) * 1_000),
    databaseCpuMs: rounded(databaseMs / done),
    nodeCpuMs: rounded((user + system) / 1_000 / done),
    walBytes: Math.round((after.walBytes - before.walBytes) / done),
    p50Ms: rounded(median(times)),
    p99Ms: rounded(times[Math.floor(times.length * 0.99)] ?? NaN),
  };
  process.stdout.write(`${JSON.stringify(cost)}\n`);
  return cost;
}
